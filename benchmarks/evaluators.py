"""What sharing and pruning a descriptor, and many models in one pass, cost and save."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ase.build import bulk
from common import Row, side_by_side

import potlearn as pl
from potlearn.structure.neighbors import neighbors

PART = 5
SETS, ASKED = 16, 6
"""Models in one pass, and the evaluations of one that they may cost."""


def _silicon() -> Any:
    atoms = bulk("Si", cubic=True) * (4, 4, 4)
    atoms.rattle(0.1, seed=0)
    return atoms


def _potential(descriptor: Any, seed: int) -> pl.LinearPotential:
    rng = np.random.default_rng(seed)
    c = 1e-3 * rng.normal(size=(len(descriptor.species), 1 + descriptor.n_features))
    return pl.LinearPotential(descriptor, c)


def _families() -> dict[str, Callable[[], Any]]:
    return {name: lambda make=make: make(("Si",), cutoff=5.5) for name, make in _MAKE.items()}


_MAKE = {"ACE": pl.ACE, "POD": pl.POD}


def sharing() -> list[Row]:
    """Two potentials on a descriptor each against two on one, called in turn, wall time."""
    atoms, rows = _silicon(), []
    for name, make in _families().items():
        one = make()
        apart = _potential(make(), 0), _potential(make(), 1)
        shared = _potential(one, 0), _potential(one, 1)
        list_ = neighbors(atoms, one.cutoff)
        theirs, ours = side_by_side(
            lambda p=apart, n=list_: [x.predict(atoms, n) for x in p],
            lambda p=shared, n=list_: [x.predict(atoms, n) for x in p],
            15,
            time.perf_counter,
        )
        what = f"two potentials on a {name} descriptor each (left) and on one"
        rows.append(Row(what, 1e3 * theirs, 1e3 * ours, 0.9, "ms"))
    return rows


def pruning() -> list[Row]:
    """All features against a fifth of them, at random: forces and features."""
    atoms, rows = _silicon(), []
    for name, make in _families().items():
        whole = make()
        names = np.random.default_rng(0).permutation(whole.feature_names)
        part = whole.prune(names[: whole.n_features // PART].tolist())
        list_ = neighbors(atoms, whole.cutoff)
        a, b = _potential(whole, 0), _potential(part, 0)
        note = f"{whole.n_features} and {part.n_features} features"
        for what, theirs, ours in (
            (
                "forces",
                lambda p=a, n=list_: p.predict(atoms, n),
                lambda p=b, n=list_: p.predict(atoms, n),
            ),
            (
                "features",
                lambda d=whole, n=list_: d.features(atoms, n),
                lambda d=part, n=list_: d.features(atoms, n),
            ),
        ):
            seconds = [1e6 * t / len(atoms) for t in side_by_side(theirs, ours, 15)]
            title = f"{name}, {what} of all features (left) and of a fifth"
            rows.append(Row(title, *seconds, None, "µs/atom", note))
    return rows


def sets() -> list[Row]:
    """Energies and forces of many models: their number times one model, and one pass."""
    atoms, rows = bulk("Si", cubic=True) * (7, 6, 6), []
    atoms.rattle(0.1, seed=0)
    for name, make in _families().items():
        descriptor = make()
        shape = SETS, len(descriptor.species), 1 + descriptor.n_features
        c = 1e-3 * np.random.default_rng(0).normal(size=shape)
        one, many, system = descriptor.fold(c[0]), descriptor.fold(c), descriptor.system(atoms)
        alone, together = (
            1e6 * t / len(atoms)
            for t in side_by_side(lambda f=one, s=system: f(s), lambda f=many, s=system: f(s), 15)
        )
        what = f"{name}, {SETS} times one model (left) and {SETS} models in one pass"
        note = f"{together / alone:.2f} times one model"
        rows.append(Row(what, SETS * alone, together, SETS / ASKED, "µs/atom", note))
    return rows
