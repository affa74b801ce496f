"""When one atom counts as isolated: by the name of its group, or by a wide cell."""

from __future__ import annotations

import numpy as np

from potlearn.data.frames import Frame

ISOLATED = "IsolatedAtom"
# An atom whose nearest periodic image is farther away than this many Å is free: half as far again
# as neighbours in any crystal of one element (caesium, 5.3 Å), and more than most cutoffs.
FREE = 8.0


def image_distance(frame: Frame) -> float:
    """Distance of the nearest periodic image in Å: inf without one, 0 for several atoms."""
    if len(frame.numbers) != 1:
        return 0.0
    if not frame.pbc.any():
        return float("inf")
    from ase.geometry import minkowski_reduce

    reduced, _ = minkowski_reduce(frame.cell, frame.pbc)
    return float(np.linalg.norm(np.asarray(reduced)[frame.pbc], axis=1).min())


def is_isolated_name(group: str) -> bool:
    """Whether a group is named ``IsolatedAtom``, without regard to case, ``_``, ``-``, blanks."""
    letters = group.casefold().translate(dict.fromkeys(map(ord, "_- ")))
    return letters == ISOLATED.casefold()
