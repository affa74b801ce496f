"""Symmetry of crystals, by spglib."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from potlearn.runtime import require
from potlearn.typing import Array, Atoms

SYMPREC = 1e-3
"""Distance in Å up to which atoms are at the same place."""


def rotations(atoms: Atoms) -> Array:
    """Rotations of the crystal in Cartesian coordinates, (n, 3, 3); the identity if none is found.

    Raises
    ------
    MissingExtraError
        spglib is not installed.
    """
    found = _asked("get_symmetry", atoms)
    if found is None:
        return np.eye(3)[None]
    lattice = atoms.cell.array.T
    inverse = np.linalg.inv(lattice)
    unique = np.unique(found["rotations"], axis=0)
    return np.array([lattice @ turn @ inverse for turn in unique])


def conventional(atoms: Atoms) -> Atoms:
    """The conventional cell, turned as the crystal is; the cell itself if no symmetry is found.

    Raises
    ------
    MissingExtraError
        spglib is not installed.
    """
    from ase import Atoms as New

    found = _asked("standardize_cell", atoms, no_idealize=True)
    if found is None:
        same: Atoms = atoms.copy()
        return same
    cell, scaled, numbers = found
    return New(numbers, cell=cell, scaled_positions=scaled, pbc=True)


def _asked(name: str, atoms: Atoms, **options: bool) -> Any:
    """What a function of spglib finds; None where it finds nothing, in old and new versions."""
    spglib = require("spglib", "properties", "the symmetry of the crystal")
    cell = atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that None will become an error
        try:
            return getattr(spglib, name)(cell, symprec=SYMPREC, **options)
        except getattr(spglib, "SpglibError", ValueError):
            return None
