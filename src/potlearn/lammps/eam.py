r"""The wall around the data as a file of LAMMPS's ``pair_style eam/fs``.

An embedded-atom potential :math:`E = \sum_i F(\rho_i) + \tfrac12 \sum_{ij} \phi(r_{ij})` in
tables that are evenly spaced in :math:`\rho` and :math:`r`.  LAMMPS interpolates them by cubics,
and continues the embedding linearly beyond the last density, as the wall does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.potentials.wall import LINEAR, WIDTH, Wall
from potlearn.runtime import write_text
from potlearn.typing import Array

DISTANCES, DENSITIES = 4000, 40000
"""Numbers of knots.  Errors of the cubics are below 1e-8 of the values."""
BEYOND = 1e-3
"""Part of the densities that is beyond the start of the linear rise: LAMMPS continues the table
with a slope from its last two knots."""


def write_eam(path: str | Path, wall: Wall, species: tuple[str, ...]) -> Path:
    """Write the wall for some of its species, in their order.

    Raises
    ------
    ModelFileError
        A species that the wall lacks.
    """
    from ase.data import atomic_masses, atomic_numbers

    path = Path(path)
    missing = [s for s in species if s not in wall.species]
    if missing:
        raise ModelFileError(f"{path}: the wall lacks {', '.join(missing)}")
    index = [wall.species.index(s) for s in species]
    end = float(wall.limit[index].max()) * (1 + LINEAR * WIDTH) * (1 + BEYOND)
    density, r = np.linspace(0, end, DENSITIES), np.linspace(0, wall.cutoff, DISTANCES)
    lines = ["Wall around the data of a fit", "UNITS: metal", "CONTRIBUTOR: potlearn"]
    lines.append(f"{len(species)} {' '.join(species)}")
    steps = f"{DENSITIES} {density[1]:.17g} {DISTANCES} {r[1]:.17g} {wall.cutoff:.17g}"
    lines.append(steps)
    for a, symbol in zip(index, species, strict=True):
        z = atomic_numbers[symbol]
        lines.append(f"{z} {atomic_masses[z]:.6f} 1.0 none")
        lines += _numbers(wall.embedding(density, np.full(len(density), a))[0])
        for b in index:
            lines += _numbers(wall.density(r, np.full(len(r), a), np.full(len(r), b))[0])
    for k, a in enumerate(index):
        for b in index[: k + 1]:
            lines += _numbers(_pair_times_distance(wall, r, a, b))
    write_text(path, "\n".join(lines) + "\n")
    return path


def _pair_times_distance(wall: Wall, r: Array, a: int, b: int) -> Array:
    """Distance times pair energy, which is finite at distance zero."""
    safe = np.where(r > 0, r, 1.0)
    kinds = np.full(len(r), a, np.int32), np.full(len(r), b, np.int32)
    return np.where(
        r > 0, safe * wall.pair(safe, *kinds)[0], wall.stiffness[a, b] * wall.contact[a, b]
    )


def _numbers(values: Array) -> Iterator[str]:
    for start in range(0, len(values), 5):
        yield " ".join(f"{v:.16g}" for v in values[start : start + 5])
