"""Rows of many environments, reduced to a ledger in this process, in two, and over Dask."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from ase.build import bulk
from common import HERE
from memory import MemoryWatch

import potlearn as pl
from potlearn.data.writing import write_frame
from potlearn.runtime import Dask, Executor, InProcess, Processes, Runtime

SILICON = HERE.parent / "datasets" / "silicon" / "silicon.extxyz.xz"
EXECUTORS: dict[str, Executor] = {
    "one process": InProcess(),
    "two processes": Processes(2),
    "two workers of Dask": Dask(n_workers=2),
}


def basis() -> pl.ACE:
    """ACE of 116 functions."""
    return pl.ACE(("Si",), cutoff=5.5, degree=(10, 9, 8, 7))


def write_configurations(path: Path, n_atoms: int) -> None:
    """Cells of 64 atoms of silicon, strained and rattled.

    Labels are those of POD fitted to the silicon set of this checkout.
    """
    labels = pl.POD(("Si",), cutoff=5.5)
    potential = pl.LinearPotential(labels, pl.fit_linear(pl.read(SILICON), labels).coefficients)
    rng = np.random.default_rng(0)
    with path.open("w") as file:
        for _ in range(-(-n_atoms // 64)):
            atoms = bulk("Si", a=rng.uniform(5.3, 5.6), cubic=True) * (2, 2, 2)
            atoms.rattle(rng.uniform(0.02, 0.1), rng=rng)
            found = potential.predict(atoms)
            atoms.info |= {"energy": found.energy, "stress": found.stress(atoms.get_volume())}
            atoms.arrays["forces"] = found.forces
            write_frame(file, atoms)


def reduced(name: str, path: Path, output: Path) -> dict[str, Any]:
    """A fit by one of the executors; its factors are written to ``output``."""
    data, descriptor = pl.read(path), basis()
    watch, start = MemoryWatch(), time.perf_counter()
    fit = pl.fit_linear(data, descriptor, runtime=Runtime(EXECUTORS[name]))
    wall = time.perf_counter() - start
    factors = {str(key): entry.accumulator.reduce() for key, entry in fit.ledger.entries.items()}
    np.savez(output, coefficients=fit.coefficients, **factors)
    counts = [fit.ledger.count(quantity) for quantity in ("energy", "forces", "stress")]
    return {
        "name": name, "atoms": int(data.n_atoms.sum()), "rows": sum(counts),
        "columns": fit.ledger.width, "wall": wall, "memory": watch.stop(),
    }  # fmt: skip


def difference(one: Path, other: Path) -> float:
    """Largest difference of two ledgers' factors, as a part of the largest entry of each."""
    with np.load(one) as a, np.load(other) as b:
        assert set(a.files) == set(b.files)
        return max(float(np.abs(a[k] - b[k]).max() / np.abs(a[k]).max()) for k in a.files)
