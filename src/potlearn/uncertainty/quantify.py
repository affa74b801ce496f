"""The uncertainty of a fit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from potlearn.data.copies import as_integers, copies
from potlearn.errors import UncertaintyError
from potlearn.fit.result import FitResult
from potlearn.fit.rows.names import species_of
from potlearn.runtime import Progress, Runtime
from potlearn.typing import Array, Indices
from potlearn.uncertainty.grades.base import Grade
from potlearn.uncertainty.grades.registry import make_grade
from potlearn.uncertainty.methods.table import METHODS, SETS, Method, Task
from potlearn.uncertainty.quadratic import QuadraticUncertainty

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

DEFAULT = "calibrated"
SEED = 20110


def quantify(
    result: FitResult,
    method: str | Method = DEFAULT,
    *,
    sets: int = SETS,
    blocks: Sequence[Hashable] | Indices | None = None,
    grade: str | None = "maxvol",
    random_state: int = SEED,
    progress: Progress = None,
    **options: Any,
) -> QuadraticUncertainty:
    r"""Expected errors of a linear fit.

    Parameters
    ----------
    result : FitResult
        Its rows are read again; keep them (``rows=RowBudget()``) to save time.
    method : str or Method
        Name in :data:`~potlearn.uncertainty.METHODS`; by default calibrated on leave-one-out
        residuals.
    sets : int
        Number R of coefficient sets for the spread of forces: variances of forces have a relative
        error of :math:`\sqrt{2/R}`, and cost R evaluations in one pass.
    blocks : (n,), optional
        Block of every configuration: those of one trajectory are not independent.  By default a
        configuration and its copies are a block.
    grade : str, optional
        Extrapolation grade of atoms, ``"maxvol"``, ``"mahalanobis"`` or None
        (:func:`~potlearn.uncertainty.make_grade`).
    random_state : int
        Seed of the coefficient sets and of resampling.
    progress : callable or bool, optional
        As elsewhere.
    **options :
        Of the method.

    Raises
    ------
    UncertaintyError
        Fewer rows than coefficients, a singular covariance, too few labels to calibrate on.
    """
    dataset = result.rows.maker.dataset
    label = block_labels(dataset, blocks)
    chosen = _made(method, options) if isinstance(method, str) else method
    rng = np.random.default_rng(random_state)
    task = Task(result, label, sets, rng, progress)
    factor = chosen.factor(task)
    spread = chosen.spread_factor(task, factor)
    columns = spread @ directions(spread.shape[1], sets, rng)
    part = SubBasis.of(result, spread)
    return QuadraticUncertainty(
        name=method if isinstance(method, str) else type(method).__name__,
        coefficient_factor=factor,
        spread_factor=part.rows(spread),
        sets=part.rows(columns).T.reshape(columns.shape[1], len(part.species), -1),
        descriptor=part.descriptor,
        links=chosen.links(task, columns),
        grade=None if grade is None else _grade(result, grade, progress),
        known=np.unique(fingerprints(dataset)),
    )


@dataclass(frozen=True)
class SubBasis:
    """Features that the rows of a factor belong to.

    Attributes
    ----------
    species : tuple of str
    descriptor : Descriptor or None
        Of the features whose rows are not all zero; None where these are all.
    chosen : (C',)
        Their rows, one-body ones included.
    """

    species: tuple[str, ...]
    descriptor: Descriptor | None
    chosen: Indices

    @classmethod
    def of(cls, result: FitResult, factor: Array) -> SubBasis:
        """Of a factor (n_species (1 + M), K)."""
        whole, species = result.rows.maker.descriptor, species_of(result.columns)
        table = np.arange(len(factor)).reshape(len(species), -1)
        used = np.any(factor != 0, axis=1)[table].any(axis=0)
        used[0] = True
        if used.all() or not used[1:].any():
            return cls(species, None, np.arange(len(factor)))
        names = [whole.feature_names[k] for k in np.flatnonzero(used[1:]).tolist()]
        return cls(species, whole.prune(names), table[:, used].ravel())

    def rows(self, values: Array) -> Array:
        """Rows of the features."""
        return values[self.chosen]


def _made(name: str, options: Mapping[str, Any]) -> Method:
    made = METHODS.load(name)
    known = [field.name for field in fields(cast(Any, made))]
    for option in options:
        if option not in known:
            expected = ", ".join(known) or "none"
            raise UncertaintyError(
                f"the uncertainty {name!r} has no option {option!r}; its options: {expected}"
            )
    return made(**options)


def fingerprints(dataset: Dataset) -> Indices:
    """Fingerprint of the geometry of each configuration, (n,); labels do not count."""
    return as_integers(dataset.catalog.geometry).astype(np.int64)


def _grade(result: FitResult, kind: str, progress: Progress) -> Grade:
    maker = result.rows.maker
    return make_grade(maker.dataset, maker.descriptor, kind, runtime=Runtime(progress=progress))


def directions(n: int, count: int, rng: np.random.Generator) -> Array:
    r"""Orthogonal columns :math:`\Omega` (n, R) with mean :math:`\Omega \Omega^T = 1`; R <= n."""
    if count < 1:
        raise UncertaintyError(f"sets: expected at least 1, got {count}")
    if count >= n:
        return np.eye(n)
    drawn, triangle = np.linalg.qr(rng.standard_normal((n, count)))
    return np.asarray(drawn * np.sign(np.diag(triangle)) * np.sqrt(n / count))


def block_labels(dataset: Dataset, blocks: Sequence[Hashable] | Indices | None) -> Indices:
    """Number of every configuration's block, (n,); without blocks, copies are one.

    Raises
    ------
    UncertaintyError
        Not one block per configuration.
    """
    if blocks is None:
        return copies(dataset)
    given, n = np.asarray(blocks), len(dataset)
    if given.shape != (n,):
        shape = " x ".join(map(str, given.shape))
        raise UncertaintyError(f"blocks: expected one per configuration, {n}; got {shape}")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)
