"""How far energies of a POD potential jump when an atom leaves a small cluster.

    python benchmarks/pod_gates.py

POD counts a block of body order q only on atoms with q - 1 neighbours or more.  A potential with
the default descriptors is fitted to the silicon data of this repository; then one atom is pulled
away from random clusters of two to nine atoms.  Printed is the largest change of the energy within
the 2 mÅ in which a pair leaves the cutoff, and within 2 mÅ shortly before.
"""

from pathlib import Path

import numpy as np
from ase import Atoms

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"
CUTOFF = 5.5
STEP = 0.002
BOND = 2.35
CLUSTERS = 50


def fitted():
    """POD with its defaults, as `potlearn fit` makes it."""
    dataset = pl.read(DATA)
    descriptor = pl.POD(species=("Si",), cutoff=CUTOFF)
    coverage = pl.Coverage.of(dataset, descriptor.species)
    reference = pl.default_zbl(coverage.shortest, descriptor.species)
    result = pl.fit_linear(dataset, descriptor, reference=reference)
    return pl.protect(result, descriptor, reference, coverage).potential


def cluster(size, rng):
    """Atoms at bond lengths from one another, grown one by one."""
    positions = np.zeros((1, 3))
    while len(positions) < size:
        direction = rng.normal(size=3)
        new = positions[rng.integers(len(positions))] + BOND * direction / np.linalg.norm(direction)
        if np.linalg.norm(positions - new, axis=1).min() > 0.99 * BOND:
            positions = np.vstack([positions, new])
    return positions


def departures(positions, direction):
    """Distances along the direction at which a pair of the leaving atom reaches the cutoff."""
    along = positions @ direction
    square = along**2 - (positions**2).sum(1) + CUTOFF**2
    for distance in along[square > 0] + np.sqrt(square[square > 0]):
        nearest = np.linalg.norm(positions - distance * direction, axis=1).min()
        if distance > 0 and nearest > 1.5 * BOND:  # away from the repulsion
            yield distance


def jumps(potential, size, rng):
    """Changes of the energy within a step as each pair leaves the cutoff, and just before, eV."""
    positions = cluster(size - 1, rng)
    direction = rng.normal(size=3)
    direction /= np.linalg.norm(direction)
    atoms = Atoms(f"Si{size}", np.vstack([positions, [0, 0, 0]]))

    def energy(distance):
        atoms.positions[-1] = distance * direction
        return potential.predict(atoms).energy

    def change(distance):
        return abs(energy(distance + STEP / 2) - energy(distance - STEP / 2))

    for distance in departures(positions, direction):
        yield change(distance), change(distance - 5 * STEP)


def main():
    """Fit, measure, print."""
    potential, rng = fitted(), np.random.default_rng(0)
    print("atoms  largest jump (eV)  median (eV)  10 mÅ before, median (eV)")
    for size in range(2, 10):
        found = [pair for _ in range(CLUSTERS) for pair in jumps(potential, size, rng)]
        at, before = (np.array(column) for column in zip(*found, strict=True))
        numbers = at.max(), np.median(at), np.median(before)
        print(f"{size:5d}  {numbers[0]:17.3f}  {numbers[1]:11.3f}  {numbers[2]:25.4f}", flush=True)


if __name__ == "__main__":
    main()
