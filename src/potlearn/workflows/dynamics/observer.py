"""What is measured, written and judged during a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from potlearn.errors import OutputError, PotlearnError
from potlearn.typing import Atoms, Settings
from potlearn.workflows.dynamics.engines.base import Engine, Setup, State, arrays_of, placed
from potlearn.workflows.dynamics.ensembles.base import degrees_of_freedom
from potlearn.workflows.dynamics.files import THERMO, TRAJECTORY, RunFiles
from potlearn.workflows.dynamics.frames import frame_text
from potlearn.workflows.dynamics.result import Simulated
from potlearn.workflows.dynamics.thermo import Thermo, ThermoLog
from potlearn.workflows.dynamics.watches.base import Verdict, Watch


class Observer:
    """Measures, writes and judges a run; its memory is in the checkpoint.

    Attributes
    ----------
    state : State
        Where the next leg begins.
    stopped : Verdict or None
        What ended the run.
    looked : bool
        Whether the start was looked at.
    """

    def __init__(
        self, setup: Setup, files: RunFiles, watches: Sequence[Watch], memory: Settings
    ) -> None:
        self._setup, self._files, self._watches = setup, files, watches
        self.settings = setup.settings
        self.state = State(**memory["state"])
        self._good: Settings = memory["good"]
        self._energy: float | None = memory["energy"]
        self._seen = [(step, Verdict(**verdict)) for step, verdict in memory["seen"]]
        self._degrees = degrees_of_freedom(setup.start, setup.ensemble)

    @classmethod
    def of(
        cls,
        setup: Setup,
        files: RunFiles,
        watches: Sequence[Watch],
        first: Callable[[], Settings],
        notes: Sequence[Verdict] = (),
    ) -> Observer:
        """The observer of a new run, which begins with notes, or of one that continues."""
        memory = files.load()
        if memory is None:
            start = setup.start
            arrays = arrays_of(start)
            state = State(0, **arrays, unexplained=0.0, own=first())
            good = {"step": 0, **arrays}
            seen = [[0, asdict(note)] for note in notes]
            memory = {"state": state.to_dict(), "good": good, "energy": None, "seen": seen}
        return cls(setup, files, watches, memory)

    @property
    def looked(self) -> bool:
        """Whether the start was looked at."""
        return self._energy is not None

    @property
    def stopped(self) -> Verdict | None:
        """What ended the run."""
        last = self._seen[-1][1] if self._seen else None
        return last if last is not None and last.stop else None

    def ended(self, n_steps: int) -> bool:
        """Whether nothing is left to do."""
        return self.looked and (self.stopped is not None or self.state.step >= n_steps)

    def advance(self, engine: Engine, step: int, after: int) -> bool:
        """Let the engine go on to a step and look there; False if it could not."""
        try:
            engine.advance(after - step)
            self.look(after, engine)
        except OutputError:
            raise
        except PotlearnError as error:  # a configuration that has no energy
            words = f"{error}; is the time step of {self.settings.timestep:g} fs too large?"
            self._seen.append((after, Verdict(words, True)))
        return self.stopped is None

    def look(self, step: int, engine: Engine) -> None:
        """Measure, judge and write what is due at a step."""
        atoms = engine.atoms
        now = self._measure(step, engine)
        atoms.info = {"time": now.time, "temperature": now.temperature, "drift": self._drift(now)}
        if self._judge(step, atoms):
            self._good = {"step": step, **arrays_of(atoms)}
        last = step == self.settings.n_steps or self.stopped is not None
        if step % self.settings.log_every == 0 or last:
            self._files.add(THERMO, now.line())
        if step % self.settings.every == 0 or last:
            self._files.add(TRAJECTORY, frame_text(atoms, now))

    def _measure(self, step: int, engine: Engine) -> Thermo:
        atoms = engine.atoms
        if self._energy is None:
            self._energy = float(atoms.get_potential_energy() + atoms.get_kinetic_energy())
        time = step * self.settings.timestep / 1000
        return Thermo.of(step, time, atoms, self._degrees, self._energy + engine.unexplained)

    def _drift(self, now: Thermo) -> float:
        assert self._energy is not None
        return (now.conserved - self._energy) / len(self._setup.start)

    def _judge(self, step: int, atoms: Atoms) -> bool:
        """Ask the watches whose turn it is; whether one was asked, and none said stop."""
        last = step == self.settings.n_steps
        asked = [watch for watch in self._watches if last or step % watch.every == 0]
        for watch in asked:
            verdict = watch.look(step, atoms)
            if verdict is not None:
                self._seen.append((step, verdict))
                if verdict.stop:
                    return False
        return bool(asked) or not self._watches

    def commit(self, engine: Engine) -> None:
        """Keep everything up to here; a run that was stopped keeps its state, which ends it."""
        if self.stopped is None:
            self.state = engine.end()
        seen = [[step, asdict(verdict)] for step, verdict in self._seen]
        memory: dict[str, Any] = {"state": self.state.to_dict(), "good": self._good}
        self._files.commit(memory | {"energy": self._energy, "seen": seen})

    def result(self) -> Simulated:
        """What the run gave."""
        step = self._seen[-1][0] if self.stopped is not None else self.state.step
        good = placed(self._setup.start, State(**self._good, unexplained=0.0, own={}))
        folder = self._files.folder
        return Simulated(
            good,
            step,
            self._good["step"],
            self.stopped,
            tuple(self._seen),
            None if folder is None else folder / TRAJECTORY,
            ThermoLog.parse(self._files.table),
            self.settings.timestep,
        )
