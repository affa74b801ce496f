"""Panel: absolute errors against standard deviations.

Up to ``MOST_POINTS`` components every one is a point.  Above, the plot shows counts on a grid and
the ``WORST`` errors that are largest in standard deviations as points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from potlearn.metrics import QUANTITIES, Evaluation, Quantity, Values, stds_of
from potlearn.report.fit.grids import Grid
from potlearn.report.fit.uncertainty.sets import remark, with_spreads
from potlearn.report.fit.view import FitView, Sources
from potlearn.report.page.compact import Json, short
from potlearn.report.page.numbers import counted
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import limits_of, place
from potlearn.typing import Array

MOST_POINTS = 3000
WORST = 300
SHARES = (0.68, 0.95)
"""Shares of the errors that lie below the lines."""
LEAST = 1e-3
"""Errors below this part of their standard deviation are drawn there; axes begin at this part of
the median standard deviation."""

Limits: TypeAlias = tuple[float, float]
Axes: TypeAlias = tuple[Limits, Limits]

_CELLS = (80, 80)
_BINS = 16
_FEWEST = 40


@dataclass(frozen=True)
class Pairs:
    """Standard deviations (m,) above zero of labelled components, and the components."""

    stds: Array
    values: Values

    @classmethod
    def of(cls, evaluation: Evaluation, quantity: str) -> Pairs | None:
        """None without labels or without standard deviations."""
        values = evaluation.values(quantity)
        stds = stds_of(evaluation, quantity, values)
        if stds is None:
            return None
        known = np.isfinite(stds) & (stds > 0)
        return cls(stds[known], values.take(known)) if known.any() else None

    @property
    def sizes(self) -> Array:
        """Absolute errors (m,); the smallest are raised, so that they have a logarithm."""
        return np.maximum(np.abs(self.values.error), LEAST * self.stds)

    def quantiles(self) -> tuple[Array, Array]:
        """Standard deviations (b,), and the errors (2, b) that :data:`SHARES` lie below.

        Bins hold equal numbers of components.
        """
        n = int(np.clip(len(self.stds) // _FEWEST, 0, _BINS))
        parts = np.array_split(np.argsort(self.stds, kind="stable"), n) if n > 1 else []
        middles = np.array([np.median(self.stds[part]) for part in parts])
        found = [np.quantile(self.sizes[part], SHARES) for part in parts]
        return middles, np.array(found).reshape(-1, 2).T


def pairs_of(evaluations: Mapping[str, Evaluation], quantity: str) -> dict[str, Pairs]:
    """Of every set that has them."""
    found = {name: Pairs.of(evaluation, quantity) for name, evaluation in evaluations.items()}
    return {name: pairs for name, pairs in found.items() if pairs is not None}


def against(view: FitView) -> Panel | None:
    """A row of plots for each set."""
    sets = with_spreads(view)
    every = {q: pairs_of(sets, q.key) for q in QUANTITIES.values()}
    found = {q: pairs for q, pairs in every.items() if pairs}
    if not found:
        return None
    rows = (
        "".join(
            place("against", f"{q.name}, {name}", _caption(view, name, q, pairs[name]), q.key, name)
            for q, pairs in found.items()
            if name in pairs
        )
        for name in sets
    )
    content = "".join(f'<div class="plots">{row}</div>' for row in rows if row)
    note = (
        "Orange: below these lines 68 % (solid) and 95 % (dashed) of the errors should lie. Black: "
        "below these they lie, in bins with equal numbers of them. Standard deviations that tell "
        "large errors from small ones make black lines that rise as the orange ones do. With more "
        f"than {MOST_POINTS:,} components, shading shows their density and points the {WORST} "
        "errors that are largest in standard deviations. The smallest ones may lie outside."
    )
    data = {"against": {q.key: _quantity(view, q, pairs) for q, pairs in found.items()}}
    title = "Errors against standard deviations"
    return Panel(title, content, note, link="Errors against std", data=data)


def _caption(view: FitView, name: str, quantity: Quantity, pairs: Pairs) -> str:
    counts = counted(len(pairs.stds), quantity.one)
    return "; ".join(filter(None, [counts, remark(view, name)]))


def _quantity(view: FitView, quantity: Quantity, found: Mapping[str, Pairs]) -> Json:
    """Plots of one quantity, on the same axes for every set."""
    x, y = limits(found.values())
    return {
        "unit": quantity.error_unit,
        "components": quantity.components,
        "x": short(np.multiply(x, quantity.factor), 4),
        "y": short(np.multiply(y, quantity.factor), 4),
        "sets": {
            name: _set(pairs, view.evaluations[name], quantity, view.sources[name], (x, y))
            for name, pairs in found.items()
        },
    }


def limits(found: Iterable[Pairs]) -> Axes:
    """Limits of both axes; the smallest 1 % of both, and what is tiny, lie outside."""
    listed = list(found)
    least = LEAST * min(float(np.median(p.stds)) for p in listed)
    return _ends([p.stds for p in listed], least), _ends([p.sizes for p in listed], least)


def _ends(values: Sequence[Array], least: float) -> Limits:
    low = max(least, min(float(np.quantile(v, 0.01)) for v in values))
    return limits_of([low, max(low, *(float(v.max()) for v in values))])


def factor_95(evaluation: Evaluation, quantity: str) -> float:
    """Half width of the interval of 95 %, in standard deviations."""
    assert evaluation.spreads is not None
    return evaluation.spreads.width(quantity, SHARES[1])


def _set(
    pairs: Pairs, evaluation: Evaluation, quantity: Quantity, sources: Sources, axes: Axes
) -> Json:
    """Lines, and points or counts (axes in powers of ten) with the worst points."""
    stds, sizes = pairs.stds, pairs.sizes
    result: dict[str, object] = {
        "bands": _bands(pairs, quantity.factor),
        "wide": short([factor_95(evaluation, quantity.key)], 4)[0],
    }
    shown = np.arange(len(stds))
    if len(stds) > MOST_POINTS:
        shown = np.argsort(-sizes / stds, kind="stable")[:WORST]
        x, y = (np.log10(np.multiply(axis, quantity.factor)) for axis in axes)
        grid = Grid((x[0], x[1]), (y[0], y[1]), *_CELLS)
        result["cells"] = grid.filled(
            np.log10(stds * quantity.factor), np.log10(sizes * quantity.factor)
        )
    values = pairs.values.take(shown)
    points: dict[str, object] = {
        "x": short(stds[shown] * quantity.factor, 4),
        "y": short(sizes[shown] * quantity.factor, 4),
        "c": sources(values.configuration.tolist()),
        "k": values.component.tolist(),
    }
    if quantity.key == "forces":
        points["a"] = (values.row - evaluation.first[values.configuration]).tolist()
    return {**result, "points": points}


def _bands(pairs: Pairs, scale: float) -> Json:
    middles, (lower, upper) = pairs.quantiles()
    return {
        "x": short(scale * middles, 4),
        "most": short(scale * lower, 4),
        "nearly": short(scale * upper, 4),
    }
