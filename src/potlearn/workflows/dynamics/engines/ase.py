"""ASE's integrators with any calculator."""

from __future__ import annotations

import numpy as np

from potlearn.typing import Atoms, Settings
from potlearn.workflows.dynamics.engines.base import Setup, State, arrays_of, forget, placed
from potlearn.workflows.dynamics.engines.work import Work


class AseEngine:
    """Integrators of ASE; every leg starts them, and what a calculator keeps, anew."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def first(self) -> Settings:
        """Random numbers of the thermostat; no variables of the ensemble yet."""
        seeds = np.random.SeedSequence(self._setup.settings.seed).spawn(2)
        return {"rng": np.random.default_rng(seeds[1]).bit_generator.state, "ensemble": {}}

    def begin(self, state: State) -> None:
        """Make atoms and integrator from a state; the calculator forgets what it has kept."""
        setup, self._step = self._setup, state.step
        self._atoms = placed(setup.start, state)
        self._atoms.calc = setup.calculator
        forget(setup.calculator)
        self._rng = np.random.default_rng()
        self._rng.bit_generator.state = state.own["rng"]
        kelvin = setup.settings.target(state.step)
        self._integrator = setup.ensemble.integrator(self._atoms, setup.settings, kelvin, self._rng)
        if state.own["ensemble"]:
            setup.ensemble.restore(self._integrator, state.own["ensemble"])
        self._work = Work(self._atoms, setup.ensemble.changes_cell, self._dt, state.unexplained)

    @property
    def _dt(self) -> float:
        from ase.units import fs

        return float(self._setup.settings.timestep * fs)

    def advance(self, n: int) -> None:
        """Make so many steps; the thermostat follows the schedule."""
        settings, ensemble = self._setup.settings, self._setup.ensemble
        ramps = isinstance(settings.temperature, tuple)
        for _ in range(n):
            if ramps:
                ensemble.set_temperature(self._integrator, settings.target(self._step))
            self._integrator.step()
            self._step += 1
            self._work.moved()

    @property
    def atoms(self) -> Atoms:
        """The atoms now."""
        return self._atoms

    @property
    def unexplained(self) -> float:
        """Energy in eV that forces and stress do not explain."""
        return self._work.unexplained

    def end(self) -> State:
        """Where the next leg begins."""
        own: Settings = {
            "rng": self._rng.bit_generator.state,
            "ensemble": self._setup.ensemble.state(self._integrator),
        }
        arrays = arrays_of(self._atoms)
        return State(self._step, **arrays, unexplained=self._work.unexplained, own=own)

    def close(self) -> None:
        """Nothing is held."""
