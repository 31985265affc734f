"""From stated formulas to ones that keep their digits, by identities that are proved."""
