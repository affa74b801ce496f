r"""Where networks end: beyond the training data a neural potential is its linear part.

.. math:: d^2(i) = \frac{1}{M} \sum_k x_k(i)^2, \qquad f = 1 \text{ up to the largest } d^2
   \text{ of training atoms, } 0 \text{ from } 4 \text{ times that on}

A network says nothing about environments far from those that it was trained on.  The linear part
has its wall and bounds there.  Within the data the fade costs nothing: f is 1.  Of a species that
the data lack, networks count nowhere.
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


UNSEEN = 1e12
"""Center of a species without training atoms: no feature is near it, so its networks have ended."""


def fade_of(scaling: Scaling, features: Array, species: Species) -> Fade:
    """The fade around the atoms of a training set: features (N, M) and species (N,)."""
    reach = np.full(len(scaling.center), -1.0)
    np.maximum.at(reach, species, (scaling.apply(features, species) ** 2).mean(1))
    return fade_around(scaling, reach)


def fade_around(scaling: Scaling, reach: Array, before: Fade | None = None) -> Fade:
    """The fade beyond the largest mean square of standardised features of every species, (S,).

    A negative reach means that there are no atoms: of such a species networks count nowhere.
    ``before`` is the fade of an earlier training with the same scaling, which never shrinks.
    """
    seen = reach >= 0
    inner = ROOM * np.where(reach > 0, reach, 1.0)
    outer = OUTER * inner
    center, weight = scaling.center.copy(), scaling.scale / np.sqrt(scaling.center.shape[1])
    center[~seen], weight[~seen] = UNSEEN, 1.0
    if before is not None:
        known = (before.center != UNSEEN).all(1)
        wider = known & seen
        inner = np.where(wider, np.maximum(inner, before.inner), inner)
        outer = np.where(wider, np.maximum(outer, before.outer), outer)
        only = known & ~seen
        center[only], weight[only] = before.center[only], before.weight[only]
        inner[only], outer[only] = before.inner[only], before.outer[only]
    return Fade(center, weight, inner, outer)
