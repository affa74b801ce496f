"""Scaling and reach of the training set's features, batch by batch."""

from __future__ import annotations

import numpy as np

from potlearn.neural.samples import Samples
from potlearn.potentials.neural import Scaling
from potlearn.typing import Array

ATOMS = 2000
"""Atoms of a batch."""


def scaling_of(samples: Samples) -> Scaling:
    """Standardisation of the features of all atoms."""
    descriptor = samples.inputs.descriptor
    found = ((batch.x, batch.system.species) for batch in samples.batches(ATOMS))
    return Scaling.of_batches(found, len(descriptor.species), descriptor.n_features)


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
