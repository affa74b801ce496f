r"""First layers that are trained on features without correlations.

.. math:: W = V\, T, \qquad T = (C + \lambda\, \bar c\, I)^{-1/2}

with the covariance C of standardised features, clipped as for the scaling, and its mean eigenvalue
:math:`\bar c`.  V is what is trained, W what the network has.  Steps along V reach directions in
which features vary little; the ridge :math:`\lambda` keeps noise out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.neural.flat import Flat
from potlearn.potentials.neural import Scaling
from potlearn.typing import Array

FIRST = "w0"
"""Name of the weights of the first layer."""


@dataclass(frozen=True, eq=False)
class Whitening:
    """How trained parameters make those of networks.

    Attributes
    ----------
    flat : Flat
    matrices : (S, M, M) or (M, M), or None
        T of every species, or of all where they share the first layer.  None: trained parameters
        are those of networks.
    """

    flat: Flat
    matrices: Array | None = None

    @classmethod
    def of(cls, flat: Flat, scaling: Scaling, covariances: Array, ridge: float) -> Whitening:
        """From covariances of features (S, M, M); a ridge of 0 stands for no whitening."""
        if ridge == 0.0:
            return cls(flat)
        c = covariances * scaling.scale[:, :, None] * scaling.scale[:, None, :]
        if len(flat.shapes[FIRST]) == 2:
            known = c[c.any(axis=(1, 2))]
            return cls(flat, _root(known.mean(0), ridge) if len(known) else None)
        return cls(flat, np.stack([_root(one, ridge) for one in c]))

    def networks(self, trained: Array) -> Array:
        """Parameters of networks (K, D)."""
        return self._times(trained, self.matrices)

    def trained(self, networks: Array) -> Array:
        """The inverse of :meth:`networks`."""
        return self._times(
            networks,
            None if self.matrices is None else np.asarray(np.linalg.inv(self.matrices), float),
        )

    def gradients(self, of_networks: Array) -> Array:
        """Derivatives by trained parameters from those by parameters of networks; T = T'."""
        return self._times(of_networks, self.matrices)

    def _times(self, vectors: Array, matrices: Array | None) -> Array:
        if matrices is None:
            return vectors
        place, shape = self.flat.place(FIRST), self.flat.shapes[FIRST]
        found = vectors.copy()
        first = vectors[:, place].reshape(len(vectors), *shape) @ matrices.astype(vectors.dtype)
        found[:, place] = first.reshape(vectors[:, place].shape)
        return found


def _root(covariance: Array, ridge: float) -> Array:
    """The inverse square root of a covariance with a ridge; the identity if it is zero."""
    values, vectors = np.linalg.eigh(covariance)
    mean = float(values.mean())
    if mean <= 0:
        return np.eye(len(values))
    found: Array = (vectors * (np.maximum(values, 0.0) + ridge * mean) ** -0.5) @ vectors.T
    return found
