r"""Scaling and reach of the training set's features, batch by batch.

.. math:: x_k = (B_k - \mu_k) / \sigma_k

for each species, with mean and standard deviation of features that are clipped to their quantiles
0.05 and 0.95: a few compressed cells would otherwise make all others look alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from potlearn.neural.samples import Samples
from potlearn.potentials.neural import Scaling
from potlearn.typing import Array

ATOMS = 2000
"""Atoms of a batch."""
MOST = 10_000
"""Atoms of a species that quantiles are taken of, evenly spaced among all."""
TAILS = 0.05, 0.95
LEAST_PART = 0.02
"""Least standard deviation after clipping, over that before."""
CONSTANT = 1e-9
"""Features whose values differ by less than this part of the largest are constant."""


class Measured(NamedTuple):
    """Scaling, and covariances of clipped features (S, M, M)."""

    scaling: Scaling
    covariances: Array


def measured(samples: Samples) -> Measured:
    """Standardisation of the features."""
    descriptor = samples.inputs.descriptor
    shape = len(descriptor.species), descriptor.n_features
    center, scale = np.zeros(shape), np.zeros(shape)
    covariances = np.zeros((*shape, shape[1]))
    for s, features in enumerate(_seen(samples)):
        if len(features):
            center[s], scale[s], covariances[s] = _of_species(features)
    return Measured(Scaling(center, scale), covariances)


def farthest(samples: Samples, scaling: Scaling, dtype: str) -> Array:
    """Largest mean square of standardised features by species, (S,); the features are kept.

    That of a species without atoms is -1.
    """
    inputs, start = samples.inputs, 0
    inputs.standardise(scaling, dtype)
    found = np.full(len(scaling.center), -1.0)
    for batch in samples.batches(ATOMS):
        own = samples.items[start : start + len(batch.sizes)]
        start += len(own)
        inputs.keep([s.index for s in own], [len(s) for s in own], batch.x)
        np.maximum.at(found, batch.system.species, (batch.x.astype(float) ** 2).mean(1))
    return found


def _seen(samples: Samples) -> list[Array]:
    """Features (n, M) that the scaling is made of, for every species."""
    inputs = samples.inputs
    n_species, width = len(inputs.descriptor.species), inputs.descriptor.n_features
    counts = np.zeros(n_species, np.int64)
    for s in samples.items:
        counts += np.bincount(inputs.system(s.index).species, minlength=n_species)
    strides, done = -(-counts // MOST), np.zeros(n_species, np.int64)
    found = [[np.zeros((0, width))] for _ in range(n_species)]
    for batch in samples.batches(ATOMS):
        for k in np.unique(batch.system.species).tolist():
            own = np.flatnonzero(batch.system.species == k)
            chosen = own[(done[k] + np.arange(len(own))) % strides[k] == 0]
            done[k] += len(own)
            found[k].append(batch.x[chosen])
    return [np.concatenate(parts) for parts in found]


def _of_species(values: Array) -> tuple[Array, Array, Array]:
    """Center and scale (M,), covariance (M, M); a constant feature has scale 0."""
    clipped = np.clip(values, *np.quantile(values, TAILS, axis=0))
    std = values.std(0)
    width = np.maximum(clipped.std(0), LEAST_PART * std)
    varied = std > CONSTANT * np.abs(values).max(0)
    scale = np.divide(1.0, width, out=np.zeros_like(width), where=varied)
    center = clipped.mean(0)
    clipped -= center
    return center, scale, clipped.T @ clipped / len(clipped)
