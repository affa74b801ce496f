"""Units of pressure, and Voigt's order of the components of symmetric tensors."""

GPA = 160.21766208
"""GPa in one eV/Å³."""
KBAR = 10 * GPA
"""kbar in one eV/Å³."""
VOIGT = ((0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1))
"""Rows and columns of xx, yy, zz, yz, xz, xy in a matrix."""
