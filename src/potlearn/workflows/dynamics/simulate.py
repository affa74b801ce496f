"""Run a simulation, watched, into a folder from which the same call continues."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from ase.calculators.calculator import Calculator, CalculatorError

from potlearn.errors import DynamicsError, PotlearnError
from potlearn.runtime import Progress, Report, reporting, say, working_alone
from potlearn.typing import Atoms
from potlearn.workflows.dynamics.content import content_of
from potlearn.workflows.dynamics.engines.base import Engine, Setup
from potlearn.workflows.dynamics.engines.table import ENGINES
from potlearn.workflows.dynamics.ensembles.table import ENSEMBLES
from potlearn.workflows.dynamics.files import RunFiles
from potlearn.workflows.dynamics.observer import Observer
from potlearn.workflows.dynamics.plan import Plan
from potlearn.workflows.dynamics.result import Simulated
from potlearn.workflows.dynamics.settings import DynamicsSettings
from potlearn.workflows.dynamics.starting import check_forces, prepared
from potlearn.workflows.dynamics.watches.base import Watch, judging
from potlearn.workflows.labels.calculation import worded


def simulate(
    atoms: Atoms,
    calculator: Calculator,
    settings: DynamicsSettings,
    *,
    folder: str | Path | None = None,
    watches: Sequence[Watch] = (),
    progress: Progress = None,
) -> Simulated:
    """Molecular dynamics until its end, or until a watch stops it.

    With a folder the run writes ``trajectory.extxyz``, ``thermo.csv`` and ``checkpoint``.  The same
    call continues after a kill, an interrupt or a full disk, and all files become byte for byte
    what they would have been: a run consists of legs, and each begins from what the checkpoint
    holds.  That needs a calculator whose results follow from the configuration alone, once its
    ``reset()`` was called, as those of potlearn and most of ASE do.

    Parameters
    ----------
    atoms : Atoms
        The start; it is not changed.
    calculator : Calculator
        Any calculator of ASE.
    settings : DynamicsSettings
    folder : path, optional
        Made if absent.
    watches : sequence of Watch
        Asked every ``watch.every`` steps, at the start and at the end; a verdict with ``stop`` ends
        the run.  One that cannot judge this start says so and is not asked.
    progress : bool or function
        A bar with ns/day, or called with (done, total) steps.

    Returns
    -------
    Simulated

    Raises
    ------
    DynamicsError
        Settings or start that allow no dynamics; a folder of another run; a calculation that
        failed.
    BusyError
        Another process works in the folder.
    DataError
        Overlapping atoms.
    SpeciesError
        An element that the potential does not know.
    OutputError
        The folder cannot be written; what is there stays, and the same call continues.
    """
    ensemble = ENSEMBLES.load(settings.ensemble)()
    start = prepared(atoms, ensemble, settings)
    setup = Setup(start, calculator, ensemble, settings)
    content = content_of(atoms, setup, watches)
    files = RunFiles(None if folder is None else Path(folder), content)
    with working_alone(folder):
        return _simulated(setup, files, watches, progress)


def _simulated(
    setup: Setup, files: RunFiles, watches: Sequence[Watch], progress: Progress
) -> Simulated:
    """Run from the start, or from where the files end."""
    settings = setup.settings
    engine = ENGINES.load(settings.engine)(setup)
    able, notes = judging(watches, setup.start)
    observer = Observer.of(setup, files, able, engine.first, notes)
    try:
        with reporting(progress, "md") as report:
            _run(engine, observer, Plan.of(setup, able), Pace(report, settings))
        return observer.result()
    except PotlearnError:
        raise
    except Exception as error:  # calculators of others raise anything
        if hasattr(setup.calculator, "potential") and not isinstance(error, CalculatorError):
            raise
        raise DynamicsError(
            f"dynamics: the calculator failed after step {observer.state.step}: {worded(error)}; "
            "the same call continues from there"
        ) from error
    finally:
        engine.close()


def _run(engine: Engine, observer: Observer, plan: Plan, pace: Pace) -> None:
    """Leg by leg; a leg that an error ends leaves nothing behind."""
    while not observer.ended(plan.n_steps):
        state = observer.state
        engine.begin(state)
        step = state.step
        if step == 0 and not observer.looked:
            check_forces(engine.atoms, observer.settings)
            observer.look(0, engine)
        for after in plan.moments(step, plan.leg_end(step)):
            if observer.stopped is not None or not observer.advance(engine, step, after):
                break
            step = after
            pace.at(step, plan.n_steps)
        observer.commit(engine)


class Pace:
    """Tells a progress report how fast a run is."""

    def __init__(self, report: Report | None, settings: DynamicsSettings) -> None:
        self._report, self._timestep = report, settings.timestep
        self._first: tuple[float, int] | None = None

    def at(self, step: int, total: int) -> None:
        """Report a step."""
        if self._report is None:
            return
        now: Any = perf_counter()
        if self._first is None:
            self._first = now, step
        seconds, steps = now - self._first[0], step - self._first[1]
        self._report(step, total)
        if seconds > 0:
            say(self._report, f"{86400e-6 * steps * self._timestep / seconds:.3g} ns/day")
