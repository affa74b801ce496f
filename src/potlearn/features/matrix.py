"""The feature matrices of a dataset: made chunk by chunk, in memory or in a file.

Chunks are fixed by the data; which executor makes them changes no bit of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.features.batches import parts_of
from potlearn.features.kinds import Kind, Parts, make_kinds
from potlearn.features.mapped import MappedRows
from potlearn.runtime import SERIAL, Runtime, Span, content_key, run_chunks, spans_within
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

# Atoms and configurations of a chunk, at most.
ATOMS, CONFIGURATIONS = 20_000, 2000


class Environments(NamedTuple):
    """Features of atoms.

    Attributes
    ----------
    features : (N, M)
        Of all atoms of all configurations, one after the other.
    first : (n + 1,)
        First atom of each configuration among them, and N.
    """

    features: Array
    first: NDArray[np.int64]

    def owner(self, atoms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Configuration of some atoms."""
        return np.searchsorted(self.first, atoms, side="right") - 1


def configuration_features(
    dataset: Dataset,
    descriptor: Descriptor,
    kinds: str | Sequence[str] = "mean",
    *,
    path: str | Path | None = None,
    runtime: Runtime = SERIAL,
) -> Array:
    """Features of every configuration, (n, F), read-only and memory-mapped if ``path`` is given.

    Parameters
    ----------
    dataset : Dataset
        Labels are not looked at.
    descriptor : Descriptor
    kinds : str or sequence of str
        Names in :data:`~potlearn.features.KINDS`; the features of several are concatenated.
    path : path, optional
        A ``.npy`` file to write to, for matrices larger than memory; from an unfinished one an
        interrupted run continues.
    runtime : Runtime
        Workers and progress (configurations done, all).

    Raises
    ------
    DataError
        No configurations, features that are not finite, or a file of other features.
    SpeciesError
        An element that the descriptor does not know.
    """
    made = make_kinds(kinds)
    work = _Work(_checked(dataset, descriptor), descriptor, made)
    width = len(feature_names(descriptor, kinds))
    return _filled(work, np.arange(len(dataset) + 1), width, path, runtime)


def environment_features(
    dataset: Dataset,
    descriptor: Descriptor,
    *,
    path: str | Path | None = None,
    runtime: Runtime = SERIAL,
) -> Environments:
    """Features of every atom; parameters and errors are those of :func:`configuration_features`."""
    work = _Work(_checked(dataset, descriptor), descriptor, None)
    first = np.concatenate([[0], np.cumsum(dataset.n_atoms)])
    width = descriptor.n_features
    return Environments(_filled(work, first, width, path, runtime), first)


def feature_names(descriptor: Descriptor, kinds: str | Sequence[str] = "mean") -> list[str]:
    """Identity of every column of :func:`configuration_features`."""
    return [name for kind in make_kinds(kinds) for name in kind.names(descriptor)]


def chunks_of(n_atoms: NDArray[np.int64]) -> list[Span]:
    """Consecutive configurations that are worked on together."""
    return spans_within(n_atoms.tolist(), ATOMS, CONFIGURATIONS)


@dataclass(frozen=True)
class _Work:
    """Work on a chunk; it travels to every worker once.  Without kinds: features of atoms."""

    dataset: Dataset
    descriptor: Descriptor
    kinds: tuple[Kind, ...] | None

    def __call__(self, chunk: Span) -> Array:
        configurations = [self.dataset[i] for i in range(*chunk)]
        forces = any(kind.needs_forces for kind in self.kinds or ())
        parts = parts_of(configurations, self.descriptor, forces)
        rows = [self._rows(part) for part in parts]
        for i, row in zip(range(*chunk), rows, strict=True):
            if not np.isfinite(row).all():
                raise DataError(f"{self.dataset.source(i)}: NaN or Inf in its features")
        return np.concatenate(rows)

    def _rows(self, parts: Parts) -> Array:
        if self.kinds is None:
            return parts.descriptors
        return np.concatenate([kind(parts) for kind in self.kinds])[None]

    @property
    def content(self) -> dict[str, str]:
        """What the matrix is made of."""
        kinds = None if self.kinds is None else [type(kind).__name__ for kind in self.kinds]
        return {
            "data": self.dataset.content_key(),
            "features": content_key([self.descriptor.to_dict(), kinds]),
        }


def _checked(dataset: Dataset, descriptor: Descriptor) -> Dataset:
    if len(dataset) == 0:
        raise DataError("the dataset is empty: it has no features")
    return dataset.check_species(descriptor.species)


def _filled(
    work: _Work, first: NDArray[np.int64], width: int, path: str | Path | None, runtime: Runtime
) -> Array:
    """The matrix; ``first`` numbers the first row of every configuration."""
    shape = (int(first[-1]), width)
    file = None if path is None else MappedRows(path, shape, work.content)
    matrix = np.empty(shape) if file is None else file.rows
    chunks = chunks_of(work.dataset.n_atoms)

    def take(k: int, rows: Array) -> None:
        start = int(first[chunks[k][0]])
        matrix[start : start + len(rows)] = rows
        if file is not None:
            file.mark(k)

    with runtime.reporting("features") as report:
        run_chunks(
            work,
            chunks.__getitem__,
            chunks,
            take,
            executor=runtime.executor,
            finished=() if file is None else frozenset(file.finished),
            report=report,
        )
    return matrix if file is None else file.result()
