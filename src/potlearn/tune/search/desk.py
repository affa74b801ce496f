"""What to evaluate next: trials that were left, or a new batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from potlearn.tune.search.samplers.sampler import Proposal, Sampler
from potlearn.tune.search.space import Space, text_of
from potlearn.tune.search.storage.drivers import Drivers
from potlearn.tune.search.storage.record import Record
from potlearn.tune.search.storage.trials import Batch, draft, past_of
from potlearn.tune.trial import Asked


@dataclass(frozen=True)
class Desk:
    """Gives out the trials of a study.

    Attributes
    ----------
    space : Space
    record : Record
    sampler : Sampler
    drivers : Drivers
    in_hand : set of int
        Trials that this process evaluates now.
    """

    space: Space
    record: Record
    sampler: Sampler
    drivers: Drivers
    in_hand: set[int] = field(default_factory=set)

    def ask(self, n: int, new: int) -> list[Asked]:
        """At most n trials, of which at most so many are new."""
        self.drivers.beat()
        trials = self.record.trials()
        left = self._left(trials) + self._rest(trials)
        found = (left or self._propose(trials, min(n, new)))[:n]
        self.in_hand.update(asked.number for asked in found)
        return found

    def _left(self, trials: Sequence[FrozenTrial]) -> list[Asked]:
        """Trials without a result that nobody evaluates: our own ones, and those of the dead."""
        found: list[Asked] = []
        for trial in trials:
            if trial.state != TrialState.RUNNING or trial.number in self.in_hand:
                continue
            if (driver := Batch.of(trial).driver) != self.drivers.own:
                if not self.drivers.dead(driver):
                    continue
                self.record.note(trial.number, "driver", self.drivers.own)
            found.append(Asked(trial.number, past_of(self.space, trial).point))
        return found

    def _rest(self, trials: Sequence[FrozenTrial]) -> list[Asked]:
        """The rest of a batch that a kill left half made, proposed again."""
        batches = [Batch.of(trial) for trial in trials]
        own = [batch for batch in batches if batch.driver == self.drivers.own]
        if not own or (made := own.count(own[-1])) >= own[-1].size:
            return []
        proposals = self._proposals(trials[: own[-1].start], own[-1].size)[made:]
        seen = {text_of(past_of(self.space, trial).point) for trial in trials}
        return self._add([p for p in proposals if text_of(p.point) not in seen], own[-1])

    def _propose(self, trials: Sequence[FrozenTrial], n: int) -> list[Asked]:
        proposals = self._proposals(trials, n) if n > 0 else []
        return self._add(proposals, Batch(self.drivers.own, len(trials), len(proposals)))

    def _proposals(self, trials: Sequence[FrozenTrial], n: int) -> list[Proposal]:
        """Proposals from what these trials tell, with a seed that belongs to their number."""
        words = [self.sampler.seed, self.drivers.index(), len(trials)]
        seed = int(np.random.SeedSequence(words).generate_state(1)[0])
        return self.sampler.propose([past_of(self.space, t) for t in trials], n, seed)

    def _add(self, proposals: Sequence[Proposal], batch: Batch) -> list[Asked]:
        return [
            Asked(self.record.add(draft(self.space, proposal, batch)), dict(proposal.point))
            for proposal in proposals
        ]
