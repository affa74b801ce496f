"""Standardised features: what heads read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.typing import Array, Settings, Species


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
