"""Samplers of Optuna, on a copy of the trials in memory.

A sampler never sees the storage: it proposes on the copy, and a trial is written when all of its
parameters are known.  Every batch has a new sampler with a seed of its own, so that a study which
was interrupted continues as if it had not been.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import optuna
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from potlearn.tune.search.distributions import distribution, kept, suggest
from potlearn.tune.search.samplers.sampler import Past, Proposal, Sampler, texts
from potlearn.tune.search.space import Space, text_of
from potlearn.tune.search.storage.quiet import quiet
from potlearn.tune.trial import Value

# Proposals that were tried before are dropped; after so many, a random new point is taken.
TRIES = 5
STATES = {
    "running": TrialState.RUNNING,
    "done": TrialState.COMPLETE,
    "failed": TrialState.FAIL,
}


@dataclass(frozen=True)
class Mirrored(Sampler):
    """A sampler of Optuna."""

    _mirror: list[Mirror] = field(default_factory=list, repr=False, compare=False)

    @abstractmethod
    def make(self, seed: int) -> BaseSampler:
        """Optuna's sampler."""

    def propose(self, past: Sequence[Past], n: int, seed: int) -> list[Proposal]:
        """As :meth:`Sampler.propose`."""
        return self.sampled(past, past, n, seed)

    def sampled(
        self, known: Sequence[Past], past: Sequence[Past], n: int, seed: int
    ) -> list[Proposal]:
        """Proposals from what the ``known`` of the past trials tell; none is of a past one."""
        with quiet():
            mirror = self._copy(known)
            mirror.study.sampler = self.make(seed)
            rng, seen = np.random.default_rng(seed), texts(past)
            found: list[Proposal] = []
            with mirror.scratch() as scratch:
                while len(found) < n:
                    proposal = self._new(mirror, scratch, rng, seen)
                    if proposal is None:
                        break
                    seen.add(text_of(proposal.point))
                    found.append(proposal)
        return found

    def _copy(self, past: Sequence[Past]) -> Mirror:
        """The copy of the last batch, brought up to date, or a new one."""
        numbers = [trial.number for trial in past]
        if not self._mirror or not self._mirror[0].holds(numbers):
            self._mirror[:] = [Mirror.of(self.space, self.n_objectives)]
        self._mirror[0].update(past)
        return self._mirror[0]

    def _new(
        self, mirror: Mirror, scratch: list[int], rng: np.random.Generator, seen: set[str]
    ) -> Proposal | None:
        if self.space.points is not None and len(seen) >= len(self.space.points):
            return None
        for _ in range(TRIES):
            trial = mirror.study.ask()
            genes = self._suggested(trial)
            point = self.space.applying(genes)
            if text_of(point) not in seen:
                scratch.append(trial.number)
                return Proposal(point, genes if self.genes else {}, mirror.marks(trial.number))
            mirror.drop(trial.number)
        random = self.space.new_point(rng, seen)
        genes = self.space.at(rng.random(len(self.space.order))) | (random or {})
        return None if random is None else Proposal(random, genes if self.genes else {})

    def _suggested(self, trial: optuna.Trial) -> dict[str, Value]:
        """Values of all keys, or of those that apply."""
        found: dict[str, Value] = {}
        for key in self.space.order:
            if self.genes or self.space.applies(key, found):
                found[key] = suggest(trial, key, self.space.parameters[key])
        return found


@dataclass(frozen=True)
class Mirror:
    """A copy of the trials in memory, for a sampler of Optuna.

    Attributes
    ----------
    study : optuna.Study
    space : Space
    numbers : dict of int to int
        Number in the copy by number of the trial.
    """

    study: optuna.Study
    space: Space
    numbers: dict[int, int] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, space: Space, n_objectives: int) -> Mirror:
        """An empty copy."""
        return cls(optuna.create_study(directions=["minimize"] * n_objectives), space)

    def holds(self, numbers: Sequence[int]) -> bool:
        """Whether the copy has no other trials than these."""
        return self.numbers.keys() <= set(numbers)

    def update(self, past: Sequence[Past]) -> None:
        """Bring the copy up to date."""
        for trial in past:
            if trial.number in self.running and trial.state != "running":
                self.drop(self.numbers.pop(trial.number))
                self.running.discard(trial.number)
            if trial.number not in self.numbers:
                self.numbers[trial.number] = self._add(trial)

    def _add(self, trial: Past) -> int:
        if trial.state == "running":
            self.running.add(trial.number)
        values = trial.genes or trial.point
        parameters = {key: self.space.parameters[key] for key in values}
        self.study.add_trial(
            create_trial(
                state=STATES[trial.state],
                values=list(trial.objectives) or None,
                params={key: kept(parameters[key], value) for key, value in values.items()},
                distributions={key: distribution(p) for key, p in parameters.items()},
                system_attrs={**trial.marks, **_constraints(trial)},
            )
        )
        return len(self.study.get_trials(deepcopy=False)) - 1

    @contextmanager
    def scratch(self) -> Iterator[list[int]]:
        """Trials of the copy that are proposals; dropped at the end."""
        numbers: list[int] = []
        try:
            yield numbers
        finally:
            for number in numbers:
                self.drop(number)

    def drop(self, number: int) -> None:
        """Hide a trial of the copy: samplers do not look at failed ones."""
        self.study.tell(number, state=TrialState.FAIL)

    def marks(self, number: int) -> dict[str, int]:
        """What the sampler keeps with a trial, such as its generation."""
        attributes = self._trial(number).system_attrs
        return {key: value for key, value in attributes.items() if isinstance(value, int)}

    def _trial(self, number: int) -> FrozenTrial:
        return self.study.get_trials(deepcopy=False)[number]


def _constraints(trial: Past) -> Mapping[str, list[float]]:
    return {"constraints": list(trial.limits)} if trial.limits and trial.state == "done" else {}
