"""Exploration: dynamics with the present potential, watched by triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import LearningError, PotlearnError
from potlearn.structure.bonds import covalent_length
from potlearn.structure.neighbors import neighbors
from potlearn.typing import Array, Atoms
from potlearn.workflows.dynamics import (
    DynamicsSettings,
    Exploding,
    Lost,
    Verdict,
    Watch,
    simulate,
)
from potlearn.workflows.generation.base import bare
from potlearn.workflows.learning.triggers.base import Trigger

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential

CLOSEST = 0.6
"""A configuration with a pair closer than this many sums of covalent radii is no candidate: a
calculator would fail at it, and no material has it."""


@dataclass(frozen=True)
class Condition:
    """Where and how to explore.

    Attributes
    ----------
    name : str
        What it is called in records.
    start : ase.Atoms
    dynamics : DynamicsSettings
        Each round draws its own seed from the one given.
    """

    name: str
    start: Any
    dynamics: DynamicsSettings

    def of_round(self, number: int) -> Condition:
        """The same condition with the seed of a round."""
        seed = np.random.SeedSequence([self.dynamics.seed, number]).generate_state(1)[0]
        return replace(self, dynamics=replace(self.dynamics, seed=int(seed) % 2**31))


@dataclass(frozen=True)
class Explored:
    """What a run of one condition found.

    Attributes
    ----------
    candidates : list of ase.Atoms
        Configurations that a trigger noticed; ``trigger``, ``score``, ``step`` and ``condition``
        are in their information.
    time : float
        Simulated time, ps.
    quiet : float
        Time before the first candidate, ps.
    largest : mapping of str to float
        Largest finite score by trigger.
    end : str
        Why the run ended.
    """

    candidates: list[Atoms]
    time: float
    quiet: float
    largest: dict[str, float]
    end: str


@dataclass
class Found:
    """Candidates of a run, shared by its triggers."""

    most: int
    atoms: list[Any] = field(default_factory=list)
    largest: dict[str, float] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether there are as many candidates as a run may give."""
        return len(self.atoms) >= self.most

    def take(self, atoms: Atoms, **why: Any) -> None:
        """Take a copy; a step that another trigger took already is not taken again."""
        if self.full or (self.atoms and self.atoms[-1].info["step"] == why["step"]):
            return
        found = bare(atoms, "explored")
        found.info.update(why)
        self.atoms.append(found)


@dataclass(frozen=True)
class TriggerWatch(Watch):
    """A trigger that watches a run: it takes candidates, and ends the run where it must."""

    name: str
    trigger: Trigger
    found: Found

    @property
    def every(self) -> int:
        """Steps between two looks."""
        return self.trigger.every

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Ask the trigger, and take the configuration if its score is above the limit."""
        scores = self.trigger.score(atoms)
        atom = int(np.argmax(np.where(np.isnan(scores), np.inf, scores)))
        score = float(scores[atom])
        if np.isfinite(score):
            self.found.largest[self.name] = max(self.found.largest.get(self.name, 0.0), score)
        if score <= self.trigger.limit:
            return None
        if is_crowded(atoms):
            return Verdict(f"{self.name}: atoms closer than any material has them", True, atom)
        self.found.take(atoms, trigger=self.name, score=_finite(score), step=step)
        stop = self.trigger.stop is not None and not score <= self.trigger.stop
        text = f"{self.name} {score:.3g} above {self.trigger.limit:.3g}"
        return Verdict(text, stop or self.found.full, atom)


@dataclass(frozen=True)
class Exploration:
    """The work of a round; it travels to every worker once.

    Attributes
    ----------
    potential : LinearPotential
    known : Dataset
        What it was fitted to.
    triggers : mapping of str to Trigger
    most : int
        Most candidates of a run.
    """

    potential: LinearPotential
    known: Dataset
    triggers: dict[str, Trigger]
    most: int

    def __call__(self, condition: Condition) -> Explored:
        """Run one condition."""
        found = Found(self.most)
        watches = [
            TriggerWatch(name, trigger.ready(self.potential, self.known), found)
            for name, trigger in self.triggers.items()
        ]
        steps, end = _run(condition, self.potential, watches)
        for atoms in found.atoms:
            atoms.info["condition"] = condition.name
        picosecond = condition.dynamics.timestep / 1000
        first = found.atoms[0].info["step"] if found.atoms else steps
        quiet, time = picosecond * first, picosecond * steps
        return Explored(found.atoms, time, quiet, dict(found.largest), end)


def _run(
    condition: Condition, potential: LinearPotential, watches: Sequence[TriggerWatch]
) -> tuple[int, str]:
    """Number of steps, and why the run ended."""
    guards: list[Watch] = [*watches, Exploding(), Lost()]
    try:
        done = simulate(condition.start, potential.calculator(), condition.dynamics, watches=guards)
    except LearningError:
        raise
    except PotlearnError as error:
        return 0, str(error)
    return done.step, "finished" if done.stopped is None else done.stopped.reason


def is_crowded(atoms: Atoms, closest: float = CLOSEST) -> bool:
    """Whether a pair is closer than ``closest`` sums of its covalent radii."""
    symbols = atoms.get_chemical_symbols()
    kinds = sorted(set(symbols))
    lengths: Array = closest * np.array([[covalent_length(a, b) for b in kinds] for a in kinds])
    index = np.array([kinds.index(symbol) for symbol in symbols])
    list_ = neighbors(atoms, float(lengths.max()), closest=0.0)
    r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
    return bool((r < lengths[index[list_.i], index[list_.j]]).any())


def _finite(score: float) -> float:
    """A score that files can hold."""
    return score if np.isfinite(score) else 1e300
