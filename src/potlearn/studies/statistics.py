r"""Means over seeds with 95 % intervals, and how many configurations a method saves.

An error :math:`e_s` of seeds :math:`s = 1 .. S` has the interval
:math:`\bar e \pm t_{0.975, S - 1}\, \sigma / \sqrt S` (Student).  Errors of small subsets have
heavy tails and condition numbers span decades: both have geometric means too, whose interval is
that of :math:`\log e_s`.

A method is compared with the baseline pair by pair: seed s has the same pool and test set for both,
and

.. math:: \rho = \exp \frac1S \sum_s \log \frac{e_s(k)}{e^0_s(k_0)}

below 1 says that k configurations of the method are better than :math:`k_0` of the baseline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from potlearn.studies.table import Cell, Record


class Estimate(NamedTuple):
    """A mean and its 95 % interval; NaN bounds with fewer than two values."""

    mean: float
    low: float
    high: float


def interval(values: ArrayLike, logarithmic: bool = False) -> Estimate:
    """Mean of values and its interval; ``logarithmic``: their geometric mean."""
    from scipy.stats import t

    x = np.asarray(values, float)
    if len(x) == 0:
        return Estimate(np.nan, np.nan, np.nan)
    x = np.log(x) if logarithmic else x
    n, mean = len(x), float(x.mean())
    half = float(t.ppf(0.975, n - 1) * x.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    found = (mean, mean - half, mean + half)
    return Estimate(*(float(np.exp(v)) if logarithmic else float(v) for v in found))


@dataclass(frozen=True)
class Table:
    """Records of a comparison, for questions about them.

    Attributes
    ----------
    records : mapping of Cell to dict
    baseline : str
        Method that the others are compared with.
    """

    records: Mapping[Cell, Record]
    baseline: str = "random"

    @property
    def methods(self) -> list[str]:
        """Methods in order of appearance, the baseline first."""
        names = dict.fromkeys(cell.method for cell in self.records)
        return [n for n in names if n == self.baseline] + [n for n in names if n != self.baseline]

    @property
    def sizes(self) -> list[int]:
        """Numbers of configurations asked for, ascending."""
        return sorted({cell.size for cell in self.records})

    def values(self, method: str, size: int, quantity: str) -> dict[int, float]:
        """Numbers of the seeds that have one."""
        return {
            cell.seed: record[quantity]
            for cell, record in sorted(self.records.items())
            if (cell.method, cell.size) == (method, size) and quantity in record
        }

    def failure(self, method: str, size: int) -> str:
        """Why cells have no number, in words; empty if all have."""
        for cell, record in self.records.items():
            if (cell.method, cell.size) == (method, size) and "error" in record:
                return str(record["error"])
        return ""

    def mean(self, method: str, size: int, quantity: str, logarithmic: bool = False) -> Estimate:
        """Mean over seeds of a number, and its interval."""
        return interval(list(self.values(method, size, quantity).values()), logarithmic)

    def ratio(
        self, method: str, size: int, quantity: str, baseline_size: int | None = None
    ) -> Estimate:
        """Geometric mean over seeds of the ratio to the baseline, by default at the same size."""
        ours = self.values(method, size, quantity)
        other = baseline_size if baseline_size is not None else size
        theirs = self.values(self.baseline, other, quantity)
        common = [seed for seed in ours if seed in theirs]
        return interval([ours[seed] / theirs[seed] for seed in common], logarithmic=True)

    def equal_atoms(self, method: str, size: int, quantity: str) -> float:
        """Geometric mean over that of the baseline with as many atoms; NaN outside its range.

        Large cells cost more and tell more; the baseline is interpolated in logarithms.
        """
        atoms = [self.mean(self.baseline, k, "atoms").mean for k in self.sizes]
        errors = [self.mean(self.baseline, k, quantity, True).mean for k in self.sizes]
        ours = self.mean(method, size, "atoms").mean
        if not atoms[0] <= ours <= atoms[-1]:
            return float("nan")
        same = np.exp(np.interp(np.log(ours), np.log(atoms), np.log(errors)))
        return float(self.mean(method, size, quantity, True).mean / same)

    def worth(self, method: str, size: int, quantity: str) -> tuple[float, float]:
        """How many configurations of the baseline one of the method is worth: bounds.

        The baseline's geometric means are interpolated in logarithms.  The bounds are equal, or
        (0, x) and (x, inf) where the method is worse or better than the baseline at all sizes.
        """
        ours = self.mean(method, size, quantity, logarithmic=True).mean
        if ours != ours:
            return float("nan"), float("nan")
        errors = [self.mean(self.baseline, k, quantity, True).mean for k in self.sizes]
        falling = np.minimum.accumulate(errors)
        if ours > falling[0]:
            return 0.0, self.sizes[0] / size
        if ours < falling[-1]:
            return self.sizes[-1] / size, float("inf")
        logs = np.log(falling[::-1]), np.log(self.sizes[::-1])
        found = float(np.exp(np.interp(np.log(ours), *logs))) / size
        return found, found

    def savings(self, quantities: Sequence[str], factor: int = 2) -> list[tuple[str, int, int]]:
        """Where a part of the configurations is enough: (method, k, k0) with k <= k0 / factor.

        The means of all the quantities over seeds are no larger than the baseline's at k0.
        """
        found = []
        for method in self.methods:
            for small, large in self._pairs(factor):
                if method != self.baseline and self._reaches(method, small, large, quantities):
                    found.append((method, small, large))
        return found

    def _pairs(self, factor: int) -> Iterable[tuple[int, int]]:
        """Every size, and the largest one that is at most that part of it."""
        for large in self.sizes:
            parts = [size for size in self.sizes if factor * size <= large]
            if parts:
                yield parts[-1], large

    def _reaches(self, method: str, small: int, large: int, quantities: Sequence[str]) -> bool:
        pairs = (
            (self.mean(method, small, q).mean, self.mean(self.baseline, large, q).mean)
            for q in quantities
        )
        return all(ours <= theirs for ours, theirs in pairs)
