"""Trials as Optuna keeps them, and as we do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial, TrialState

from potlearn.tune.search.distributions import distribution, given, kept
from potlearn.tune.search.samplers.sampler import Past, Proposal
from potlearn.tune.search.space import Space
from potlearn.tune.search.storage.record import Draft
from potlearn.tune.trial import Outcome, State, Trial, Value
from potlearn.typing import Settings

# Characters of a reason that are kept; some databases refuse long texts.
LONGEST = 2000
STATES: Mapping[TrialState, State] = {
    TrialState.RUNNING: "running",
    TrialState.WAITING: "running",
    TrialState.COMPLETE: "done",
    TrialState.PRUNED: "failed",
    TrialState.FAIL: "failed",
}


@dataclass(frozen=True)
class Batch:
    """Trials that were proposed together.

    Attributes
    ----------
    driver : str
        Who proposed them.
    start : int
        Trials of the study before them.
    size : int
        How many were proposed.
    """

    driver: str
    start: int
    size: int

    @classmethod
    def of(cls, trial: FrozenTrial) -> Batch:
        """Batch of a trial."""
        start, size = trial.user_attrs.get("batch", (trial.number, 1))
        return cls(str(trial.user_attrs.get("driver", "")), int(start), int(size))


def draft(space: Space, proposal: Proposal, batch: Batch) -> Draft:
    """What is kept of a proposal."""
    parameters = {key: space.parameters[key] for key in proposal.point}
    dormant = {k: v for k, v in proposal.genes.items() if k not in proposal.point}
    return Draft(
        {key: kept(parameters[key], value) for key, value in proposal.point.items()},
        {key: distribution(parameter) for key, parameter in parameters.items()},
        {"driver": batch.driver, "batch": [batch.start, batch.size]},
        {**proposal.marks, **({"genes": dormant} if dormant else {})},
    )


def past_of(space: Space, trial: FrozenTrial) -> Past:
    """A trial for a sampler."""
    point = _point(space, trial)
    system = trial.system_attrs
    marks = {key: value for key, value in system.items() if isinstance(value, int)}
    return Past(
        trial.number,
        STATES[trial.state],
        point,
        {**system.get("genes", {}), **point},
        trial.values if trial.state == TrialState.COMPLETE else (),
        system.get("constraints", ()),
        marks,
    )


def trial_of(space: Space, trial: FrozenTrial) -> Trial:
    """A trial for the user."""
    notes = trial.user_attrs
    values = {
        key: math.nan if v is None else float(v) for key, v in notes.get("values", {}).items()
    }
    state = STATES[trial.state]
    return Trial(
        trial.number,
        _point(space, trial),
        state,
        values if state == "done" else {},
        notes.get("reason", "") or ("not finished" if state == "failed" else ""),
        float(notes.get("seconds", 0.0)),
        dict(notes.get("notes", {})),
    )


def notes_of(outcome: Outcome, reason: str) -> Settings:
    """What is kept of an outcome beside the objectives."""
    values = {key: float(value) for key, value in outcome.values.items()}
    finite = {key: value if math.isfinite(value) else None for key, value in values.items()}
    found: Settings = {"values": finite, "seconds": float(outcome.seconds)}
    found |= {"notes": dict(outcome.notes)} if outcome.notes else {}
    return found | ({"reason": reason[:LONGEST]} if reason else {})


def reason_of(outcome: Outcome, needed: Sequence[tuple[str, str]]) -> str:
    """Why an outcome counts as failed: its own reason, or a value that is needed and not finite.

    ``needed`` has pairs such as ``("objective", "forces_mae")``.
    """
    if outcome.reason:
        return outcome.reason
    for what, name in needed:
        value = outcome.values.get(name)
        if value is None:
            return f"{what} {name} is missing"
        if not math.isfinite(value):
            return f"{what} {name} is {'NaN' if math.isnan(value) else 'infinite'}"
    return ""


def _point(space: Space, trial: FrozenTrial) -> dict[str, Value]:
    known = {key: trial.params[key] for key in space.order if key in trial.params}
    return {key: given(space.parameters[key], value) for key, value in known.items()}
