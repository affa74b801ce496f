"""Force times as weighted sums of counts: what all such models save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from potlearn.errors import ConfigError
from potlearn.tune.speed.kernel import NAME
from potlearn.typing import Array, Settings


@dataclass(frozen=True, eq=False)
class CountedCost:
    r"""A time as a weighted sum of counts, :math:`\rho = \sum_k w_k x_k`.

    Attributes
    ----------
    weights : (K,)
        Of the counts, at least zero, in units of the reference kernel's time per atom.
    home : float
        µs/atom of the reference kernel on the machine of the calibration.
    """

    what: ClassVar[str]
    """What it is called in messages."""
    names: ClassVar[tuple[str, ...]]
    """Names of the counts."""

    weights: Array
    home: float

    def to_dict(self) -> Settings:
        """Plain JSON."""
        weights = dict(zip(self.names, self.weights.tolist(), strict=True))
        return vars(self) | {"kernel": NAME, "weights": weights}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`.

        Raises
        ------
        ConfigError
            Of another reference kernel, or of other counts.
        """
        given = dict(settings)
        kernel, weights = given.pop("kernel", None), given.pop("weights", {})
        if kernel != NAME or set(weights) != set(cls.names):
            raise ConfigError(
                f"{cls.what}: of the reference kernel {kernel!r}, expected {NAME!r} and its "
                "counts: calibrate it again"
            )
        return cls(weights=np.array([weights[name] for name in cls.names], float), **given)
