"""Passes over the environments of a dataset, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, Self, TypeAlias, TypeVar

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
Index: TypeAlias = NDArray[np.integer]
Work: TypeAlias = Callable[[Array, Index], Result]
"""Of the features (N, M) and species (N,) of a chunk's environments."""

# Bytes of features that are kept between passes; those of more atoms are made in every pass.
KEPT = 1 << 29
# Rounding of a grade, of its own size.
ROUNDING = 1e-9


class Rows(NamedTuple):
    """Features (N, M) and species (N,) of a chunk's atoms; where its configurations end."""

    features: Array
    species: Index
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Environments:
    """The atoms of a dataset as a descriptor sees them.

    Attributes
    ----------
    dataset : Dataset
    descriptor : Descriptor
    runtime : Runtime
    averaged : bool
        In place of atoms, the mean environments of every configuration.
    kept : tuple of Rows, optional
        Of every chunk; without them features are made in every pass.
    """

    dataset: Dataset
    descriptor: Descriptor
    runtime: Runtime
    averaged: bool = False
    kept: tuple[Rows, ...] | None = None

    @classmethod
    def of(cls, dataset: Dataset, descriptor: Descriptor, runtime: Runtime) -> Self:
        """All environments; features are kept if they are not too many.

        Raises
        ------
        DataError
            An empty dataset, or features that are not finite.
        SpeciesError
            An element that the descriptor does not know.
        """
        if len(dataset) == 0:
            raise DataError("the dataset is empty: a grade needs training environments")
        dataset.check_species(descriptor.species)
        found = cls(dataset, descriptor, runtime)
        if 8 * int(dataset.n_atoms.sum()) * descriptor.n_features > KEPT:
            return found
        kept: list[Rows] = []
        found._run(found._made, found._chunks.__getitem__, kept.append, "features")
        return replace(found, kept=tuple(kept))

    def each(self, work: Work[Result], take: Callable[[Result], None], what: str) -> None:
        """Call ``take(work(features, species))`` for every chunk, in order; ``what`` is shown.

        Chunks are fixed by the data: workers change no bit.
        """
        graded = _Worked(work, self.averaged)
        if self.kept is not None:
            self._run(graded, self.kept.__getitem__, take, what)
        else:
            self._run(_Remade(self._made, graded), self._chunks.__getitem__, take, what)

    @property
    def _made(self) -> _Made:
        return _Made(self.dataset, self.descriptor)

    @property
    def _chunks(self) -> list[Span]:
        return chunks_of(self.dataset.n_atoms)

    def _run(
        self, work: Any, piece: Callable[[int], Any], take: Callable[[Any], None], what: str
    ) -> None:
        with self.runtime.reporting(what) as report:
            run_chunks(
                work,
                piece,
                self._chunks,
                lambda _, result: take(result),
                executor=self.runtime.executor,
                report=report,
            )


@dataclass(frozen=True)
class _Made:
    """Features of a chunk; it travels to every worker once, as the classes below do."""

    dataset: Dataset
    descriptor: Descriptor

    def __call__(self, chunk: Span) -> Rows:
        parts = parts_of([self.dataset[i] for i in range(*chunk)], self.descriptor)
        for i, part in zip(range(*chunk), parts, strict=True):
            if not np.isfinite(part.descriptors).all():
                raise DataError(f"{self.dataset.source(i)}: NaN or Inf in its features")
        return Rows(
            np.concatenate([part.descriptors for part in parts]),
            np.concatenate([part.species for part in parts]),
            np.cumsum([len(part.species) for part in parts]),
        )


@dataclass(frozen=True)
class _Worked(Generic[Result]):
    """Work on the rows of a chunk, or on their means."""

    work: Work[Result]
    averaged: bool

    def __call__(self, rows: Rows) -> Result:
        if not self.averaged:
            return self.work(rows.features, rows.species)
        features = np.split(rows.features, rows.ends[:-1])
        species = np.split(rows.species, rows.ends[:-1])
        means, present = zip(*map(mean_environments, features, species), strict=True)
        return self.work(np.concatenate(means), np.concatenate(present))


@dataclass(frozen=True)
class _Remade(Generic[Result]):
    """The same of a chunk whose features were not kept."""

    made: _Made
    worked: _Worked[Result]

    def __call__(self, chunk: Span) -> Result:
        return self.worked(self.made(chunk))


def mean_environments(features: Array, species: Index) -> tuple[Array, Index]:
    """Mean features (K, M) of the atoms of each of the K species that are there, and these (K,)."""
    present = np.unique(species)
    if len(present) == 1:
        return features.mean(axis=0, keepdims=True), present
    means = np.zeros((len(present), features.shape[1]))
    for k, s in enumerate(present):
        means[k] = features[species == s].mean(axis=0)
    return means, present
