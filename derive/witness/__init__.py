"""The second opinion: a claim evaluated from its definition, by plain loops at a given n.

Nothing here knows how the first opinion works: no SymPy, no rules, no normal form. Sums are loops,
derivatives are nilpotent jets, numbers are residues modulo a prime, exact rationals with logarithms
of primes, or intervals with rigorous bounds.
"""
