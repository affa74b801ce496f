"""Counts on grids, for plots of more points than a page should hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from potlearn.report.page.compact import Json, short
from potlearn.typing import Array, Indices, Mask


@dataclass(frozen=True)
class Grid:
    """Equal cells over ``[low, high]`` along x and y."""

    x: tuple[float, float]
    y: tuple[float, float]
    nx: int
    ny: int

    def counts(self, x: Array, y: Array) -> Indices:
        """Points in each cell, (ny, nx); points outside the grid are left out."""
        i, inside_x = _cell(x, self.x, self.nx)
        j, inside_y = _cell(y, self.y, self.ny)
        inside = inside_x & inside_y
        flat = j[inside] * self.nx + i[inside]
        return np.bincount(flat, minlength=self.nx * self.ny).reshape(self.ny, self.nx)

    def filled(self, x: Array, y: Array, scale: float = 1.0) -> Json:
        """Filled cells for the page: position along the rows, count; y times ``scale``."""
        counts = self.counts(x, y).ravel()
        filled = np.flatnonzero(counts)
        return {
            "n": [self.nx, self.ny],
            "x": short(self.x, 6),
            "y": short([scale * bound for bound in self.y], 6),
            "i": filled.tolist(),
            "count": counts[filled].tolist(),
        }


def _cell(x: Array, bounds: tuple[float, float], n: int) -> tuple[Indices, Mask]:
    """Cell of each value, and whether it lies within the bounds (both included)."""
    low, high = bounds
    position = (x - low) * (n / (high - low))
    index = np.clip(position.astype(np.int64), 0, n - 1)
    return index, (x >= low) & (x <= high)


def padded(low: float, high: float, share: float = 0.04) -> tuple[float, float]:
    """The interval, wider by a share of its length on both sides (never of length zero)."""
    margin = share * (high - low) or max(abs(high), 1.0) * share
    return low - margin, high + margin


def histogram_edges(errors: Sequence[Array]) -> Array:
    """Bins around zero for several sets: 1 % of some set lies outside, small sets get wide bins."""
    limit = max(float(np.quantile(np.abs(e), 0.99)) for e in errors) or 1.0
    fewest = min(len(e) for e in errors)
    bins = int(np.clip(2 * np.sqrt(fewest), 11, 81)) | 1
    return np.linspace(-limit, limit, bins + 1)
