"""Readers: text to syntax trees. Untrusted text ends here; nothing evaluates it."""
