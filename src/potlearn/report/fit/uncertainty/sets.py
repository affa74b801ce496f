"""Sets with expected errors, and which of them were in the fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from potlearn.metrics import Evaluation
from potlearn.report.fit.view import FitView
from potlearn.report.page.numbers import counted
from potlearn.typing import Array

TRAIN = "train"
WERE_IN = "were in the fit: says nothing of new configurations"


def with_spreads(view: FitView) -> dict[str, Evaluation]:
    """Sets whose potential has an uncertainty, the one of the headline numbers first."""
    return {name: e for name, e in view.evaluations.items() if e.spreads is not None}


def with_grades(view: FitView) -> Mapping[str, tuple[Evaluation, Array]]:
    """Sets with extrapolation grades, (N,); these may be infinite."""
    found = {name: (e, e.spreads.gamma) for name, e in with_spreads(view).items() if e.spreads}
    return {name: (e, g) for name, (e, g) in found.items() if not np.isnan(g).all()}


def in_fit(view: FitView, name: str) -> int:
    """Configurations of a set that the potential was fitted to."""
    n = len(view.evaluations[name])
    return min(view.info.in_fit.get(name, n if name == TRAIN else 0), n)


def all_in_fit(view: FitView, name: str) -> bool:
    """Whether a set holds nothing new."""
    return in_fit(view, name) == len(view.evaluations[name])


def remark(view: FitView, name: str) -> str:
    """Words on a set that was in the fit, wholly or in part; empty for new configurations."""
    k, n = in_fit(view, name), len(view.evaluations[name])
    if not k:
        return ""
    return WERE_IN if k == n else f"{k} of {counted(n, 'configuration')} {WERE_IN}"
