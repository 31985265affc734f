"""Array programs at work: blocks of rows for NumPy, loops for numba, by several threads."""
