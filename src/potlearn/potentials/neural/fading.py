r"""Where networks end: beyond the training data a neural potential is its linear part.

.. math:: d^2(i) = \frac{1}{M} \sum_k x_k(i)^2, \qquad f = 1 \text{ up to the largest } d^2
   \text{ of training atoms, } 0 \text{ from } 4 \text{ times that on}

A network says nothing about environments far from those that it was trained on.  The linear part
has its wall and bounds there.  Within the data the fade costs nothing: f is 1.
"""

from __future__ import annotations

import numpy as np

from potlearn.engine import Fade
from potlearn.potentials.neural.scaling import Scaling
from potlearn.typing import Array, Species

OUTER = 4.0
"""Squared distance at which the network has ended, over the largest of training atoms."""
ROOM = 1.0 + 1e-6
"""So that rounding moves no training atom beyond the inner distance."""


def fade_of(scaling: Scaling, features: Array, species: Species) -> Fade:
    """The fade around the atoms of a training set: features (N, M) and species (N,)."""
    weight = scaling.scale / np.sqrt(features.shape[1])
    distances = ((scaling.apply(features, species)) ** 2).mean(1)
    inner = np.array([distances[species == s].max(initial=0.0) for s in range(len(scaling.center))])
    inner = ROOM * np.where(inner > 0, inner, 1.0)
    return Fade(scaling.center, weight, inner, OUTER * inner)
