"""Random points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potlearn.tune.search.samplers.sampler import Past, Proposal, Sampler, texts
from potlearn.tune.search.space import text_of


class Random(Sampler):
    """Every parameter evenly over its values, or its logarithm over the range."""

    def propose(self, past: Sequence[Past], n: int, seed: int) -> list[Proposal]:
        """As :meth:`Sampler.propose`."""
        rng, seen = np.random.default_rng(seed), texts(past)
        found: list[Proposal] = []
        while len(found) < n and (point := self.space.new_point(rng, seen)) is not None:
            seen.add(text_of(point))
            found.append(Proposal(point))
        return found
