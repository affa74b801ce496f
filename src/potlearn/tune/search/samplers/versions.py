"""Differences between versions of Optuna."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.trial import FrozenTrial


def version() -> tuple[int, int]:
    """Major and minor version of Optuna."""
    major, minor = optuna.__version__.split(".")[:2]
    return int(major), int(minor)


def with_constraints(constrained: bool) -> dict[str, Any]:
    """Arguments of a sampler: since Optuna 5 it finds constraints in the trials by itself."""
    return {"constraints_func": _limits} if constrained and version() < (5, 0) else {}


def _limits(trial: FrozenTrial) -> list[float]:
    return list(trial.system_attrs.get("constraints", ()))
