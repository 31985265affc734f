"""Documents: what people write, cut in pieces, read, and judged equality by equality."""
