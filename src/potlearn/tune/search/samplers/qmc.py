"""A sequence that fills the space more evenly than random points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from potlearn.tune.search.samplers.sampler import Past, Proposal, Sampler, texts
from potlearn.tune.search.space import TRIES, text_of
from potlearn.typing import Array

MARK = "qmc"


class QMC(Sampler):
    """Sobol's sequence, scrambled (SciPy).

    A coordinate of the sequence belongs to each key, and those of keys that do not apply are not
    used: the points of every branch of a conditional space are then a part of one even sequence.

    References
    ----------
    A. B. Owen, J. Complexity 14, 466 (1998), on scrambling.
    """

    def propose(self, past: Sequence[Past], n: int, seed: int) -> list[Proposal]:
        """As :meth:`Sampler.propose`; the sequence continues after its last point."""
        seen = texts(past)
        start = 1 + max((trial.marks.get(MARK, -1) for trial in past), default=-1)
        found: list[Proposal] = []
        for index, u in enumerate(self._sequence(start), start):
            if len(found) == n or index - start > n * TRIES:
                break
            point = self.space.applying(self.space.at(u))
            if text_of(point) not in seen:
                seen.add(text_of(point))
                found.append(Proposal(point, marks={MARK: index}))
        return found + self._rest(seen, n - len(found), seed)

    def _sequence(self, start: int) -> Iterator[Array]:
        from scipy.stats import qmc

        dimension = max(len(self.space.order), 1)
        engine = qmc.Sobol(dimension, scramble=True, rng=np.random.default_rng(self.seed))
        if start:
            engine.fast_forward(start)
        while True:
            yield engine.random(1)[0][: len(self.space.order)]

    def _rest(self, seen: set[str], n: int, seed: int) -> list[Proposal]:
        """The last points of a small space, which the sequence would take long to meet."""
        rng = np.random.default_rng(seed)
        found: list[Proposal] = []
        while len(found) < n and (point := self.space.new_point(rng, seen)) is not None:
            seen.add(text_of(point))
            found.append(Proposal(point))
        return found
