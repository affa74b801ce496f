"""Energies and forces of the JAX engine beside the compiled one, µs per atom, neighbours given.

    python benchmarks/jax_engine.py [--sizes 128 1024 8192] [--dtypes float64 float32]

Wall times: JAX on its default device, with all threads that it takes on a CPU; the compiled engine
with one thread and with as many as there are processors.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from ase.build import bulk
from common import processor

import potlearn as pl
from potlearn.engine import Engine
from potlearn.engine.jax import JaxEngine
from potlearn.structure.system import System

# About 100 functions.
BASIS = {"cutoff": 5.0, "order": 3, "nmax": (8, 4, 2), "lmax": (0, 5, 3)}
REPEATS = 5


def silicon(n: int) -> Any:
    """Rattled silicon of about ``n`` atoms."""
    edge = max(1, round((n / 8) ** (1 / 3)))
    atoms = bulk("Si", "diamond", 5.43, cubic=True) * (edge, edge, edge)
    atoms.rattle(0.05, seed=0)
    return atoms


def seconds(function: Callable[[], Any]) -> tuple[float, float]:
    """Of the first call, and the median of later ones."""
    start = time.perf_counter()
    function()
    first, later = time.perf_counter() - start, []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        later.append(time.perf_counter() - start)
    return first, median(later)


def compare(descriptor: Any, n: int, dtypes: list[str]) -> None:
    """Print a line for each engine."""
    system = System.of(silicon(n), descriptor.species, descriptor.cutoff)
    c = np.random.default_rng(0).normal(size=(1, 1 + descriptor.n_features))
    basis, scale = descriptor.engine.basis, 1e6 / len(system)
    native = Engine(basis)
    expected = native.energy_forces(system, c)[1]
    for threads in sorted({1, os.cpu_count() or 1}):
        _, later = seconds(lambda threads=threads: native.energy_forces(system, c, threads))
        print(f"{len(system):7d} atoms  native, {threads} threads  {scale * later:8.2f}")
    for dtype in dtypes:
        engine = JaxEngine(basis, dtype)
        first, later = seconds(lambda engine=engine: engine.energy_forces(system, c))
        error = np.abs(engine.energy_forces(system, c)[1] - expected).max() / np.abs(expected).max()
        note = f"first call {first:.1f} s, forces differ by {error:.0e} of the largest"
        print(f"{len(system):7d} atoms  JAX, {dtype}      {scale * later:8.2f}  {note}")


def main() -> None:
    """Print the table."""
    import jax

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 512, 4096])
    parser.add_argument("--dtypes", nargs="+", default=["float64", "float32"])
    options = parser.parse_args()
    descriptor = pl.ACE(("Si",), **BASIS)
    print(f"{descriptor.n_features} functions; {processor()}; JAX {jax.__version__}", end=" ")
    print(f"on {jax.devices()[0].device_kind}; µs/atom")
    for n in options.sizes:
        compare(descriptor, n, options.dtypes)


if __name__ == "__main__":
    main()
