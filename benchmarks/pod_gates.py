"""How far energies of a POD potential jump when an atom leaves a small cluster.

    python benchmarks/pod_gates.py

POD counts a block of body order q only on atoms with q - 1 neighbours or more.  A potential with
the default descriptors is fitted to the silicon data of this repository; then one atom is pulled
away from random clusters of two to eight atoms, and the largest change of the energy within 2 mÅ is
printed, with the largest one between two steps where no neighbour count changes.
"""

from pathlib import Path

import numpy as np
from ase import Atoms

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"
CUTOFF = 5.5
STEP = 0.002
BOND = 2.35
CLUSTERS = 20


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


def jumps(potential, size, rng):
    """Largest change of the energy in a step, with and without a change of neighbour counts, eV."""
    positions = cluster(size - 1, rng)
    direction = rng.normal(size=3)
    direction /= np.linalg.norm(direction)
    start = np.max(positions @ direction)
    steps = start + BOND + np.arange(0.0, CUTOFF + 1.0, STEP)
    atoms = Atoms(f"Si{size}", np.vstack([positions, [0, 0, 0]]))
    found = {True: 0.0, False: 0.0}
    before = None
    for step in steps:
        atoms.positions[-1] = step * direction
        count = int((np.linalg.norm(positions - atoms.positions[-1], axis=1) < CUTOFF).sum())
        energy = potential.predict(atoms).energy
        if before is not None:
            changed = count != before[0]
            found[changed] = max(found[changed], abs(energy - before[1]))
        before = count, energy
    return found


def main():
    """Fit, measure, print."""
    potential, rng = fitted(), np.random.default_rng(0)
    print("atoms  largest jump (eV)  otherwise in 2 mÅ (eV)")
    for size in range(2, 9):
        found = [jumps(potential, size, rng) for _ in range(CLUSTERS)]
        worst, smooth = (max(f[key] for f in found) for key in (True, False))
        print(f"{size:5d}  {worst:17.3f}  {smooth:22.3f}", flush=True)


if __name__ == "__main__":
    main()
