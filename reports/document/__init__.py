"""`gradproof check`: a document's equalities as text, pages, LaTeX, data, and mended."""
