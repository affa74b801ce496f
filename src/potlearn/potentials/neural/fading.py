r"""Where networks end: beyond the training data a neural potential is its linear part.

.. math:: d^2(i) = \frac{1}{M} \sum_k x_k(i)^2, \qquad
   f = 1 - 10 t^3 + 15 t^4 - 6 t^5, \quad t = \frac{d^2 - d_0^2}{4 d_0^2 - d_0^2}

with f = 1 up to the largest :math:`d_0^2` of training atoms of the species, but at most 25, and 0
from four times that on.  A network is unreliable in environments far from those that it was trained
on; the linear part has its wall and bounds there.  Five standard deviations are the limit since a
few atoms far from all others (strongly compressed cells) are too few to train a network on, and
spoil it for the others; where training atoms are farther, networks are trained with their fade.
For a species without training data f = 0 everywhere.
"""

from __future__ import annotations

import numpy as np

from potlearn.engine import Fade
from potlearn.potentials.neural.scaling import Scaling
from potlearn.typing import Array

OUTER = 4.0
"""Squared distance at which the network has ended, over that where the fade begins."""
FARTHEST = 25.0
"""Largest squared distance where the fade begins: five standard deviations."""
ROOM = 1.0 + 1e-6
"""So that rounding moves no training atom beyond the inner distance."""
UNSEEN = 1e12
"""Center of a species without training atoms: no feature is near it, so its networks have ended."""


def fade_around(scaling: Scaling, reach: Array, before: Fade | None = None) -> Fade:
    """The fade beyond the largest mean square of standardised features of every species, (S,).

    A negative reach means that there are no atoms: the fade of such a species is 0 everywhere.
    ``before`` is the fade of an earlier training with the same scaling, which never shrinks.
    """
    seen = reach >= 0
    inner = ROOM * np.where(reach > 0, np.minimum(reach, FARTHEST), 1.0)
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


def reach_of(fade: Fade) -> Array:
    """Inner and outer distances (S, 2) of the fade, for standardised features.

    Those of a species without training data are negative: its standardised features are all zero,
    and the factor is 0.
    """
    seen = (fade.center != UNSEEN).all(1)[:, None]
    found: Array = np.where(seen, np.stack([fade.inner, fade.outer], 1), [-2.0, -1.0])
    return found
