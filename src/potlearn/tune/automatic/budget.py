"""How large the bases of a search may be: by counted flops, so that every machine chooses alike."""

from __future__ import annotations

from math import isqrt

CUTOFF_FLOPS, PASS_FLOPS = 6e10, 8e11
"""Of the QR of a pass, 2.4 m K²: some 4 s for each cutoff, 40 s for the large basis."""
FLOPS = 2.4
LARGER = 1.7
"""Most functions of the large basis in those of the default: a more accurate one is offered."""
WEIGHED = 900
"""Most columns of a basis whose weights are compared."""


def functions_within(flops: float, rows: int, species: int) -> int:
    """Functions whose pass takes at most so many flops, with no more coefficients than rows."""
    return min(isqrt(int(flops / FLOPS / max(rows, 1))), rows) // species


def atoms_within(columns: int, rows_per_atom: float) -> int:
    """Atoms of a sample whose pass with so many columns is within the budget."""
    return int(PASS_FLOPS / FLOPS / columns**2 / rows_per_atom)
