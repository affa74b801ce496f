"""The loop of a search: ask, evaluate, tell, until enough is known."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from potlearn.errors import TuneError
from potlearn.runtime import Report
from potlearn.tune.search.study import Study
from potlearn.tune.trial import Asked, Outcome, Trial

Evaluate: TypeAlias = Callable[[Sequence[Asked]], Iterable[Outcome]]
"""Outcomes of trials, in any order, as they come."""

# The search ends when so many trials failed, and no other result is there.
HOPELESS = 20


@dataclass(frozen=True)
class Searched:
    """What a search found.

    Attributes
    ----------
    trials : list of Trial
        All of the study.
    notes : list of str
        What the user should know: why it ended early, constraints that no trial keeps.
    """

    trials: list[Trial]
    notes: list[str]


def search(
    study: Study,
    evaluate: Evaluate,
    *,
    trials: int,
    seconds: float | None = None,
    batch: int = 16,
    report: Report | None = None,
) -> Searched:
    """Search until a study has so many trials.

    Parameters
    ----------
    study : Study
    evaluate : function
        Outcomes of trials, in any order, as they come.  Nothing else may depend on the number of
        workers: the batch does not.
    trials : int
        Number of all trials of the study, those of earlier runs and other drivers included.
    seconds : float, optional
        Time after which no further outcome is waited for; the same search continues later.
    batch : int
        Trials that are proposed at once, from the same knowledge.
    report : function, optional
        Called with (trials done, ``trials``).

    Raises
    ------
    TuneError
        The first trials failed all; it says why.
    """
    clock = _Clock(seconds)
    notes: list[str] = []
    while not notes:
        found = study.trials()
        _check_hope(found, trials)
        asked = study.ask(batch, new=trials - len(found))
        if not asked:
            if len(found) < trials:
                notes.append(f"every point of the space was tried: {len(found)} trials")
            break
        done = sum(trial.state != "running" for trial in found)
        for outcome in _outcomes(evaluate, asked, clock):
            done += study.tell(outcome)
            if report:
                report(done, trials)
        if clock.over:
            notes.append(f"stopped after {seconds:g} s; the same search continues later")
    found = study.trials()
    return Searched(found, [*notes, *infeasible(found, study.constraints)])


@dataclass(frozen=True)
class _Clock:
    seconds: float | None
    start: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        return self.seconds is not None and time.monotonic() - self.start >= self.seconds


def _outcomes(evaluate: Evaluate, asked: Sequence[Asked], clock: _Clock) -> Iterator[Outcome]:
    """Outcomes as they come, until the time is over; a trial without one has failed."""
    missing = {trial.number for trial in asked}
    for outcome in evaluate(asked):
        missing.discard(outcome.number)
        yield outcome
        if clock.over:
            return
    for number in sorted(missing):
        yield Outcome(number, reason="the evaluation gave no outcome")


def _check_hope(trials: Sequence[Trial], wanted: int) -> None:
    """Raise where all of the first trials failed."""
    reasons = Counter(trial.reason for trial in trials if trial.state == "failed")
    n_failed = reasons.total()
    if n_failed < min(HOPELESS, wanted) or any(t.state == "done" for t in trials):
        return
    reason, count = reasons.most_common(1)[0]
    raise TuneError(f"all of the first {n_failed} trials failed, {count} of them with: {reason}")


def infeasible(trials: Sequence[Trial], constraints: Mapping[str, float]) -> list[str]:
    """A note where no trial keeps the constraints, with the nearest value of each; or none."""
    done = [trial for trial in trials if trial.state == "done"]
    if not done or not constraints or any(trial.feasible(constraints) for trial in done):
        return []
    nearest = {name: min(trial.values[name] for trial in done) for name in constraints}
    listed = "; ".join(
        f"{name}: expected at most {limit:g}, nearest {nearest[name]:g}"
        for name, limit in constraints.items()
    )
    return [f"no trial keeps the constraints ({listed})"]
