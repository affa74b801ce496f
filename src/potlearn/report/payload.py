"""Numbers behind the plots of the page, as small as the plots allow.

Up to ``MOST_POINTS`` components every one is a point.  Above, the plot shows counts on a grid and
the ``WORST`` largest errors as points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.metrics import Evaluation, Values
from potlearn.report.angles import angles
from potlearn.report.binning import Grid, padded
from potlearn.report.quantities import ALL, MILLI, Quantity

MOST_POINTS = 10_000
WORST = 500

_PARITY_CELLS = 240
_ERROR_CELLS = 120
_BINS = 81

Array = NDArray[np.float64]


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


def payload(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    """Everything that the page's script draws, ready for JSON."""
    sources = {name: Sources(evaluation) for name, evaluation in evaluations.items()}
    quantities = {q.key: _quantity(evaluations, q, sources) for q in ALL}
    force_angles = {
        name: angles(evaluation, sources[name], MOST_POINTS, WORST)
        for name, evaluation in evaluations.items()
    }
    return {
        "quantities": {key: value for key, value in quantities.items() if value},
        "angles": {name: value for name, value in force_angles.items() if value},
        "sources": {name: source.written() for name, source in sources.items()},
    }


def _quantity(
    evaluations: Mapping[str, Evaluation], quantity: Quantity, sources: Mapping[str, Sources]
) -> dict[str, Any] | None:
    """Plots of one quantity, on the same axes for every set; None without labels."""
    every = {name: e.values(quantity.key) for name, e in evaluations.items()}
    values = {name: v for name, v in every.items() if len(v.reference)}
    if not values:
        return None
    both = [a for v in values.values() for a in (v.reference, v.prediction)]
    bounds = padded(min(a.min() for a in both), max(a.max() for a in both))
    largest = max(np.abs(v.error).max() for v in values.values()) * MILLI
    return {
        "name": quantity.name,
        "unit": quantity.unit,
        "components": quantity.components,
        "range": short(bounds, 6),
        "largest": short([1.06 * largest or 1.0], 4)[0],
        "histogram": _histogram({name: v.error * MILLI for name, v in values.items()}),
        "sets": {
            name: _parity(v, evaluations[name], sources[name], bounds)
            for name, v in values.items()
        },
    }


def _parity(
    values: Values, evaluation: Evaluation, sources: Sources, bounds: tuple[float, float]
) -> dict[str, Any]:
    """Points, or counts and the worst points."""
    if len(values.reference) <= MOST_POINTS:
        return {"points": _points(values, evaluation, sources)}
    size = np.abs(values.error)
    worst = np.argsort(-size, kind="stable")[:WORST]
    limit = float(size[worst[-1]]) or 1e-9
    parity = Grid(bounds, bounds, _PARITY_CELLS, _PARITY_CELLS)
    error = Grid(bounds, (-limit, limit), _ERROR_CELLS, _ERROR_CELLS)
    return {
        "points": _points(values.take(worst), evaluation, sources),
        "parity": cells(parity, values.reference, values.prediction),
        "error": cells(error, values.reference, values.error, scale=MILLI),
    }


def _points(values: Values, evaluation: Evaluation, sources: Sources) -> dict[str, Any]:
    """Reference, error in milli-units, configuration, atom and component of each point."""
    points: dict[str, Any] = {
        "x": short(values.reference, 8),
        "e": short(values.error * MILLI, 4),
        "c": sources(values.configuration),
    }
    if len(evaluation.forces_ref) and values.component.max(initial=0) > 0:
        points["k"] = values.component.tolist()
    if values.row is not values.configuration:
        points["a"] = (values.row - evaluation.first[values.configuration]).tolist()
    return points


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


def _histogram(errors: Mapping[str, Array]) -> dict[str, Any]:
    """Shares of the errors per bin; the bins reach to where 1 % of some set lies outside."""
    limit = max(float(np.quantile(np.abs(e), 0.99)) for e in errors.values()) or 1.0
    edges = np.linspace(-limit, limit, _BINS + 1)
    shares = {n: np.histogram(e, edges)[0] / len(e) for n, e in errors.items()}
    return {
        "limit": short([limit], 6)[0],
        "bins": _BINS,
        "sets": {name: short(share, 4) for name, share in shares.items()},
        "outside": {name: short([1 - share.sum()], 3)[0] for name, share in shares.items()},
    }


def short(values: Iterable[float], digits: int) -> list[float]:
    """Numbers rounded to significant digits."""
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return [float(f"{value:.{digits}g}") for value in listed]
