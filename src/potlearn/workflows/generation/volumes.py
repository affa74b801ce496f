"""Volumes and distances of elements before anything is calculated."""

from __future__ import annotations

from potlearn.structure.bonds import covalent_length
from potlearn.typing import Atoms


def own_crystal(symbol: str) -> Atoms | None:
    """The primitive cell of an element at normal pressure, as ASE's table has it, or None."""
    from ase.build import bulk

    try:
        found: Atoms = bulk(symbol)
    except (ValueError, RuntimeError, KeyError, NotImplementedError):
        return None
    return found


def atomic_volume(symbol: str) -> float:
    """Å³ per atom of the element's crystal; without one, of spheres of its covalent radius.

    Such spheres are packed as closely as in fcc and touch one another.
    """
    crystal = own_crystal(symbol)
    if crystal is not None:
        return float(crystal.get_volume()) / len(crystal)
    return covalent_length(symbol, symbol) ** 3 / 2**0.5
