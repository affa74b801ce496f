"""Short forms of numbers and names for the page's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from potlearn.metrics import Evaluation
from potlearn.report.binning import Grid
from potlearn.typing import Array


class Sources:
    """Names of the configurations that some point refers to, each written once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._number: dict[int, int] = {}
        self._groups: dict[str, int] = {}

    def __call__(self, configurations: Iterable[int]) -> list[int]:
        """Positions in the written list."""
        return [self._number.setdefault(int(c), len(self._number)) for c in configurations]

    def written(self) -> dict[str, Any]:
        """Sources as file and frame, and groups."""
        files: dict[str, int] = {}
        rows: list[tuple[int, str, int]] = []
        for c in self._number:
            file, _, frame = self._evaluation.sources[c].rpartition(":")
            group = self._groups.setdefault(self._evaluation.groups[c], len(self._groups))
            rows.append((files.setdefault(file, len(files)), frame, group))
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        return {"files": list(files), "groups": list(self._groups)} | dict(
            zip(("file", "frame", "group"), map(list, columns), strict=True)
        )


def cells(grid: Grid, x: Array, y: Array, scale: float = 1.0) -> dict[str, Any]:
    """Filled cells of a grid: position along the rows, and count; y in units of ``1 / scale``."""
    counts = grid.counts(x, y).ravel()
    filled = np.flatnonzero(counts)
    return {
        "n": [grid.nx, grid.ny],
        "x": short(grid.x, 6),
        "y": short([scale * bound for bound in grid.y], 6),
        "i": filled.tolist(),
        "count": counts[filled].tolist(),
    }


def short(values: Iterable[float], digits: int) -> list[float]:
    """Numbers rounded to significant digits."""
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return [float(f"{value:.{digits}g}") for value in listed]
