"""A part of the data that stands for all of it: every group, spread evenly, isolated atoms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from potlearn.typing import Indices, Mask

ATOMS = 40_000
"""Atoms of a sample, about: of more, a pass of a large basis takes more than half a minute."""
FEWEST = 25
"""Configurations that a group keeps at least."""


def sample(
    n_atoms: ArrayLike,
    groups: Mapping[str, Indices],
    always: Mask,
    most: int = ATOMS,
    fewest: int = FEWEST,
) -> Indices:
    """Indices, ascending, of a sample with at most some ``most`` atoms; all of them if they fit.

    Parameters
    ----------
    n_atoms : (n,)
        Atoms of every configuration.
    groups : mapping of group to indices
        In the order of the data: of a trajectory, frames far apart are taken.
    always : (n,) bool
        Configurations that are always in the sample.
    most : int
        Number of atoms.
    fewest : int
        Configurations that a group keeps at least, or all of a smaller one.
    """
    sizes = np.asarray(n_atoms)
    total = int(sizes.sum())
    if total <= most:
        return np.arange(len(sizes))
    part = most / total
    chosen = np.array(always, bool)
    for members in groups.values():
        count = min(len(members), max(round(part * len(members)), min(fewest, len(members))))
        places = np.linspace(0, len(members) - 1, count).round().astype(int)
        chosen[members[places]] = True
    return np.flatnonzero(chosen)
