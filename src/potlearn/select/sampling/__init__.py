"""Simple random sampling: of all rows, or of strata by quota."""
