"""Moments of the environments of each species, and the sizes of features that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array
from potlearn.uncertainty.grades.environments import Environments

# Part of a feature's size (root mean square) below which its variation is not resolved.
RESOLUTION = 1e-3
# Part of the largest feature's size below which a feature is zero.
NEGLIGIBLE = 1e-6
# Mean environments of a species for each feature that is read.
MEANS_PER_FEATURE = 4
# The resolution of a feature that is not read.
UNREAD = 1e9


@dataclass(frozen=True)
class Moments:
    r"""Number, mean and squares of the environments of each of S species.

    Attributes
    ----------
    n : (S,)
    mean : (S, M)
    squares : (S, M, M)
        :math:`\sum_i (b_i - \mu)(b_i - \mu)^T`.
    per_feature : int
        Environments of a species for each feature that is read, the leading ones first; 0: all
        features are read.
    """

    n: Array
    mean: Array
    squares: Array
    per_feature: int = 0

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
        read = np.maximum(self.n // max(self.per_feature, 1), 1)[:, None]
        unread = (np.arange(self.mean.shape[1]) >= read) & (self.per_feature > 0)
        return np.where(unread, UNREAD, RESOLUTION) * self.size

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
    return replace(found[0], per_feature=MEANS_PER_FEATURE if environments.averaged else 0)
