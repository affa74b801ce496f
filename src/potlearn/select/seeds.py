"""Random numbers: one seed per selection, and children of it by what they are for."""

from __future__ import annotations

import numpy as np

Seed = int | np.random.Generator | np.random.SeedSequence


def seed_sequence(random_state: Seed) -> np.random.SeedSequence:
    """Root of all random numbers of a selection; a generator is asked for 128 bits."""
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(random_state.integers(2**32, size=4).tolist())
    return np.random.SeedSequence(random_state)


def child(root: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Sequence that depends on the root and the key alone, not on what was drawn before."""
    return np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, *key))
