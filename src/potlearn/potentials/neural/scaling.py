"""Standardised features: what heads read."""

from __future__ import annotations

from collections.abc import Mapping
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
        Means and the reciprocals of standard deviations; a constant feature has scale 0.
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
        center = np.zeros((n_species, features.shape[1]))
        scale = np.zeros_like(center)
        for s in range(n_species):
            own = features[species == s]
            if len(own) == 0:
                continue
            center[s] = own.mean(0)
            std = own.std(0)
            varied = std > LEAST * np.abs(own).max(0)
            scale[s, varied] = 1.0 / std[varied]
        return cls(center, scale)

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
