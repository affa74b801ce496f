"""Evaluation of trials in batches: passes are made where they are missing, workers do the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from potlearn.descriptors.families import FAMILIES
from potlearn.errors import ExecutionError, PotlearnError
from potlearn.runtime import Runtime, content_key, map_each
from potlearn.tasks.progress import Stages
from potlearn.tasks.settings.keys import places
from potlearn.tasks.settings.networks import is_neural
from potlearn.tasks.tuning.candidates import Candidates, Sets
from potlearn.tasks.tuning.speed import Speed
from potlearn.tasks.tuning.trials import TrialConfig, TrialSettings
from potlearn.tasks.tuning.work import Item, Known, Work, reason_of
from potlearn.tune import (
    Asked,
    Candidate,
    Neighborhood,
    Outcome,
    Passes,
    Range,
    Space,
    Value,
    by_ledger,
)

FORESEEN = 30
"""Random points of a space that show how wide its passes will have to be."""
TOP = 1 - 1e-9
"""Coordinate of the largest value of a range."""
REACH = 6.0
"""Neighbours are counted up to this distance, in Å, or up to the largest cutoff if that is more."""


@dataclass
class Evaluator:
    """Evaluates trials.

    Attributes
    ----------
    settings : TrialSettings
    space : Space
    candidates : Candidates
    speed : Speed
    own : tuple of str
        Objectives of the user.
    folder : path
        Of the passes that are kept.
    size : float
        Most bytes of the passes.
    runtime : Runtime
        Workers.
    stages : function
        Progress of passes.
    """

    settings: TrialSettings
    space: Space
    candidates: Candidates
    speed: Speed
    own: tuple[str, ...]
    folder: Path
    size: float
    runtime: Runtime
    stages: Stages
    _passes: dict[str, Passes] = field(default_factory=dict)
    _expected: dict[str, list[Candidate]] = field(default_factory=dict)
    _work: Work | None = None
    _reach: float = REACH

    def __call__(self, asked: Sequence[Asked]) -> Iterator[Outcome]:
        """Outcomes of a batch, those that fail at once first."""
        items: list[Item] = []
        for trial in asked:
            try:
                config = self.settings.of(trial.parameters)
                items.append(self._item(trial.number, config))
            except PotlearnError as error:
                yield Outcome(trial.number, reason=reason_of(error))
        ready: list[Item] = []
        for key in dict.fromkeys(item.sets for item in items):
            own = [item for item in items if item.sets == key]
            failed = self._prepare(key, [item.candidate for item in own])
            for place, item in enumerate(own):
                if place in failed:
                    yield Outcome(item.number, reason=reason_of(failed[place]))
                else:
                    ready.append(item)
        if ready:
            yield from mapped(self.runtime, self._work_for(ready), self._in_order(ready))

    def _item(self, number: int, config: TrialConfig) -> Item:
        key, candidate = self.candidates.of(config)
        sets = self.candidates.known[key]
        coverage = sets.coverage(candidate.descriptor.species)
        protects = config.reference.protects
        added = self.speed.of_reference(candidate, coverage, protects, sets.examples)
        networks = config.model.settings if is_neural(config.model) else None
        return Item(number, key, candidate, added, networks)

    def kept(self, config: TrialConfig) -> tuple[str, ...] | None:
        """Names of the functions that a trial keeps; None where it keeps all of them.

        Raises
        ------
        PotlearnError
            The trial cannot be answered.
        """
        if config.compress.method == "none":
            return None
        key, candidate = self.candidates.of(config)
        for error in self._prepare(key, [candidate]).values():
            raise error
        return self.passes(key).worker()(candidate).descriptor.feature_names

    def _prepare(self, key: str, candidates: Sequence[Candidate]) -> dict[int, PotlearnError]:
        """Make the passes of candidates, and those that are foreseen with them."""
        with self.stages("passes over the data") as report:
            runtime = replace(self.runtime, progress=report)
            if key not in self._expected:
                self._expected[key] = [*self._foreseen(key)]
            return self.passes(key).prepare(candidates, runtime, foreseen=self._expected[key])

    def _foreseen(self, key: str) -> Iterator[Candidate]:
        """Some points of the space with these data: a pass is wide enough for later trials, too."""
        points = map(without_model, foreseen_points(self.space))
        different = {content_key(values): values for values in points}
        for values in different.values():
            try:
                config = self.settings.of(values)
                if self.candidates.key(config) == key:
                    yield self.candidates.of(config)[1]
            except PotlearnError:
                continue  # a point that does not hold together needs no pass

    def _in_order(self, items: Sequence[Item]) -> list[Item]:
        """Trials of one pass after each other, those of equal functions together."""
        keys = [
            (item.sets, self.passes(item.sets).key(item.candidate), item.candidate.descriptor)
            for item in items
        ]
        order = sorted(
            range(len(items)), key=lambda k: (keys[k][:2], keys[k][2].n_features, items[k].number)
        )
        return [items[k] for k in order]

    def passes(self, key: str) -> Passes:
        """Passes over the data of a key."""
        if key not in self._passes:
            sets = self.candidates.known[key]
            self._passes[key] = Passes(sets.train, sets.judged, self.folder, int(self.size))
        return self._passes[key]

    def _work_for(self, items: Sequence[Item]) -> Work:
        """What workers have; the same object as long as it serves."""
        reach = max(item.candidate.descriptor.cutoff for item in items)
        keys = {item.sets for item in items}
        if self._work is None or reach > self._reach or not keys <= set(self._work.known):
            self._reach = max(reach, self._reach)
            known = {key: self._known(key, self.candidates.known[key]) for key in self._passes}
            self._work = Work(known, self.speed.model, self.own, self.speed.networks)
        return self._work

    def _known(self, key: str, sets: Sets) -> Known:
        near = Neighborhood.of(sets.examples, sets.train.species, self._reach)
        networks = self.speed.networks is not None
        train = sets.train if networks else None
        judged = sets.judged if networks or self.own else None
        return Known(self._passes[key].worker(), train, judged, near)


def mapped(runtime: Runtime, work: Work, items: Sequence[Item]) -> Iterator[Outcome]:
    """Outcomes of items; one that loses its worker every time fails, the others go on.

    Raises
    ------
    ExecutionError
        Any work loses its workers: it is the machine, not the items.
    """
    for item, found in zip(items, map_each(runtime.executor, work, items), strict=True):
        if isinstance(found, ExecutionError):
            yield Outcome(item.number, reason=reason_of(found))
        else:
            yield found


def without_model(values: Mapping[str, Value]) -> dict[str, Value]:
    """The linear trial of some values: no pass depends on the model."""
    found = {key: value for key, value in values.items() if not key.startswith("model.")}
    return found | {"model.kind": "linear"}


def foreseen_points(space: Space, n: int = FORESEEN) -> Iterator[dict[str, Value]]:
    """Points spread over a space, each also with the largest numbers that change no row.

    Words and lists that change none are tried one by one, with these numbers: any of them may have
    the most functions.
    """
    rng = np.random.default_rng(0)
    free = [k for k, key in enumerate(space.order) if by_ledger_key(key)]
    ranges = [k for k in free if isinstance(space.parameters[space.order[k]], Range)]
    choices = [k for k in free if k not in ranges]
    for u in rng.random((n, len(space.order))):
        u[ranges] = TOP
        yield space.applying(space.at(u))
        for k in choices:
            count = space.parameters[space.order[k]].count or 1
            for option in range(count):
                other = u.copy()
                other[k] = (option + 0.5) / count
                yield space.applying(space.at(other))


def by_ledger_key(key: str) -> bool:
    """Whether a key of a trial changes no design row, by the declarations of the parts."""
    section, _, name = key.partition(".")
    if section != "descriptor":
        return by_ledger(TrialConfig, key)
    families = [place.when["descriptor.family"] for place in places(TrialConfig, key)]
    return name != "family" and all(by_ledger(FAMILIES.load(own), name) for own in families)
