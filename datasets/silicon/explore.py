#!/usr/bin/env python3
"""Add to ``melts.extxyz.xz`` what dynamics with a fit to the labelled data finds unknown.

The defaults of the package are fitted to all labels, melts and hot crystals are heated with that
potential, and of the snapshots, up to where atoms come too close, those are kept that teach the
fit most.  Label them (``make.py``) and start again, until hot dynamics survives.

A snapshot with weighted force rows X adds to a fit with the penalised factor T the information

    g = log det(1 + Z' Z) / 2,    Z = T^-T X'

(MacKay, Neural Computation 4 (1992) 590, for many rows at once).  The one of highest
g per atom is taken, T is updated with its rows, and so on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from files import read_frames
from melts import add
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from structures import MELTS, generator

import potlearn as pl
from potlearn.fit.diagnose.hat import Hat

DATA = Path(__file__).with_name("silicon.extxyz.xz")
CLOSEST = 1.75
"""Closest distance, in Å, at which a trajectory ends; the last snapshots have more."""


def fitted() -> tuple[pl.LinearPotential, NDArray[np.float64]]:
    """Return a fit with the package's defaults to all labels, and its factor T (forces weigh 1)."""
    data = pl.read(DATA)
    descriptor = pl.POD(["Si"], 5.5)
    shortest = pl.shortest_distances(data, descriptor.species)
    reference = pl.default_zbl(shortest, descriptor.species)
    core = pl.core_constraints(descriptor, reference, shortest, data)
    weights = pl.Weights(forces=1.0)
    result = pl.fit_linear(
        data, descriptor, pl.FitSettings(core=core, weights=weights), reference=reference
    )
    potential = pl.LinearPotential(descriptor, result.coefficients, reference)
    return potential, Hat.of(result).triangle


def closest(atoms: Atoms) -> float:
    """Return the shortest distance in Å."""
    distances = atoms.get_all_distances(mic=True)
    return float(distances[np.triu_indices(len(atoms), 1)].min())


def heated(start: Atoms, potential: pl.LinearPotential, kelvin: float, name: str) -> list[Atoms]:
    """Return snapshots of at most 3 ps of Langevin dynamics, until atoms come too close.

    They are 100 fs apart, and the last one is less than 20 fs before the end.
    """
    atoms = start.copy()
    atoms.calc = potential.calculator()
    rng = np.random.RandomState(generator(name).integers(2**31))
    MaxwellBoltzmannDistribution(atoms, temperature_K=kelvin, rng=rng)
    dynamics = Langevin(atoms, units.fs, temperature_K=kelvin, friction=0.01 / units.fs, rng=rng)
    found = []
    for _ in range(150):
        dynamics.run(20)
        if closest(atoms) < CLOSEST or atoms.get_temperature() > 2 * kelvin:
            break
        found.append(Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=True))
    print(f"{name}: {kelvin:.0f} K, {len(start)} atoms, {0.02 * len(found):.2f} ps")
    return found[::-5]


def candidates(
    potential: pl.LinearPotential, seed: str, count: int, kelvin: tuple[float, float]
) -> Iterator[Atoms]:
    """Yield snapshots of ``count`` trajectories between two temperatures in known cells."""
    rng = generator(seed)
    starts = [a for a in read_frames(MELTS) if not a.info["name"].startswith("explored")]
    for k in range(count):
        hot = kelvin[0] * (kelvin[1] / kelvin[0]) ** rng.random()
        start = starts[rng.integers(len(starts))]
        yield from heated(start, potential, hot, f"{seed}_{k}")


def gain(design: NDArray[np.float64], triangle: NDArray[np.float64]) -> float:
    """Return the information of force rows, twice g per row."""
    z = solve_triangular(triangle, design.T, trans="T")
    return float(np.linalg.slogdet(np.eye(len(design)) + z.T @ z)[1]) / len(design)


def chosen(
    found: list[Atoms], potential: pl.LinearPotential, triangle: NDArray[np.float64], count: int
) -> Iterator[Atoms]:
    """Yield ``count`` snapshots, each of the highest gain after those before it."""
    rows = [potential.descriptor.design(atoms, virial=False).forces for atoms in found]
    design = [x[:, -len(triangle) :] for x in rows]
    for _ in range(count):
        gains = [gain(x, triangle) for x in design]
        best = int(np.argmax(gains))
        print(f"gain {gains[best]:.3f} (median {np.median(gains):.3f}), {len(found[best])} atoms")
        yield found[best]
        triangle = np.linalg.qr(np.concatenate([triangle, design[best]]), mode="r")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="configurations to add")
    parser.add_argument("--trajectories", type=int, default=40)
    parser.add_argument("--kelvin", type=float, nargs=2, default=(1700, 5000), help="temperatures")
    options = parser.parse_args()
    known = sum(a.info["name"].startswith("explored") for a in read_frames(MELTS))
    potential, triangle = fitted()
    seed = f"explore_{known}"
    found = list(candidates(potential, seed, options.trajectories, options.kelvin))
    new = chosen(found, potential, triangle, options.count)
    add((f"explored_{known + k:02d}", atoms) for k, atoms in enumerate(new))


if __name__ == "__main__":
    main()
