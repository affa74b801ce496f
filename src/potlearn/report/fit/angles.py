r"""Panel: angles between predicted and reference forces against the size of the force.

.. math:: \theta_a = \operatorname{atan2}(|F_a \times F_a^{pred}|,\; F_a \cdot F_a^{pred})

An error :math:`\delta` across the force gives :math:`\theta \approx \delta / |F|`: a straight line
in logarithmic axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from potlearn.metrics import COSINE_THRESHOLD, Evaluation
from potlearn.report.fit.grids import Grid
from potlearn.report.fit.parity import MOST_POINTS, WORST
from potlearn.report.fit.view import FitView, Sources
from potlearn.report.page.compact import Json, short
from potlearn.report.page.numbers import counted
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import place
from potlearn.typing import Array, Indices

SMALLEST_ANGLE = 0.1
"""Degrees; smaller angles (symmetry makes some exactly zero) are drawn here."""

_CELLS = (90, 90)
_BANDS = 20
_FEWEST = 20


def angles(view: FitView) -> Panel | None:
    """One plot per set."""
    every = {name: Angles.of(evaluation) for name, evaluation in view.evaluations.items()}
    found = {name: angles for name, angles in every.items() if len(angles.atoms)}
    if not found:
        return None
    plots = "".join(
        place("angles", f"Forces, {name}", counted(len(angles.atoms), "atom"), name=name)
        for name, angles in found.items()
    )
    note = (
        "Angle between predicted and reference force as a function of the reference force (above "
        f"{COSINE_THRESHOLD:g} eV/Å). Solid line: median; dashed line: 90th percentile."
    )
    data = {
        "angles": {
            name: _set(angles, view.evaluations[name], view.sources[name])
            for name, angles in found.items()
        },
        "angleAxes": _axes(found),
    }
    content = f'<div class="plots two">{plots}</div>'
    return Panel("Force directions", content, note, link="Directions", data=data)


class Angles(NamedTuple):
    """Size of the reference force (eV/Å), angle (degrees) and atom, above the threshold."""

    size: Array
    angle: Array
    atoms: Indices

    @classmethod
    def of(cls, evaluation: Evaluation) -> Angles:
        """Angles of all atoms whose reference force is large enough."""
        size = np.linalg.norm(evaluation.forces_ref, axis=1)
        atoms = np.flatnonzero(size > COSINE_THRESHOLD)
        reference, predicted = evaluation.forces_ref[atoms], evaluation.forces_pred[atoms]
        across = np.linalg.norm(np.cross(reference, predicted), axis=1)
        angle = np.degrees(np.arctan2(across, np.sum(reference * predicted, axis=1)))
        return cls(size[atoms], np.maximum(angle, SMALLEST_ANGLE), atoms)


def _set(angles: Angles, evaluation: Evaluation, sources: Sources) -> Json:
    """Bands, and points or counts (axes in powers of ten) with the worst points."""
    size, angle, atoms = angles
    result: dict[str, object] = {"bands": _bands(size, angle)}
    shown = np.arange(len(atoms))
    if len(atoms) > MOST_POINTS:
        shown = np.argsort(-size * angle, kind="stable")[:WORST]
        x, y = np.log10(size), np.log10(angle)
        bounds = (float(x.min()), float(x.max()) + 1e-9)
        heights = (float(np.log10(SMALLEST_ANGLE)), float(np.log10(180.0)))
        result["cells"] = Grid(bounds, heights, *_CELLS).filled(x, y)
    owner = evaluation.owner[atoms[shown]]
    result["points"] = {
        "x": short(size[shown], 5),
        "y": short(angle[shown], 4),
        "c": sources(owner.tolist()),
        "a": (atoms[shown] - evaluation.first[owner]).tolist(),
    }
    return result


def _axes(found: Mapping[str, Angles]) -> Json:
    """Common ranges of force and angle; the lowest 0.2 % of the angles lie outside."""
    lowest = min(float(np.quantile(angle, 0.002)) for _, angle, _ in found.values())
    low = min(float(size.min()) for size, _, _ in found.values()) * 0.85
    high = max(float(size.max()) for size, _, _ in found.values()) * 1.18
    return {"x": short((low, high), 4), "y": short((lowest * 0.8, 230.0), 4)}


def _bands(size: Array, angle: Array) -> Json:
    """Median and 90 % quantile of the angle in equal ranges of log |F|, where there are enough."""
    edges = np.geomspace(size.min(), size.max() * (1 + 1e-9), _BANDS + 1)
    part = np.clip(np.searchsorted(edges, size, side="right") - 1, 0, _BANDS - 1)
    filled = np.flatnonzero(np.bincount(part, minlength=_BANDS) >= _FEWEST)
    middle = np.sqrt(edges[:-1] * edges[1:])[filled]
    levels = [np.quantile(angle[part == k], (0.5, 0.9)) for k in filled]
    columns = np.array(levels).reshape(-1, 2).T
    return {
        "x": short(middle, 4),
        "median": short(columns[0], 4),
        "most": short(columns[1], 4),
    }
