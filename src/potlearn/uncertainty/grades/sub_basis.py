"""The few features of a descriptor that a grade reads."""

from __future__ import annotations

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.errors import BasisError

# Features of a grade per species, and at most.
PER_SPECIES, MOST = 32, 128
# The smoothest ones are taken of this many times as many.
AMONG = 4


def leading_features(descriptor: Descriptor, n_features: int | None = None) -> tuple[str, ...]:
    """Names of the features that a grade reads by default: the smooth ones of low body order.

    Families list their functions by body order.  Of the first 4 n the n smoothest are taken
    (``descriptor.smoothness``), the smoothest first, or the first n where a family has no measure
    of it.

    Parameters
    ----------
    descriptor : Descriptor
    n_features : int, optional
        Number n; by default 32 for each species, 128 at most.

    Raises
    ------
    BasisError
        A number below 1.
    """
    n = min(PER_SPECIES * len(descriptor.species), MOST) if n_features is None else n_features
    if n < 1:
        raise BasisError(f"n_features is {n}; expected 1 or more")
    names, smoothness = descriptor.feature_names, descriptor.smoothness
    if smoothness is None:
        return names[:n]
    order = np.argsort(smoothness[: AMONG * n], kind="stable")
    return tuple(names[k] for k in order[:n])
