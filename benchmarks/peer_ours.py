"""This package's side of `tune_peers.py`: potentials, their errors, functions that time them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ase.build import bulk

import potlearn as pl
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.structure.neighbors import neighbors

SKIN, STEPS = 0.5, 5
ACE_DEGREES = ((8, 7, 6, 5), (10, 9, 8, 7), (12, 11, 10, 9), (14, 13, 12, 11))
NETWORK, PYACE = ACE_DEGREES[1], ACE_DEGREES[2]
CUTOFF = 5.5


class Ours(NamedTuple):
    """A potential of this package, with its errors."""

    name: str
    potential: Any
    energy: float
    forces: float


def crystal() -> Any:
    """1000 atoms of rattled silicon."""
    atoms = bulk("Si", "diamond", 5.47, cubic=True) * (5, 5, 5)
    atoms.rattle(0.1, seed=0)
    return atoms


def errors(test: Any, energies: Any, forces: Any) -> tuple[float, float]:
    """Mean absolute errors of energies per atom and force components, meV/atom and meV/Å."""
    labels = [test.labels(i) for i in range(len(test))]
    sizes = np.array([len(x.forces) for x in labels])
    off = (np.asarray(energies) - [x.energy for x in labels]) / sizes
    off_forces = np.asarray(forces) - np.concatenate([x.forces for x in labels])
    return 1e3 * float(np.abs(off).mean()), 1e3 * float(np.abs(off_forces).mean())


def our_potentials(train: Any, test: Any) -> Iterator[Ours]:
    """ACE of four sizes and POD, fitted with the defaults, without protection beyond the data."""
    bases = {
        f"ACE {list(degree)}": pl.ACE(("Si",), CUTOFF, degree=degree) for degree in ACE_DEGREES
    }
    bases["POD"] = pl.POD(("Si",), cutoff=CUTOFF)
    for name, descriptor in bases.items():
        result = pl.fit_linear(train, descriptor, pl.FitSettings())
        potential = pl.LinearPotential(descriptor, result.coefficients)
        yield tested(f"{name}, {descriptor.n_features} functions", potential, test)


def tested(name: str, potential: Any, test: Any) -> Ours:
    """A potential with its test errors."""
    found = [potential.predict(atoms) for atoms in test]
    parts = [x.energy for x in found], np.concatenate([x.forces for x in found])
    return Ours(name, potential, *errors(test, *parts))


def networks(train: Any, test: Any, path: Path) -> Ours:
    """Networks beside ACE with the default settings; a tenth of the training set validates them."""
    if not path.exists():
        own, held = pl.stratified_split(train, 0.1, seed=0)
        descriptor = pl.ACE(("Si",), CUTOFF, degree=NETWORK)
        fit = pl.fit_linear(own, descriptor)
        start = pl.LinearPotential(descriptor, fit.coefficients)
        found = fit_neural(own, start, NeuralSettings(), validation=held, fit=fit.settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        found.potential.save(path)
    potential = pl.load(path)
    name = f"neural ACE {list(NETWORK)}, {potential.descriptor.n_features} functions"
    return tested(name, potential, test)


def with_list(ours: Ours, atoms: Any) -> Callable[[], float]:
    """Seconds of forces by the ASE calculator on moving atoms, a new neighbour list every time."""
    atoms, rng = atoms.copy(), np.random.default_rng(0)
    atoms.calc = ours.potential.calculator(skin=0.0)

    def one() -> float:
        seconds = 0.0
        for _ in range(STEPS):
            atoms.positions += 1e-3 * rng.normal(size=atoms.positions.shape)
            start = time.process_time()
            atoms.get_forces()
            seconds += time.process_time() - start
        return seconds / STEPS

    return one


def without_list(ours: Ours, atoms: Any) -> Callable[[], float]:
    """Seconds of energy and forces, the neighbour list given."""
    model = ours.potential.evaluator
    list_ = neighbors(atoms, ours.potential.cutoff + SKIN)

    def one() -> float:
        start = time.process_time()
        for _ in range(STEPS):
            model(atoms, list_)
        return (time.process_time() - start) / STEPS

    return one
