"""One configuration as plain arrays: what every reader gives and every check looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.runtime import array_keys
from potlearn.structure.geometry import check_geometry
from potlearn.typing import Atoms, Settings

# Results of an ASE calculator that belong to the configuration and to its atoms.
PER_CONFIGURATION = frozenset(
    {"energy", "free_energy", "stress", "dipole", "magmom", "dielectric_tensor", "polarization"}
)
PER_ATOM = frozenset(
    {
        "forces",
        "energies",
        "stresses",
        "charges",
        "magmoms",
        "born_effective_charges",
    }
)


@dataclass(frozen=True)
class Frame:
    """One configuration before its labels are resolved.

    Attributes
    ----------
    numbers : (N,) int64
        Atomic numbers.
    positions : (N, 3) float64
        Cartesian positions, in Å.
    cell : (3, 3) float64
        Cell vectors as rows, in Å; zeros for an absent vector.
    pbc : (3,) bool
        Periodicity along each cell vector.
    info : dict
        Values of the configuration, by key (those of an ASE calculator apart).
    arrays : dict
        Values of the atoms, by key (those of an ASE calculator apart).
    results : dict
        What an ASE calculator holds or would hold: ``energy``, ``forces``, ``stress`` ...
    constraints : list
        ASE constraints, kept for whoever uses the configuration.
    """

    numbers: NDArray[np.int64]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    pbc: NDArray[np.bool_]
    info: Settings = field(default_factory=dict)
    arrays: Settings = field(default_factory=dict)
    results: Settings = field(default_factory=dict)
    constraints: list[Any] = field(default_factory=list)

    @property
    def volume(self) -> float:
        """Volume spanned by the cell vectors, in Å³; zero for a molecule without a cell."""
        return float(abs(np.linalg.det(self.cell)))

    @property
    def group(self) -> str:
        """``config_type`` of the configuration, or ``"all"`` if that is absent or empty."""
        return str(self.info.get("config_type", "all")) or "all"


def frame_from_atoms(atoms: Atoms) -> Frame:
    """Take an ``ase.Atoms`` and its calculator's results apart into a :class:`Frame`."""
    results = dict(atoms.calc.results) if atoms.calc is not None else {}
    arrays = {k: v.copy() for k, v in atoms.arrays.items() if k not in ("numbers", "positions")}
    return Frame(
        numbers=np.array(atoms.numbers, np.int64),
        positions=np.array(atoms.positions, np.float64),
        cell=np.array(atoms.cell, np.float64),
        pbc=np.array(atoms.pbc, bool),
        info=dict(atoms.info),
        arrays=arrays,
        results={k: v for k, v in results.items() if v is not None},
        constraints=list(atoms.constraints),
    )


def atoms_from_frame(frame: Frame, results: Settings) -> Atoms:
    """Build an ``ase.Atoms`` whose calculator holds ``results`` (the resolved labels)."""
    from ase import Atoms

    atoms = Atoms(
        numbers=frame.numbers,
        positions=frame.positions,
        cell=frame.cell,
        pbc=frame.pbc,
        info={k: v for k, v in frame.info.items() if k not in PER_CONFIGURATION},
        constraint=frame.constraints or None,
    )
    for name, values in frame.arrays.items():
        if name not in PER_ATOM:
            atoms.set_array(name, np.array(values))
    if results:
        from ase.calculators.singlepoint import SinglePointCalculator

        calculator: Any = SinglePointCalculator
        atoms.calc = calculator(
            atoms,
            **{k: np.array(v) if isinstance(v, np.ndarray) else v for k, v in results.items()},
        )
    return atoms


FARTHEST = 1e4
"""Coordinates and cell vectors of data beyond this many Å have no meaning."""


def check_frame(frame: Frame, source: str) -> None:
    """Refuse a configuration without a meaning; see :func:`potlearn.structure.check_geometry`.

    Raises
    ------
    DataError
        Names the source.
    """
    try:
        check_geometry(frame.numbers, frame.positions, frame.cell, frame.pbc, FARTHEST)
    except DataError as error:
        raise DataError(f"{source}: {error}") from None


def digests(frame: Frame, labels: tuple[Any, ...]) -> list[bytes]:
    """Fingerprints of the geometry, and of geometry and labels (16 bytes each)."""
    return array_keys((frame.numbers, frame.positions, frame.cell, frame.pbc), labels)
