r"""Features blended by environment clusters, and the chain rule through the blending.

.. math:: \Phi_{km} = w_k(B)\, B_m, \qquad
          \mathrm{d}\Phi_{km} = w_k\, \mathrm{d}B_m + B_m \sum_{m'} \frac{\partial w_k}{\partial
          B_{m'}} \mathrm{d}B_{m'}

with the weights of :class:`~potlearn.descriptors.pod.clusters.Clusters`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.typing import Array


@dataclass(frozen=True)
class Blend:
    """Descriptors and cluster weights of N atoms.

    Attributes
    ----------
    base : (N, M)
        Descriptors before blending.
    weights : (N, K)
    slopes : (N, K, M)
        Derivatives of the weights in the descriptors.
    """

    base: Array
    weights: Array
    slopes: Array

    def features(self) -> Array:
        """Blended features (N, K M), k-major."""
        return (self.weights[:, :, None] * self.base[:, None, :]).reshape(len(self.base), -1)

    def tangent(self, base: Array) -> Array:
        """Derivative of the features (N, K M) along one of the descriptors (N, M)."""
        gain = np.einsum("nkm,nm->nk", self.slopes, base)
        tangent = self.weights[:, :, None] * base[:, None, :]
        tangent += gain[:, :, None] * self.base[:, None, :]
        return np.asarray(tangent.reshape(len(base), -1))

    def pull_back(self, weights: Array) -> tuple[Array, Array]:
        r"""Of :math:`e = \sum_{km} u_{km} \Phi_{km}`, with u (N, K M): e (N,) and its gradient.

        The gradient (N, M) is that in the descriptors before blending.
        """
        u = weights.reshape(len(self.base), self.weights.shape[1], -1)
        per_cluster = np.einsum("nkm,nm->nk", u, self.base)
        gradient = np.einsum("nk,nkm->nm", self.weights, u)
        gradient += np.einsum("nk,nkm->nm", per_cluster, self.slopes)
        return (self.weights * per_cluster).sum(1), gradient
