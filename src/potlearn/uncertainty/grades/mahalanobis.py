"""Distance from the mean training environment, by the covariance of each species."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.typing import Array, Indices
from potlearn.uncertainty.grades.base import TrainedGrade, largest
from potlearn.uncertainty.grades.environments import ROUNDING, Environments
from potlearn.uncertainty.grades.moments import Moments, moments


@dataclass(frozen=True, eq=False)
class MahalanobisGrade(TrainedGrade):
    r"""Mahalanobis distance, relative to the largest one of the training.

    .. math::
        \gamma_i = \frac{1}{d_z} \sqrt{(b_i - \mu_z)^T \Sigma_z^{-1} (b_i - \mu_z)}, \qquad
        \Sigma_z = D\,[(1 - \rho) R + \rho I + T]\,D

    with the mean :math:`\mu_z`, deviations D and correlations R of the training environments of
    species z.  The shrinkage :math:`\rho` is the oracle approximating one, equation 23 of Chen et
    al., which goes to 1 for few environments; :math:`T` adds the square of what is resolved of
    each feature (a thousandth of its root mean square).  So one environment is enough, and a
    direction in which the training does not vary counts.  :math:`d_z` is the largest distance of
    the training, at least :math:`\sqrt M`, the typical one of M features: :math:`\gamma \le 1` on
    the training.

    References
    ----------
    Chen, Wiesel, Eldar, Hero, IEEE Trans. Signal Process. 58, 5016 (2010).
    """

    kind: ClassVar[str] = "mahalanobis"

    @staticmethod
    @override
    def norm(mapped: Array) -> Array:
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", mapped, mapped)))

    @classmethod
    @override
    def maps_of(cls, environments: Environments) -> Array:
        """Of training environments, in two passes."""
        found = moments(environments)
        maps = _maps(found)
        tops = np.full(len(found.n), np.sqrt(environments.descriptor.n_features))

        def take(chunk: Array) -> None:
            np.maximum(tops, chunk, out=tops)

        environments.each(partial(largest, maps, cls.norm), take, "largest distance")
        return np.asarray(maps / (tops * (1 + ROUNDING))[:, None, None])


def shrinkage(correlations: Array, n: float) -> float:
    r"""Part :math:`\rho` of the identity in the covariance, Chen et al. (2010), equation 23.

    Parameters
    ----------
    correlations : (M, M)
        Covariance of columns scaled to a variance of 1, or less.
    n : float
        Number of environments.
    """
    p = len(correlations)
    squares, trace = float((correlations**2).sum()), float(np.trace(correlations)) ** 2
    above = (1 - 2 / p) * squares + trace
    below = (n + 1 - 2 / p) * (squares - trace / p)
    return 1.0 if below <= above else above / below


def _maps(found: Moments) -> Array:
    """Centred and whitened features of every species; NaN where there are no environments."""
    n_species, width = found.mean.shape
    maps = np.full((n_species, 1 + width, width), np.nan)
    present: Indices = np.flatnonzero(found.n)
    for s in present:
        scale, n = found.scale[s], float(found.n[s])
        R = found.squares[s] / n / np.outer(scale, scale)
        rho = shrinkage(R, n)
        shrunk = (1 - rho) * R + np.diag(rho + (found.resolved[s] / scale) ** 2)
        whitening = np.linalg.inv(np.linalg.cholesky(shrunk)).T / scale[:, None]
        maps[s] = np.vstack([-found.mean[s] @ whitening, whitening])
    return maps
