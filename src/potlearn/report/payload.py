"""Numbers behind the plots of the page, as small as the plots allow.

Up to ``MOST_POINTS`` components every one is a point.  Above, the plot shows counts on a grid and
the ``WORST`` largest errors as points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from potlearn.metrics import Evaluation, Values
from potlearn.report.angles import angles, axes
from potlearn.report.binning import Grid, histogram_edges, padded
from potlearn.report.compact import Sources, cells, short
from potlearn.report.quantities import ALL, MILLI, Quantity
from potlearn.typing import Array

MOST_POINTS = 10_000
WORST = 500

_PARITY_CELLS = 240
_ERROR_CELLS = 120


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
        "angleAxes": axes(evaluations.values()),
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
            name: _parity(v, evaluations[name], quantity, sources[name], bounds)
            for name, v in values.items()
        },
    }


def _parity(
    values: Values,
    evaluation: Evaluation,
    quantity: Quantity,
    sources: Sources,
    bounds: tuple[float, float],
) -> dict[str, Any]:
    """Points, or counts and the worst points."""
    if len(values.reference) <= MOST_POINTS:
        return {"points": _points(values, evaluation, quantity, sources)}
    size = np.abs(values.error)
    worst = np.argsort(-size, kind="stable")[:WORST]
    limit = float(size[worst[-1]]) or 1e-9
    parity = Grid(bounds, bounds, _PARITY_CELLS, _PARITY_CELLS)
    error = Grid(bounds, (-limit, limit), _ERROR_CELLS, _ERROR_CELLS)
    return {
        "points": _points(values.take(worst), evaluation, quantity, sources),
        "parity": cells(parity, values.reference, values.prediction),
        "error": cells(error, values.reference, values.error, scale=MILLI),
    }


def _points(
    values: Values, evaluation: Evaluation, quantity: Quantity, sources: Sources
) -> dict[str, Any]:
    """Reference, error in milli-units, configuration, atom and component of each point."""
    points = {
        "x": short(values.reference, 8),
        "e": short(values.error * MILLI, 4),
        "c": sources(values.configuration),
        "k": values.component.tolist(),
    }
    if quantity.key == "forces":
        points["a"] = (values.row - evaluation.first[values.configuration]).tolist()
    return points


def _histogram(errors: Mapping[str, Array]) -> dict[str, Any]:
    """Shares of the errors per bin; the bins reach to where 1 % of some set lies outside."""
    edges = histogram_edges(list(errors.values()))
    shares = {n: np.histogram(e, edges)[0] / len(e) for n, e in errors.items()}
    return {
        "limit": short([edges[-1]], 6)[0],
        "bins": len(edges) - 1,
        "sets": {name: short(share, 4) for name, share in shares.items()},
        "outside": {
            name: short([max(0.0, round(1 - share.sum(), 9))], 3)[0]
            for name, share in shares.items()
        },
    }
