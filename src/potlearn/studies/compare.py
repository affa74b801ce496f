"""Many ways to choose, sizes and seeds: the fit of every subset, and its errors on a test set.

Every seed is a split of the configurations into a pool to choose from and a test set, the same for
all methods, so that they are compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError, SelectionError
from potlearn.runtime import SERIAL, Runtime, content_key, run_chunks
from potlearn.studies.fits import HeldOut, SubsetFits
from potlearn.studies.methods import Method
from potlearn.studies.table import Cell, Record, Results
from potlearn.typing import Array, Indices, Settings


class Split(NamedTuple):
    """Configurations to choose from, and to test on."""

    pool: Indices
    test: Indices


@dataclass(frozen=True)
class Comparison:
    """What every cell needs; it travels to workers once.

    Attributes
    ----------
    fits : SubsetFits
    features : mapping of tuple of str to (n, F)
        Raw features of all configurations, by :attr:`Method.rows`.
    n_atoms : (n,)
        Atoms of every configuration.
    methods : sequence of Method
    sizes : sequence of int
        Numbers of configurations to choose.
    splits : sequence of Split
        One for each seed, from 0.
    """

    fits: SubsetFits
    features: Mapping[tuple[str, ...], Array]
    n_atoms: NDArray[np.int64]
    methods: Sequence[Method]
    sizes: Sequence[int]
    splits: Sequence[Split]

    def cells(self) -> list[Cell]:
        """All cells, seed by seed: a comparison that is stopped has whole seeds."""
        return [
            Cell(method.name, size, seed)
            for seed in range(len(self.splits))
            for method in self.methods
            for size in self.sizes
        ]

    def __call__(self, cells: Sequence[Cell]) -> list[Record]:
        """Records of cells of one seed."""
        seed = cells[0].seed
        test = self.fits.held_out(self.splits[seed].test)
        return [self._record(cell, test) for cell in cells]

    def _record(self, cell: Cell, test: HeldOut) -> Record:
        """Numbers of a cell, or why there are none."""
        method = next(m for m in self.methods if m.name == cell.method)
        record: Record = cell._asdict() | {"key": method.key}
        start = perf_counter()
        try:
            chosen = self.choose(method, cell.size, cell.seed)
            record["select_s"] = round(perf_counter() - start, 4)
            fit = self.fits.fit(chosen)
        except (SelectionError, FitError) as error:
            return record | {"error": str(error)}
        record |= {"n": len(chosen), "atoms": int(self.n_atoms[chosen].sum())}
        numbers = test.errors(fit.coefficients) | {"condition": fit.condition}
        return record | {name: float(f"{value:.6g}") for name, value in numbers.items()}

    def choose(self, method: Method, size: int, seed: int) -> Indices:
        """Configurations that a method chooses from the pool of a seed."""
        pool = self.splits[seed].pool
        groups = np.array(self.fits.groups, dtype=str)[pool]
        X = self.features[method.rows][pool]
        return np.asarray(pool[method.choose(X, groups, size, seed).indices])


def run_comparison(comparison: Comparison, results: Results, runtime: Runtime = SERIAL) -> Results:
    """Do the cells that ``results`` lacks, and enter them as they finish.

    ``runtime`` gives workers and progress (cells done, all).
    """
    cells = comparison.cells()
    keys = {method.name: method.key for method in comparison.methods}
    found = results.records
    there = {c for c in cells if c in found and found[c]["key"] == keys[c.method]}
    pieces = [[*there], *_pieces([c for c in cells if c not in there])]
    with runtime.reporting("fits") as report:
        run_chunks(
            comparison,
            pieces.__getitem__,
            list(pairwise(accumulate(map(len, pieces), initial=0))),
            lambda _, records: results.add(records),
            executor=runtime.executor,
            finished=[0],
            report=report,
        )
    return results


def _pieces(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells of one seed and method together: what is lost when a run is stopped."""
    pieces: dict[tuple[int, str], list[Cell]] = {}
    for cell in cells:
        pieces.setdefault((cell.seed, cell.method), []).append(cell)
    return list(pieces.values())


def content_of(comparison: Comparison, **more: Any) -> Settings:
    """What all cells depend on, for :class:`~potlearn.studies.Results`; ``more`` adds to it."""
    fits = comparison.fits
    first = comparison.splits[0]
    return {
        "rows": fits.store.content,
        "weights": fits.settings.weights.table(sorted({*fits.groups})),
        "solver": content_key(fits.settings.make_solver()),
        "one-body": content_key(fits.settings.one_body),
        "split": content_key(first),
        **more,
    }
