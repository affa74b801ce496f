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
    "execution",
    "features",
    "fit",
    "lammps",
    "metrics",
    "potentials",
    "report",
    "select",
    "subsets",
    "testing",
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
    "ACE": "potlearn.descriptors",
    "POD": "potlearn.descriptors",
    "LinearPotential": "potlearn.potentials",
    "PacePotential": "potlearn.potentials.pace",
    "SumPotential": "potlearn.potentials.sum",
    "BornMayer": "potlearn.potentials.pair",
    "Coulomb": "potlearn.potentials.pair",
    "LennardJones": "potlearn.potentials.pair",
    "Morse": "potlearn.potentials.pair",
    "ZBL": "potlearn.potentials.pair",
    "core_constraints": "potlearn.potentials.core.constraints",
    "default_zbl": "potlearn.potentials.core",
    "shortest_distances": "potlearn.potentials.core",
    "load": "potlearn.potentials",
    "FitResult": "potlearn.fit",
    "Weights": "potlearn.fit",
    "fit_linear": "potlearn.fit",
    "Evaluation": "potlearn.metrics",
    "evaluate": "potlearn.metrics",
    "write_report": "potlearn.report",
    "read_pod": "potlearn.lammps",
    "read_yace": "potlearn.lammps",
    "write_lammps": "potlearn.lammps",
    "write_pod": "potlearn.lammps",
    "write_table": "potlearn.lammps",
    "write_yace": "potlearn.lammps",
}

__all__ = ["__version__", *_EXPORTS]

if TYPE_CHECKING:
    from potlearn.data import Dataset as Dataset
    from potlearn.data import LabelKeys as LabelKeys
    from potlearn.data import Labels as Labels
    from potlearn.data import from_atoms as from_atoms
    from potlearn.data import grouped_split as grouped_split
    from potlearn.data import inspect as inspect
    from potlearn.data import k_folds as k_folds
    from potlearn.data import random_split as random_split
    from potlearn.data import read as read
    from potlearn.data import stratified_split as stratified_split
    from potlearn.descriptors import ACE as ACE
    from potlearn.descriptors import POD as POD
    from potlearn.fit import FitResult as FitResult
    from potlearn.fit import Weights as Weights
    from potlearn.fit import fit_linear as fit_linear
    from potlearn.lammps import read_pod as read_pod
    from potlearn.lammps import read_yace as read_yace
    from potlearn.lammps import write_lammps as write_lammps
    from potlearn.lammps import write_pod as write_pod
    from potlearn.lammps import write_table as write_table
    from potlearn.lammps import write_yace as write_yace
    from potlearn.metrics import Evaluation as Evaluation
    from potlearn.metrics import evaluate as evaluate
    from potlearn.potentials import LinearPotential as LinearPotential
    from potlearn.potentials import load as load
    from potlearn.potentials.core import default_zbl as default_zbl
    from potlearn.potentials.core import shortest_distances as shortest_distances
    from potlearn.potentials.core.constraints import core_constraints as core_constraints
    from potlearn.potentials.pace import PacePotential as PacePotential
    from potlearn.potentials.pair import ZBL as ZBL
    from potlearn.potentials.pair import BornMayer as BornMayer
    from potlearn.potentials.pair import Coulomb as Coulomb
    from potlearn.potentials.pair import LennardJones as LennardJones
    from potlearn.potentials.pair import Morse as Morse
    from potlearn.potentials.sum import SumPotential as SumPotential
    from potlearn.report import write_report as write_report


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
    return sorted([*__all__, *_ROOMS])
