"""Panel: the configurations with the largest errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from potlearn.metrics import QUANTITIES, Evaluation
from potlearn.report.fit.cards import LEAST
from potlearn.report.fit.view import FitView
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Table, count, headings, number, text
from potlearn.typing import Array

MOST_ROWS = 20


def worst(view: FitView) -> Panel | None:
    """Configurations whose errors are largest, relative to the RMSE of their set."""
    quantities = [
        q for q in QUANTITIES.values() if any(q in view.labelled(n) for n in view.evaluations)
    ]
    if not quantities:
        return None
    ranked: list[tuple[float, list[Cell]]] = []
    for name, evaluation in view.evaluations.items():
        rms = {q.key: _rms_of_configurations(evaluation, q.key) for q in quantities}
        score = _score(evaluation, rms)
        for i in np.argsort(-score, kind="stable")[:MOST_ROWS].tolist():
            row = [text(evaluation.sources[i]), text(name), text(evaluation.groups[i])]
            row.append(count(int(evaluation.n_atoms[i])))
            row += [number(float(rms[q.key][i]), q.factor, least=LEAST) for q in quantities]
            row.append(number(float(score[i]), decimals=1))
            ranked.append((float(score[i]), row))
    ranked.sort(key=lambda pair: -pair[0])
    errors = [f"{q.name} ({q.error_unit})" for q in quantities]
    heads = headings(["Configuration", "Set", "Group"], ["Atoms", *errors, "× typical"])
    note = (
        "Root-mean-square errors of single configurations. “× typical”: the largest of their "
        "ratios to the RMSE of the whole set. Configurations are named file:frame; frames are "
        "counted from 0."
    )
    table = Table(heads, [row for _, row in ranked[:MOST_ROWS]])
    return Panel("Largest errors", table.html(), note)


def _rms_of_configurations(evaluation: Evaluation, quantity: str) -> Array:
    """Root mean square error of each configuration, NaN without labels."""
    values = evaluation.values(quantity)
    n = np.bincount(values.configuration, minlength=len(evaluation))
    total = np.bincount(values.configuration, values.error**2, minlength=len(evaluation))
    return np.where(n > 0, np.sqrt(total / np.maximum(n, 1)), np.nan)


def _score(evaluation: Evaluation, rms: Mapping[str, Array]) -> Array:
    """Largest ratio of a configuration's rms error to that of its set."""
    ratios = [np.zeros(len(evaluation))]
    for quantity, errors in rms.items():
        error = evaluation.values(quantity).error
        typical = float(np.sqrt(np.mean(error**2))) if len(error) else 0.0
        ratios.append(np.nan_to_num(errors / typical) if typical > 0 else ratios[0])
    return np.asarray(np.max(ratios, axis=0))
