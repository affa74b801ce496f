"""Environment clusters of POD: features blended by where an atom's descriptors lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import BasisError
from potlearn.typing import Array, Atoms, Settings

_SOFTENING = 1e-20


class Unblended(Protocol):
    """What clusters are found in: descriptors before blending."""

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols."""

    def base_features(self, atoms: Atoms) -> Array:
        """Descriptors of every atom, (N, M)."""


@dataclass(frozen=True)
class Clusters:
    r"""Smooth weights of K clusters in a projection of the descriptors, per centre species ``e``.

    .. math::

        z = P_e B, \quad D_k = \frac{1}{10^{-20} + |z - c_{e,k}|^2}, \quad
        w_k = D_k / \sum_{k'} D_{k'}

    (Nguyen & Sema, arXiv:2405.00306).

    Attributes
    ----------
    projection : (n_species, C, M)
    centroids : (n_species, K, C)
    """

    projection: Array
    centroids: Array

    def __post_init__(self) -> None:
        # One memory layout: sums in the same order, whatever file the arrays came from.
        object.__setattr__(self, "projection", np.ascontiguousarray(self.projection, float))
        object.__setattr__(self, "centroids", np.ascontiguousarray(self.centroids, float))

    def check(self, n_species: int, n_descriptors: int, clusters: int, components: int) -> None:
        """Refuse numbers that are not finite, and arrays of other shapes than a basis needs.

        Raises
        ------
        BasisError
            Naming the array.
        """
        wanted = {
            "projection": (n_species, components, n_descriptors),
            "centroids": (n_species, clusters, components),
        }
        for name, shape in wanted.items():
            array: Array = getattr(self, name)
            if array.shape != shape:
                raise BasisError(f"pod: {name}: expected shape {shape}, got {array.shape}")
            if not np.isfinite(array).all():
                raise BasisError(f"pod: {name}: expected finite numbers")

    def weights(self, base: Array, species: NDArray[np.int32]) -> tuple[Array, Array]:
        r"""Weights (N, K) and :math:`\partial w_k / \partial B_m` (N, K, M), given B (N, M)."""
        p = self.projection[species]
        delta = np.einsum("ncm,nm->nc", p, base)[:, None, :] - self.centroids[species]
        inverse = 1.0 / (_SOFTENING + (delta**2).sum(-1))
        total = inverse.sum(1, keepdims=True)
        w = inverse / total
        slope = -2 * inverse[:, :, None] ** 2 * np.einsum("nkc,ncm->nkm", delta, p)
        mean = slope.sum(1, keepdims=True)
        return w, (slope - w[:, :, None] * mean) / total[:, :, None]

    @classmethod
    def fit(
        cls,
        descriptor: Unblended,
        configurations: Iterable[Any],
        clusters: int,
        components: int,
        seed: int,
    ) -> Clusters:
        """Leading principal components of each species' descriptors, then k-means in them.

        Raises
        ------
        BasisError
            A species has fewer atoms than clusters.
        """
        from scipy.cluster.vq import kmeans2

        atoms_of: list[list[Array]] = [[] for _ in descriptor.species]
        for atoms in configurations:
            b = descriptor.base_features(atoms)
            symbols = np.array(atoms.get_chemical_symbols())
            for e, symbol in enumerate(descriptor.species):
                atoms_of[e].append(b[symbols == symbol])
        projection, centroids = [], []
        for symbol, parts in zip(descriptor.species, atoms_of, strict=True):
            b = np.concatenate(parts)
            if len(b) < clusters:
                raise BasisError(f"pod: {len(b)} atoms of {symbol} for {clusters} clusters")
            _, _, axes = np.linalg.svd(b - b.mean(0), full_matrices=False)
            axes = axes[:components]
            axes *= np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
            z = b @ axes.T
            centres, _ = kmeans2(z, clusters, minit="++", seed=np.random.default_rng(seed))
            projection.append(axes)
            centroids.append(centres[np.lexsort(centres.T[::-1])])
        return cls(np.stack(projection), np.stack(centroids))

    def to_dict(self) -> Settings:
        """Nested lists."""
        return {"projection": self.projection.tolist(), "centroids": self.centroids.tolist()}

    @classmethod
    def from_dict(cls, settings: Settings) -> Clusters:
        """The inverse of :meth:`to_dict`."""
        return cls(np.array(settings["projection"], float), np.array(settings["centroids"], float))
