r"""Angles between predicted and reference forces against the size of the force.

.. math:: \theta_a = \operatorname{atan2}(|F_a \times F_a^{pred}|,\; F_a \cdot F_a^{pred})

An error :math:`\delta` across the force gives :math:`\theta \approx \delta / |F|`: a straight line
in logarithmic axes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from potlearn.metrics import COSINE_THRESHOLD, Evaluation
from potlearn.report.binning import Grid
from potlearn.report.compact import Sources, cells, short
from potlearn.typing import Array

SMALLEST_ANGLE = 0.1
"""Degrees; smaller angles (symmetry makes some exactly zero) are drawn here."""

_CELLS = (90, 90)
_BANDS = 20
_FEWEST = 20


def force_angles(evaluation: Evaluation) -> tuple[Array, Array, np.ndarray[Any, Any]]:
    """Size of the reference force (eV/Å), angle (degrees) and atom, above the cosine threshold."""
    size = np.linalg.norm(evaluation.forces_ref, axis=1)
    atoms = np.flatnonzero(size > COSINE_THRESHOLD)
    reference, predicted = evaluation.forces_ref[atoms], evaluation.forces_pred[atoms]
    across = np.linalg.norm(np.cross(reference, predicted), axis=1)
    angle = np.degrees(np.arctan2(across, np.sum(reference * predicted, axis=1)))
    return size[atoms], np.maximum(angle, SMALLEST_ANGLE), atoms


def angles(
    evaluation: Evaluation, sources: Sources, most_points: int, worst: int
) -> dict[str, Any] | None:
    """Points or counts (axes in powers of ten), and bands; None without labelled forces."""
    size, angle, atoms = force_angles(evaluation)
    if not len(atoms):
        return None
    result: dict[str, Any] = {"n": len(atoms), "bands": _bands(size, angle)}
    shown = np.arange(len(atoms))
    if len(atoms) > most_points:
        shown = np.argsort(-size * angle, kind="stable")[:worst]
        x, y = np.log10(size), np.log10(angle)
        bounds = (float(x.min()), float(x.max()) + 1e-9)
        grid = Grid(bounds, (np.log10(SMALLEST_ANGLE), np.log10(180.0)), *_CELLS)
        result["cells"] = cells(grid, x, y)
    owner = evaluation.owner[atoms[shown]]
    result["points"] = {
        "x": short(size[shown], 5),
        "y": short(angle[shown], 4),
        "c": sources(owner),
        "a": (atoms[shown] - evaluation.first[owner]).tolist(),
    }
    return result


def axes(evaluations: Iterable[Evaluation]) -> dict[str, list[float]]:
    """Common ranges of force and angle; the lowest 0.2 % of the angles lie outside."""
    parts = [(size, angle) for size, angle, _ in map(force_angles, evaluations) if len(size)]
    if not parts:
        return {}
    lowest = min(float(np.quantile(angle, 0.002)) for _, angle in parts)
    x = min(size.min() for size, _ in parts) * 0.85, max(size.max() for size, _ in parts) * 1.18
    return {"x": short(x, 4), "y": short((lowest * 0.8, 230.0), 4)}


def _bands(size: Array, angle: Array) -> dict[str, list[float]]:
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
