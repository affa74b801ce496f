"""What a file holds of expected errors: a grade of atoms, and deviations of forces."""

from __future__ import annotations

from typing import Any

from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import features_arrays
from potlearn.lammps.plugin.terms import Term
from potlearn.potentials import Potential
from potlearn.potentials.uncertain import UncertainPotential

NORMS = {"maxvol": "largest", "mahalanobis": "euclidean", "std": "euclidean"}
"""Norm of a kind of grade, as ``native/model/grade.cpp`` calls it."""


def errors_of(potential: Potential) -> Term:
    """Arrays of the grade and of the deviations of forces; none of a potential without them.

    Raises
    ------
    ModelFileError
        A grade or an uncertainty of a kind that the file cannot hold.
    """
    if not isinstance(potential, UncertainPotential) or potential.uncertainty is None:
        return {}
    arrays: Term = {}
    if (grade := getattr(potential.uncertainty, "grade", None)) is not None:
        arrays |= {f"grade.{name}": value for name, value in _grade(grade).items()}
    if "forces" in potential.uncertainty.parts:
        from potlearn.lammps.plugin.deviations import deviations_of

        found = deviations_of(potential.spreader)
        arrays |= {f"deviations.{name}": value for name, value in found.items()}
    return arrays


def _grade(grade: Any) -> Term:
    kind = getattr(grade, "kind", type(grade).__name__)
    if kind not in NORMS:
        raise ModelFileError(
            f"a file for pair_style potlearn cannot hold the grade {kind!r}; expected one of "
            f"{', '.join(NORMS)}: fit without it"
        )
    maps = {"maps": grade.maps, "mean_maps": grade.mean_maps}
    return {**features_arrays(grade.descriptor), **maps, "norm": NORMS[kind]}
