"""Random numbers: one seed per selection, and children of it by what they are for."""

from __future__ import annotations

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.parameters import shown

Seed = (
    int | np.integer | np.random.Generator | np.random.RandomState | np.random.SeedSequence | None
)


def seed_sequence(random_state: Seed) -> np.random.SeedSequence:
    """Root of all random numbers of a selection.

    An integer or a SeedSequence gives the same numbers each time; a Generator or RandomState is
    asked for 128 bits, so that it gives others the next time; None gives others each time.

    Raises
    ------
    SelectionError
        It is of another kind, or negative.
    """
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(random_state.integers(2**32, size=4).tolist())
    if isinstance(random_state, np.random.RandomState):
        words = random_state.randint(2**32, size=4, dtype=np.uint32)
        return np.random.SeedSequence(words.tolist())
    try:
        if isinstance(random_state, str | bytes | bool | np.bool_):
            raise TypeError
        return np.random.SeedSequence(random_state)
    except (TypeError, ValueError) as error:
        raise SelectionError(
            f"random_state is {shown(random_state)}; expected an integer from 0, None, or a "
            "numpy.random Generator, RandomState or SeedSequence"
        ) from error


def child(root: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Sequence that depends on the root and the key alone, not on what was drawn before."""
    return np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, *key))
