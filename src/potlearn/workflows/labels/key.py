"""The content of a label: which configuration, which calculator with which settings."""

from __future__ import annotations

from typing import Any

import numpy as np

from potlearn.runtime import content_key
from potlearn.typing import Atoms, Settings

DIGITS = 8
"""Decimals of positions (Å) that count: those that extended XYZ keeps."""
STATE = ("charge", "spin", "multiplicity")
"""Info keys that calculators of molecules read."""


def label_key(atoms: Atoms, content: Settings) -> str:
    """Key of a label: 32 hexadecimal digits.

    Parameters
    ----------
    atoms : ase.Atoms
        Species, positions, cell, periodicity, initial charges and magnetic moments count, and the
        total charge and spin in ``info``; labels do not.
    content : dict
        What is calculated; see :attr:`CalculatorSpec.content`.
    """
    whole = {"cell": atoms.cell[:], "positions": atoms.positions}
    rounded = {k: np.rint(v * 10.0**DIGITS).astype(np.int64) for k, v in whole.items()}
    own: Settings = {"numbers": np.asarray(atoms.numbers, np.int64), "pbc": atoms.pbc, **rounded}
    for name in ("initial_charges", "initial_magmoms"):
        if atoms.has(name) and np.any(atoms.arrays[name]):
            own[name] = np.asarray(atoms.arrays[name], float)
    own |= {name: _number(atoms.info[name]) for name in STATE if name in atoms.info}
    return content_key([own, content])


def bare(atoms: Atoms) -> Atoms:
    """What a calculator is given: the configuration without labels and other values."""
    from ase import Atoms

    found: Atoms = Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    for name in ("initial_charges", "initial_magmoms"):
        if atoms.has(name):
            found.set_array(name, atoms.arrays[name])
    found.info = {name: _number(atoms.info[name]) for name in STATE if name in atoms.info}
    return found


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic | np.ndarray) else value
