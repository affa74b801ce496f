"""Calculators that labels need beside those of other packages."""
