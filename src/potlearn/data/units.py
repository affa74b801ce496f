"""Whether energies, forces and stress are in units that fit each other."""

from __future__ import annotations

# A typical stress above this many eV/Å³ (160 GPa) is suspicious.
LARGE_STRESS = 1.0
