r"""What a configuration's features are, by name in :data:`KINDS`.

For N atoms with descriptors :math:`b_i` (M,) and species :math:`z_i`:

==================  =====================================================  ===============
name                features                                               number
==================  =====================================================  ===============
``mean``            :math:`\frac1N \sum_i b_i`                             M
``sum``             :math:`\sum_i b_i`                                     M
``species_mean``    :math:`\frac1{N_s} \sum_{z_i = s} b_i`, 0 if absent    S M
``species_sum``     :math:`\sum_{z_i = s} b_i`                             S M
``composition``     :math:`N_s / N`                                        S
``correlation``     :math:`\frac1N \sum_i b_i b_i^T`, upper triangle       M (M + 1) / 2
``forces``          root mean square of the force rows                     S M
==================  =====================================================  ===============

Off-diagonal entries of the correlation are multiplied by :math:`\sqrt 2`, so that a dot product of
features is that of the matrices.  Force rows are
:math:`-\partial (\sum_{z_i = s} b_{ik}) / \partial x`, the columns of a linear model's forces; the
mean square over components does not depend on the orientation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.errors import BasisError
from potlearn.registry import Registry
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor


@dataclass(frozen=True)
class Parts:
    """What features of one configuration are made of.

    Attributes
    ----------
    descriptors : (N, M)
    species : (N,) int
        Index of each atom's element.
    n_species : int
        Number S of elements.
    forces : (3N, S (1 + M)) or None
        Force rows, where a kind asks for them.
    """

    descriptors: Array
    species: NDArray[np.int32]
    n_species: int
    forces: Array | None = None

    @cached_property
    def counts(self) -> Array:
        """Atoms of every element, (S,)."""
        return np.bincount(self.species, minlength=self.n_species).astype(float)

    @cached_property
    def sums(self) -> Array:
        """Sums of descriptors by element, (S, M)."""
        sums = np.zeros((self.n_species, self.descriptors.shape[1]))
        np.add.at(sums, self.species, self.descriptors)
        return sums


class Kind(Protocol):
    """One kind of features."""

    @property
    def needs_forces(self) -> bool:
        """Whether it looks at force rows."""

    def names(self, descriptor: Descriptor) -> list[str]:
        """Identity of every feature."""

    def __call__(self, parts: Parts) -> Array:
        """Features of one configuration."""


@dataclass(frozen=True)
class _Plain(Kind):
    """A kind that looks at descriptors alone."""

    @override
    @property
    def needs_forces(self) -> bool:
        return False


@dataclass(frozen=True)
class Mean(_Plain):
    """Mean over atoms."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"mean {name}" for name in descriptor.feature_names]

    @override
    def __call__(self, parts: Parts) -> Array:
        return np.asarray(parts.descriptors.mean(axis=0))


@dataclass(frozen=True)
class Sum(_Plain):
    """Sum over atoms."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"sum {name}" for name in descriptor.feature_names]

    @override
    def __call__(self, parts: Parts) -> Array:
        return np.asarray(parts.descriptors.sum(axis=0))


@dataclass(frozen=True)
class SpeciesMean(_Plain):
    """Mean over the atoms of every element."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"mean {name}" for name in by_species(descriptor)]

    @override
    def __call__(self, parts: Parts) -> Array:
        return np.asarray(parts.sums / np.maximum(parts.counts, 1.0)[:, None]).ravel()


@dataclass(frozen=True)
class SpeciesSum(_Plain):
    """Sum over the atoms of every element."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"sum {name}" for name in by_species(descriptor)]

    @override
    def __call__(self, parts: Parts) -> Array:
        return parts.sums.ravel()


@dataclass(frozen=True)
class Composition(_Plain):
    """Share of every element."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"share of {symbol}" for symbol in descriptor.species]

    @override
    def __call__(self, parts: Parts) -> Array:
        return np.asarray(parts.counts / len(parts.species))


@dataclass(frozen=True)
class Correlation(_Plain):
    """Mean of outer products."""

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        names = descriptor.feature_names
        rows, columns = np.triu_indices(len(names))
        return [f"{names[i]} x {names[j]}" for i, j in zip(rows, columns, strict=True)]

    @override
    def __call__(self, parts: Parts) -> Array:
        b = parts.descriptors
        matrix = b.T @ b / len(b)
        rows, columns = np.triu_indices(len(matrix))
        return np.asarray(matrix[rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0)))


@dataclass(frozen=True)
class Forces(Kind):
    """Root mean square of force rows."""

    @override
    @property
    def needs_forces(self) -> bool:
        return True

    @override
    def names(self, descriptor: Descriptor) -> list[str]:
        return [f"force of {name}" for name in by_species(descriptor)]

    @override
    def __call__(self, parts: Parts) -> Array:
        assert parts.forces is not None
        squares = np.einsum("ij,ij->j", parts.forces, parts.forces) / len(parts.forces)
        return np.asarray(np.sqrt(squares).reshape(parts.n_species, -1)[:, 1:]).ravel()


KINDS: Registry[type[Kind]] = Registry(
    "feature",
    BasisError,
    {
        "mean": "potlearn.features.kinds:Mean",
        "sum": "potlearn.features.kinds:Sum",
        "species_mean": "potlearn.features.kinds:SpeciesMean",
        "species_sum": "potlearn.features.kinds:SpeciesSum",
        "composition": "potlearn.features.kinds:Composition",
        "correlation": "potlearn.features.kinds:Correlation",
        "forces": "potlearn.features.kinds:Forces",
    },
)
"""Kinds of features by name."""


def make_kinds(names: str | Sequence[str]) -> tuple[Kind, ...]:
    """Kinds by name; the features of several are concatenated.

    Raises
    ------
    BasisError
        Unknown name, or no name at all.
    """
    listed = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in listed if name not in KINDS]
    if unknown or not listed:
        given = repr(unknown[0]) if unknown else "none"
        raise BasisError(f"features: expected some of {', '.join(KINDS)}, got {given}")
    return tuple(KINDS[name]() for name in listed)


def by_species(descriptor: Descriptor) -> list[str]:
    """Names of the features of every element's atoms."""
    return [f"{s}:{name}" for s in descriptor.species for name in descriptor.feature_names]
