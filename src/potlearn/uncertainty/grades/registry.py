"""Every grade by name, made and rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.data import Dataset
from potlearn.descriptors import Descriptor
from potlearn.errors import ConfigError
from potlearn.registry import Registry
from potlearn.runtime import SERIAL, Runtime
from potlearn.uncertainty.grades.base import AffineGrade, Grade
from potlearn.uncertainty.grades.environments import Environments
from potlearn.uncertainty.grades.sub_basis import leading_features

GRADES: Registry[type[AffineGrade]] = Registry(
    "grade",
    ConfigError,
    {
        "maxvol": "potlearn.uncertainty.grades.maxvol:MaxVolGrade",
        "mahalanobis": "potlearn.uncertainty.grades.mahalanobis:MahalanobisGrade",
        "std": "potlearn.uncertainty.grades.std:StdGrade",
    },
)


def make_grade(
    dataset: Dataset,
    descriptor: Descriptor,
    kind: str = "maxvol",
    *,
    n_features: int | None = None,
    runtime: Runtime = SERIAL,
) -> Grade:
    """Grade of the environments of a training set.

    Parameters
    ----------
    dataset : Dataset
        Labels are not looked at.
    descriptor : Descriptor
        Of the potential; the grade reads a part of its features
        (:func:`~potlearn.uncertainty.leading_features`), as ``grade.descriptor``.
    kind : str
        A name in :data:`~potlearn.uncertainty.GRADES` of a grade that is made from environments.
    n_features : int, optional
        Number of features that the grade reads.
    runtime : Runtime
        Workers and progress (configurations done, all, of each pass).

    Raises
    ------
    ConfigError
        Unknown kind, or one that is not made from environments.
    DataError
        No configurations, or features that are not finite.
    SpeciesError
        An element that the descriptor does not know.
    """
    made = getattr(GRADES.load(kind), "made", None)
    if made is None:
        raise ConfigError(f"the grade {kind!r} is made from a model's covariance, not from data")
    part = descriptor.prune(leading_features(descriptor, n_features))
    found: Grade = made(Environments.of(dataset, part, runtime))
    return found


def grade_from_dict(settings: Mapping[str, Any]) -> Grade:
    """The grade that ``Grade.to_dict`` described.

    Raises
    ------
    ConfigError
        Unknown kind.
    ModelFileError
        Arrays of other shapes.
    """
    found: Grade = GRADES.load(settings.get("kind", "")).from_dict(settings)
    return found
