"""Standardised features: what heads read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.typing import Array, Settings, Species

LEAST = 1e-9
"""Features whose values differ by less than this part of the largest are constant."""


@dataclass(frozen=True, eq=False)
class Scaling:
    r"""Features about zero and of size one, for every species.

    .. math:: x_k = (B_k - \mu_{z k})\, s_{z k}

    Attributes
    ----------
    center, scale : (S, M)
        Means and the reciprocals of standard deviations, in training those of
        :mod:`potlearn.neural.measures`; a constant feature has scale 0.

    Raises
    ------
    ModelFileError
        Shapes that differ, or numbers that are not finite.
    """

    center: Array
    scale: Array

    def __post_init__(self) -> None:
        for name in ("center", "scale"):
            values = np.ascontiguousarray(getattr(self, name), float)
            if values.ndim != 2 or not np.isfinite(values).all():
                raise ModelFileError(f"scaling: {name}: expected finite numbers, (S, M)")
            object.__setattr__(self, name, values)
        if self.center.shape != self.scale.shape:
            raise ModelFileError(
                f"scaling: centers {self.center.shape} and scales {self.scale.shape} differ in "
                "shape"
            )

    @classmethod
    def of(cls, features: Array, species: Species, n_species: int) -> Self:
        """Of the atoms of a training set: features (N, M) and species (N,)."""
        return cls.of_batches([(features, species)], n_species, features.shape[1])

    @classmethod
    def of_batches(
        cls, batches: Iterable[tuple[Array, Species]], n_species: int, n_features: int
    ) -> Self:
        """Of features (N, M) and species (N,) of a training set, batch by batch."""
        count = np.zeros(n_species)
        mean, squares, largest = (np.zeros((n_species, n_features)) for _ in range(3))
        for features, species in batches:
            for s in np.unique(species):
                own = features[species == s]
                n, total = len(own), count[s] + len(own)
                shift = own.mean(0) - mean[s]
                squares[s] += n * own.var(0) + shift**2 * (count[s] * n / total)
                mean[s] += shift * (n / total)
                count[s] = total
                largest[s] = np.maximum(largest[s], np.abs(own).max(0))
        std = np.sqrt(squares / np.maximum(count, 1)[:, None])
        varied = std > LEAST * largest
        return cls(mean, np.divide(1.0, std, out=np.zeros_like(std), where=varied))

    def apply(self, features: Array, species: Species) -> Array:
        """Standardised features (N, M)."""
        found: Array = (features - self.center[species]) * self.scale[species]
        return found

    def to_dict(self) -> Settings:
        """Settings that rebuild it."""
        return {"center": self.center, "scale": self.scale}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(**settings)
