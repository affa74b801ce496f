"""The steps of active learning; all that they know is in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import LearningError
from potlearn.runtime import Runtime
from potlearn.typing import Atoms, Settings
from potlearn.workflows.generation.base import bare, group_of
from potlearn.workflows.labels import label
from potlearn.workflows.learning.explore import Condition, Exploration, Explored
from potlearn.workflows.learning.given import Given
from potlearn.workflows.learning.measured import errors_of, labelled
from potlearn.workflows.learning.place import (
    KNOWN,
    LAST,
    MODEL,
    SET,
    Place,
    read_frames,
    write_frames,
)
from potlearn.workflows.learning.plan import Plan
from potlearn.workflows.learning.refit import Refit
from potlearn.workflows.learning.standing import History
from potlearn.workflows.learning.stops.base import Follows, Standing

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential

STOPPED = {"step": "stopped"}


class Course:
    """The course of learning; everything that it knows is in the place."""

    def __init__(self, given: Given, plan: Plan, place: Place, runtime: Runtime) -> None:
        self.given, self.plan, self.place, self.runtime = given, plan, place, runtime
        self.refit: Refit | None = None
        self.waiting: list[Dataset] = []
        self.set: Dataset | None = None
        self.number = 0
        self.potential: LinearPotential | None = None

    # Steps ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first set and its potential."""
        self.place.once("begun", 0, self._write_known)
        known = read_frames(self.place.round(0) / KNOWN)
        if known is not None:
            self._take(known)
        most = self.plan.budget
        self._label([bare(atoms, group_of(atoms)) for atoms in self.given.start[:most]])
        if self.set is None:
            failed = self.history.rounds[0].failed
            raise LearningError(
                f"no configuration of the first set could be labelled; the first of {len(failed)} "
                f"reasons: {failed[0]}"
            )
        self.potential = self._fit(self.set)

    def explore_and_refit(self) -> None:
        """One round."""
        self.number += 1
        assert self.potential is not None
        self._explore(self.potential)
        self.potential = self._fit(self._label(self._choose()))

    def reached(self) -> str | None:
        """Why learning ends now, or None."""
        history = self.history
        last = history.finished[-1]
        names = {name for each in history.finished for name in each.values}
        standing = Standing(
            rounds=last.number,
            labels=history.spent,
            quiet=history.quiet,
            errors=last.validation,
            values={name: history.series(name) for name in sorted(names)},
        )
        reasons = (rule.reached(standing) for rule in self.plan.rules)
        return next((reason for reason in reasons if reason is not None), None)

    def finish(self, reason: str) -> tuple[LinearPotential, Dataset]:
        """The last potential, protected if the plan says so, and the set."""
        file = self.place.round(self.number) / LAST
        if self.place.find("stopped", self.number) is None or not file.exists():
            self._grown().last().save(file)
        if self.place.journal.entries[-1] != {**STOPPED, "round": self.number, "reason": reason}:
            self.place.add("stopped", self.number, reason=reason)
        potential = _load(file)
        potential.save(self.place.folder / MODEL)
        self._write_set()
        assert self.set is not None
        return potential, self.set

    # Parts of a round ----------------------------------------------------------------------------

    def _explore(self, potential: LinearPotential) -> None:
        """Run all conditions that were not run before."""
        assert self.set is not None
        open_ = [
            condition
            for condition in self.given.conditions
            if self.place.find("explored", self.number, condition=condition.name) is None
        ]
        work = Exploration(potential, self.set, dict(self.plan.triggers), self.plan.most)
        runs = [condition.of_round(self.number) for condition in open_]
        with self.runtime.reporting(f"round {self.number}: exploring") as report:
            for k, found in enumerate(self.runtime.executor.map(work, runs)):
                self._note(open_[k], found)
                if report is not None:
                    report(k + 1, len(runs))
        self._check_that_atoms_moved()

    def _check_that_atoms_moved(self) -> None:
        """Refuse a round in which no run took a step: more of them would bring no label either."""
        names = [condition.name for condition in self.given.conditions]
        runs = [self.place.find("explored", self.number, condition=name) for name in names]
        if any(run is None or run["time"] > 0 or run["candidates"] for run in runs):
            return
        ends = {name: run["end"] for name, run in zip(names, runs, strict=True) if run}
        raise LearningError(
            f"round {self.number}: no run took a step; {names[0]}: {ends[names[0]]}; expected "
            "structures from which dynamics can start: check where the runs begin"
        )

    def _note(self, condition: Condition, found: Explored) -> None:
        write_frames(self._candidates(condition), found.candidates)
        self.place.add(
            "explored",
            self.number,
            condition=condition.name,
            candidates=len(found.candidates),
            time=found.time,
            quiet=found.quiet,
            largest=found.largest,
            end=found.end,
        )

    def _candidates(self, condition: Condition) -> Path:
        index = [c.name for c in self.given.conditions].index(condition.name)
        return self.place.round(self.number) / f"candidates-{index:02d}.extxyz"

    def _choose(self) -> list[Atoms]:
        """The candidates that are worth a label."""
        assert self.set is not None
        parts = [read_frames(self._candidates(c)) for c in self.given.conditions]
        candidates = _joined([part for part in parts if part is not None])
        if candidates is None:
            return []
        most, known = self._allowed(), self.set

        def choose() -> Settings:
            seed = self.plan.seed + self.number
            descriptor = self.plan.descriptor
            return {"chosen": self.plan.choice(candidates, known, descriptor, most, seed)}

        chosen = self.place.once("chosen", self.number, choose)["chosen"]
        return [bare(candidates[k], "explored") for k in chosen]

    def _allowed(self) -> int:
        """Labels that this round may ask for."""
        budget = self.plan.budget
        before = sum(r.asked for r in self.history.rounds if r.number < self.number)
        return self.plan.batch if budget is None else min(self.plan.batch, budget - before)

    def _label(self, frames: Sequence[Atoms]) -> Dataset | None:
        """Label, and take what has labels into the set."""
        file = self.place.round(self.number) / "labelled.extxyz"

        def work() -> Settings:
            if not frames:
                return {"asked": 0, "labelled": 0, "failed": []}
            with self.runtime.reporting(f"round {self.number}: labelling") as report:
                found = label(
                    frames,
                    self.given.calculator,
                    self.place.database,
                    executor=self.runtime.executor,
                    progress=report,
                )
            write_frames(file, found.frames)
            failed = [f"configuration {f.index}: {f.reason}" for f in found.failed]
            return {"asked": len(frames), "labelled": len(found.frames), "failed": failed}

        done = self.place.once("labelled", self.number, work)
        batch = read_frames(file) if done["labelled"] else None
        if batch is not None:
            self._take(batch)
        return batch

    def _write_known(self) -> Settings:
        """Write the labelled configurations that were given, with labels named as all others."""
        known = self.given.known
        write_frames(self.place.round(0) / KNOWN, [] if known is None else labelled(known))
        return {"known": 0 if known is None else len(known)}

    def _take(self, batch: Dataset) -> None:
        self.set = batch if self.set is None else self.set + batch
        self.waiting.append(batch)

    def _fit(self, batch: Dataset | None) -> LinearPotential:
        """The potential of the set, fitted unless it was before."""
        file = self.place.round(self.number) / MODEL

        def work() -> Settings:
            potential, found = self._unchanged() if batch is None else self._refitted(batch)
            potential.save(file)
            self._write_set()
            return self._measured(potential) | found

        self.place.once("fitted", self.number, work)
        return _load(file)

    def _unchanged(self) -> tuple[LinearPotential, Settings]:
        """The potential of a round without labels, which is that before it."""
        assert self.potential is not None
        return self.potential, {"new": {}, "seconds": {}, "notes": []}

    def _refitted(self, batch: Dataset) -> tuple[LinearPotential, Settings]:
        """The potential of the set, and what the one before it did on the new labels."""
        new = {} if self.potential is None else errors_of(self.potential, batch)
        refit = self._grown()
        potential = refit.potential()
        return potential, {"new": new, "seconds": dict(refit.seconds), "notes": list(refit.notes)}

    def _measured(self, potential: LinearPotential) -> Settings:
        """Errors on the validation set, and values that stop rules follow."""
        validation = self.given.validation
        values: dict[str, float] = {}
        for rule in self.plan.rules:
            values |= rule.values(potential) if isinstance(rule, Follows) else {}
        errors = {} if validation is None else errors_of(potential, validation)
        return {"validation": errors, "values": values}

    def _grown(self) -> Refit:
        """The fit with all batches that wait for it."""
        assert self.set is not None
        if self.refit is None:
            self.refit = Refit(self.plan, self.waiting[0], self.runtime)
        for batch in self.waiting:
            self.refit.add(batch)
        self.waiting = []
        return self.refit

    def _write_set(self) -> None:
        assert self.set is not None
        write_frames(self.place.folder / SET, labelled(self.set))

    @property
    def history(self) -> History:
        """What the journal tells of the rounds up to the present one."""
        entries = self.place.journal.entries
        return History.of(entry for entry in entries if entry["round"] <= self.number)


def _load(file: Path) -> LinearPotential:
    """The potential that was saved."""
    from potlearn.potentials import LinearPotential, load

    found = load(file)
    if not isinstance(found, LinearPotential):
        raise LearningError(f"{file}: expected the potential of a round, got another kind")
    return found


def _joined(parts: Sequence[Dataset]) -> Dataset | None:
    """One dataset after the other; None of none."""
    return reduce(add, parts) if parts else None
