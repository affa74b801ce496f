#!/usr/bin/env python3
"""Make geometries of melts and hot crystals and add them to ``melts.extxyz.xz``.

The cells are the smallest whose k-point grid has three points along every axis: the cost of a
label rises with the third power of its atoms, and a fourth point more than doubles it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell
from files import read_frames, write_frames
from structures import (
    A0,
    CONVENTIONAL,
    MELTS,
    crystal,
    deformed,
    generator,
    random_strain,
    rounded,
    trajectory,
)

THREE_POINTS = 7.85
"""Distance of lattice planes, in Å, from which the grid has three points along an axis."""
CRYSTAL_VOLUME = A0**3 / 8
"""Volume of an atom of diamond, in Å³."""


def random_sites(n: int, edge: float, rng: np.random.Generator) -> Atoms:
    """Return ``n`` atoms on random sites of a simple cubic lattice in a cube."""
    steps = int(np.ceil(n ** (1 / 3)))
    sites = np.indices((steps, steps, steps)).reshape(3, -1).T / steps
    return crystal([edge, edge, edge], sites[rng.permutation(len(sites))[:n]].tolist())


def cube(volume: float) -> tuple[int, float]:
    """Return number of atoms and edge of the smallest cube with three k-points along an axis."""
    n = int(np.ceil(THREE_POINTS**3 / volume))
    return n, float((n * volume) ** (1 / 3))


def melts() -> Iterator[tuple[str, Atoms]]:
    """Yield melts of 1700 to 5000 K at 85 to 115 % of the crystal's volume.

    Temperatures and volumes fill their ranges evenly (an additive sequence in two dimensions).
    """
    for i in range(16):
        name = f"melt_{i:02d}"
        x, y = (i * 0.7548776662) % 1.0, (i * 0.5698402910 + 0.5) % 1.0
        n, edge = cube(CRYSTAL_VOLUME * (0.85 + 0.30 * y))
        hot = trajectory(random_sites(n, edge, generator(name)), name + "_melt", 6000, 400)
        yield name, trajectory(hot, name, 1700 * (5000 / 1700) ** x, 400)


def hot_crystals() -> Iterator[tuple[str, Atoms]]:
    """Yield strained diamond of 1200 to 2200 K in 32-atom cells, as wide as the grid wants them."""
    for i, kelvin in enumerate((1200, 1700, 1400, 2200, 1600, 1900)):
        name = f"hot_crystal_{i:02d}"
        rng = generator(name)
        atoms = make_supercell(bulk("Si", a=A0, cubic=True), CONVENTIONAL)
        atoms = deformed(atoms, random_strain(rng, 0.006))
        thinnest = 1 / np.linalg.norm(np.linalg.inv(atoms.cell[:]), axis=0).max()
        stretch = THREE_POINTS * rng.uniform(1.0, 1.005) / thinnest
        yield name, trajectory(deformed(atoms, (stretch - 1) * np.eye(3)), name, kelvin, 400)


def add(new: Iterator[tuple[str, Atoms]]) -> None:
    """Append configurations to the file; names that it has already are an error."""
    frames = read_frames(MELTS) if MELTS.exists() else []
    names = {atoms.info["name"] for atoms in frames}
    for name, atoms in new:
        if name in names:
            raise SystemExit(f"{MELTS.name} has {name} already")
        atoms = rounded(atoms)
        atoms.info = {"name": name}
        frames.append(atoms)
    write_frames(frames, MELTS)


def main() -> int:
    """Run the command line."""
    add(melts())
    add(hot_crystals())
    return 0


if __name__ == "__main__":
    sys.exit(main())
