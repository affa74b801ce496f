"""The evaluators of pacemaker, from the PyPI wheel `python-ace`, as oracles for `.yace` files.

Its two evaluators are the algorithms of LAMMPS's ``pair_style pace product`` and ``recursive`` (the
default there).  Both tabulate radial functions as the file's ``deltaSplineBins`` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

EVALUATORS = ("product", "recursive")


@dataclass(frozen=True)
class Result:
    """Energies (N,) in eV, forces (N, 3) in eV/Å, stress (6,) in eV/Å³ or None, Voigt."""

    energies: np.ndarray
    forces: np.ndarray
    stress: np.ndarray | None


def evaluate(path: Path, atoms: Atoms, evaluator: str = "recursive") -> Result:
    """The file's potential."""
    from pyace import PyACECalculator

    recursive = evaluator == "recursive"
    calculator = PyACECalculator(str(path), recursive_evaluator=recursive, recursive=recursive)
    atoms = atoms.copy()
    atoms.calc = calculator
    forces = atoms.get_forces()
    stress = atoms.get_stress() if atoms.cell.rank == 3 else None
    return Result(np.array(calculator.energies), forces, stress)
