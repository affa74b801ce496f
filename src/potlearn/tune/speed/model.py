"""The cost model: force time from what a model computes, without computing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potlearn.descriptors.compiled import CompiledDescriptor
from potlearn.errors import ConfigError
from potlearn.tune.speed.counted import CountedCost
from potlearn.tune.speed.work import COUNTS, Neighborhood, counts
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor


@dataclass(frozen=True, eq=False)
class CostModel(CountedCost):
    r"""Force time as a weighted sum of counts, :math:`\rho = \sum_k w_k x_k`.

    Attributes
    ----------
    weights : (K,)
        Of :data:`~potlearn.tune.speed.work.COUNTS`, at least zero, in units of the reference
        kernel's time per atom.
    home : float
        µs/atom of the reference kernel on the machine of the calibration.
    instruction_set : str
        Of that machine's engine.
    lanes : int
        Atoms that it handles at once.
    error_median, error_90 : float
        Median and 90 % quantile of relative errors, each of a descriptor that the weights were
        fitted without.
    n : int
        Descriptors of the calibration.
    seconds : float
        That it took.
    """

    what = "cost model"
    names = COUNTS

    instruction_set: str
    lanes: int
    error_median: float
    error_90: float
    n: int
    seconds: float

    def predict(self, descriptor: Descriptor, neighbors: Neighborhood) -> float:
        """Force time in µs/atom of a linear model of the descriptor.

        A reference potential under it (ZBL, a wall) is not in it; what that adds is the same for
        all descriptors (:func:`~potlearn.tune.speed.reference_cost`).

        Raises
        ------
        BasisError
            The descriptor blends by environment clusters.
        ConfigError
            It is not on the compiled engine, or reaches farther than the neighbours are known.
        """
        return self.home * self.ratio(descriptor, neighbors)

    def ratio(self, descriptor: Descriptor, neighbors: Neighborhood) -> float:
        """The same in units of the reference kernel's time."""
        return float(self.weights @ counts_of(descriptor, neighbors, self.lanes))


def counts_of(descriptor: Descriptor, neighbors: Neighborhood, width: int) -> Array:
    """Counts of a descriptor on the compiled engine."""
    if not isinstance(descriptor, CompiledDescriptor):
        raise ConfigError(
            f"{type(descriptor).__name__}: force times are predicted of descriptors on the "
            "compiled engine alone: measure it"
        )
    return counts(descriptor.outline(), descriptor.species, neighbors, width)


def fitted(columns: Array, ratios: Array) -> tuple[Array, Array]:
    """Weights (K,) of least relative error, and each row's error without it (n,)."""
    left_out = np.array(
        [
            columns[k] @ _weights(np.delete(columns, k, 0), np.delete(ratios, k)) / ratios[k] - 1
            for k in range(len(ratios))
        ]
    )
    return _weights(columns, ratios), left_out


def _weights(columns: Array, ratios: Array) -> Array:
    from scipy.optimize import nnls

    relative = columns / ratios[:, None]
    scale = np.maximum(np.linalg.norm(relative, axis=0), 1e-300)
    found, _ = nnls(relative / scale, np.ones(len(ratios)))
    return np.asarray(found / scale)
