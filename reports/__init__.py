"""What is shown: one record of a derivation, rendered as HTML, LaTeX, terminal text or JSON."""
