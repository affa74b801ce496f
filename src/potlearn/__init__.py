"""Fast, accurate, trustworthy interatomic potentials from labelled configurations.

Units are eV, Å, eV/Å³, K, fs and amu; stresses are positive under tension, in the Voigt order
xx yy zz yz xz xy.  Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = (
    "cli",
    "data",
    "descriptors",
    "engine",
    "errors",
    "fit",
    "lammps",
    "metrics",
    "potentials",
    "report",
)
_EXPORTS = {
    "Dataset": "potlearn.data",
    "LabelKeys": "potlearn.data",
    "Labels": "potlearn.data",
    "from_atoms": "potlearn.data",
    "grouped_split": "potlearn.data",
    "inspect": "potlearn.data",
    "k_folds": "potlearn.data",
    "random_split": "potlearn.data",
    "read": "potlearn.data",
    "stratified_split": "potlearn.data",
    "POD": "potlearn.descriptors",
    "LinearPotential": "potlearn.potentials",
    "ZBL": "potlearn.potentials",
    "load": "potlearn.potentials",
    "FitResult": "potlearn.fit",
    "Weights": "potlearn.fit",
    "fit_linear": "potlearn.fit",
    "Evaluation": "potlearn.metrics",
    "evaluate": "potlearn.metrics",
    "write_report": "potlearn.report",
    "read_pod": "potlearn.lammps",
    "write_pod": "potlearn.lammps",
}

__all__ = ["__version__", *_EXPORTS, *_ROOMS]  # noqa: PLE0604

if TYPE_CHECKING:
    from potlearn import (
        cli,
        data,
        descriptors,
        engine,
        errors,
        fit,
        lammps,
        metrics,
        potentials,
        report,
    )
    from potlearn.data import (
        Dataset,
        LabelKeys,
        Labels,
        from_atoms,
        grouped_split,
        inspect,
        k_folds,
        random_split,
        read,
        stratified_split,
    )
    from potlearn.descriptors import POD
    from potlearn.potentials import LinearPotential, ZBL, load
    from potlearn.fit import FitResult, Weights, fit_linear
    from potlearn.metrics import Evaluation, evaluate
    from potlearn.report import write_report
    from potlearn.lammps import read_pod, write_pod


def __getattr__(name: str) -> Any:
    """Load a room, or an exported name from its room (PEP 562)."""
    if name in _ROOMS:
        return import_module(f"potlearn.{name}")
    if name not in _EXPORTS:
        raise AttributeError(f"module 'potlearn' has no attribute {name!r}")
    value = getattr(import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
