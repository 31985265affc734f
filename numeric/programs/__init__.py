"""From formulas to array programs, and those as NumPy source."""
