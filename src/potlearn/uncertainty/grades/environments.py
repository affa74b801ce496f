"""Passes over the environments of a dataset, chunk by chunk, and their moments per species."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from potlearn.data import Dataset
from potlearn.descriptors import Descriptor
from potlearn.errors import DataError
from potlearn.features.batches import parts_of
from potlearn.features.matrix import chunks_of
from potlearn.runtime import Runtime, Span, run_chunks
from potlearn.typing import Array

Result = TypeVar("Result")
Work: TypeAlias = Callable[[Array, NDArray[np.integer]], Result]
"""Of the features (N, M) and species (N,) of a chunk's atoms."""

# Part of a feature's size (root mean square) below which its variation is not resolved.
RESOLUTION = 1e-3
# Part of the largest feature's size below which a feature is zero.
NEGLIGIBLE = 1e-6
# Rounding of a grade, of its own size.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Environments:
    """The atoms of a dataset as a descriptor sees them; features are made again in every pass.

    ``averaged``: in place of atoms, the mean environments of every configuration.

    Raises
    ------
    DataError
        An empty dataset.
    SpeciesError
        An element that the descriptor does not know.
    """

    dataset: Dataset
    descriptor: Descriptor
    runtime: Runtime
    averaged: bool = False

    def __post_init__(self) -> None:
        if len(self.dataset) == 0:
            raise DataError("the dataset is empty: a grade needs training environments")
        self.dataset.check_species(self.descriptor.species)

    def each(self, work: Work[Result], take: Callable[[Result], None], what: str) -> None:
        """Call ``take(work(features, species))`` for every chunk, in order; ``what`` is shown.

        Chunks are fixed by the data: workers change no bit.
        """
        chunks = chunks_of(self.dataset.n_atoms)
        with self.runtime.reporting(what) as report:
            run_chunks(
                _Chunk(self.dataset, self.descriptor, work, self.averaged),
                chunks.__getitem__,
                chunks,
                lambda _, result: take(result),
                executor=self.runtime.executor,
                report=report,
            )


@dataclass(frozen=True)
class _Chunk(Generic[Result]):
    """Work on a chunk; it travels to every worker once."""

    dataset: Dataset
    descriptor: Descriptor
    work: Work[Result]
    averaged: bool

    def __call__(self, chunk: Span) -> Result:
        parts = parts_of([self.dataset[i] for i in range(*chunk)], self.descriptor)
        for i, part in zip(range(*chunk), parts, strict=True):
            if not np.isfinite(part.descriptors).all():
                raise DataError(f"{self.dataset.source(i)}: NaN or Inf in its features")
        of = mean_environments if self.averaged else _as_they_are
        rows, species = zip(*(of(part.descriptors, part.species) for part in parts), strict=True)
        return self.work(np.concatenate(rows), np.concatenate(species))


def mean_environments(
    features: Array, species: NDArray[np.integer]
) -> tuple[Array, NDArray[np.integer]]:
    """Mean features (K, M) of the atoms of each of the K species that are there, and these (K,)."""
    present = np.unique(species)
    if len(present) == 1:
        return features.mean(axis=0, keepdims=True), present
    means = np.zeros((len(present), features.shape[1]))
    for k, s in enumerate(present):
        means[k] = features[species == s].mean(axis=0)
    return means, present


def _as_they_are(
    features: Array, species: NDArray[np.integer]
) -> tuple[Array, NDArray[np.integer]]:
    return features, species


@dataclass(frozen=True)
class Moments:
    r"""Number, mean and squares of the environments of each of S species.

    Attributes
    ----------
    n : (S,)
    mean : (S, M)
    squares : (S, M, M)
        :math:`\sum_i (b_i - \mu)(b_i - \mu)^T`.
    """

    n: Array
    mean: Array
    squares: Array

    @property
    def size(self) -> Array:
        """Root mean square of every feature, (S, M).

        Some features are zero by symmetry in a crystal, but for rounding.  They get the size that
        they have in other species, or else the geometric mean of the sizes of the others.
        """
        n = np.maximum(self.n, 1)[:, None]
        own = np.sqrt(self.mean**2 + np.einsum("smm->sm", self.squares) / n)
        bound = NEGLIGIBLE * own.max(axis=1, keepdims=True)
        elsewhere = np.where(own > bound, own, 0.0).max(axis=0)
        usual = np.exp(np.log(elsewhere[elsewhere > 0]).mean()) if elsewhere.any() else 1.0
        elsewhere = np.where(elsewhere > 0, elsewhere, usual)
        return np.where(own > bound, own, elsewhere)

    @property
    def resolved(self) -> Array:
        """Differences of features below which environments are taken as equal, (S, M)."""
        return RESOLUTION * self.size

    @property
    def scale(self) -> Array:
        """Standard deviation of every feature, at least what is resolved, (S, M)."""
        n = np.maximum(self.n, 1)[:, None]
        deviation = np.sqrt(np.einsum("smm->sm", self.squares) / n)
        return np.asarray(np.maximum(deviation, self.resolved))

    def __add__(self, other: Moments) -> Moments:
        """Of both, without cancellation (Chan, Golub, LeVeque, Am. Stat. 37 (1983) 242)."""
        n = self.n + other.n
        part = other.n / np.maximum(n, 1)
        shift = other.mean - self.mean
        cross = np.einsum("s,si,sj->sij", self.n * part, shift, shift)
        return Moments(n, self.mean + part[:, None] * shift, self.squares + other.squares + cross)


@dataclass(frozen=True)
class _MomentsOf:
    n_species: int

    def __call__(self, features: Array, species: NDArray[np.integer]) -> Moments:
        width = features.shape[1]
        n = np.bincount(species, minlength=self.n_species).astype(float)
        mean, squares = np.zeros((self.n_species, width)), np.zeros((self.n_species, width, width))
        for s in np.flatnonzero(n):
            own = features[species == s]
            mean[s] = own.mean(axis=0)
            own = own - mean[s]
            squares[s] = own.T @ own
        return Moments(n, mean, squares)


def moments(environments: Environments) -> Moments:
    """Moments of all environments, in one pass."""
    found: list[Moments] = []

    def take(chunk: Moments) -> None:
        found[:] = [found[0] + chunk] if found else [chunk]

    n_species = len(environments.descriptor.species)
    environments.each(_MomentsOf(n_species), take, "moments of environments")
    return found[0]
