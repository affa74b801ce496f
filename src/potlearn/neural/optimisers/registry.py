"""Table of optimisers."""

from __future__ import annotations

from potlearn.errors import FitError
from potlearn.neural.optimisers.base import Optimiser
from potlearn.registry import Registry

OPTIMISERS: Registry[type[Optimiser]] = Registry(
    "optimiser",
    FitError,
    {
        "adamw": "potlearn.neural.optimisers.adamw:AdamW",
        "lbfgs": "potlearn.neural.optimisers.lbfgs:LBFGS",
    },
)
