"""One hot run: Langevin dynamics until its end, or until something has gone wrong."""

from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np
from ase import units
from ase.md.langevin import Langevin

from potlearn.errors import PotlearnError, PotlearnWarning
from potlearn.potentials.calculator import PotlearnCalculator
from potlearn.structure.neighbors import neighbors
from potlearn.structure.species import indices_of
from potlearn.tune.survival.result import State

if TYPE_CHECKING:
    from potlearn.potentials.base import Potential
    from potlearn.typing import Array

FRICTION = 0.02
"""1/fs."""
EVERY = 5
"""Steps from one look to the next."""
TIMES, MORE = 3.0, 6000.0
"""A run has failed above so many times its temperature and so many K more.

The excess is for starts far from equilibrium: 6000 K is 0.8 eV/atom that they may set free.
"""
SKIN = 1.0
"""Of the neighbour list, in Å."""


class Run(NamedTuple):
    """How a run ended."""

    picoseconds: float
    state: State
    reason: str


class Limits(NamedTuple):
    """Distances (S, S) in Å below which a run has failed, by species."""

    species: tuple[str, ...]
    closest: Array

    def crossed(self, atoms: Any) -> str:
        """The closest pair that is too close; empty if there is none."""
        list_ = neighbors(atoms, float(self.closest.max()), closest=0.0)
        r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
        symbols = atoms.get_chemical_symbols()
        index = np.array(indices_of(symbols, self.species))
        near = r / self.closest[index[list_.i], index[list_.j]]
        if not len(r) or near.min() >= 1:
            return ""
        p = int(near.argmin())
        i, j = int(list_.i[p]), int(list_.j[p])
        return f"{symbols[i]} and {symbols[j]} came within {r[p]:.2f} Å"


def timestep(atoms: Any) -> float:
    """In fs: 0.5 with hydrogen, 1 from lithium on."""
    return float(min(1.0, 0.5 * np.sqrt(atoms.get_masses().min())))


def hot_run(
    potential: Potential,
    atoms: Any,
    temperature: float,
    limits: Limits,
    rng: np.random.Generator,
    picoseconds: float,
    end: float,
) -> Run:
    """Run ``atoms`` at a temperature (K); ``end`` is the ``thread_time`` at which time is over."""
    step = timestep(atoms)
    n_steps = int(np.ceil(1000 * picoseconds / step))
    _heat(atoms, temperature, rng)
    atoms.calc = PotlearnCalculator(potential, skin=SKIN)
    dynamics = Langevin(
        atoms,
        step * units.fs,
        temperature_K=temperature,
        friction=FRICTION / units.fs,
        fixcm=False,
        rng=rng,
    )
    done = 0
    try:
        with np.errstate(all="ignore"), catch_warnings():
            simplefilter("ignore", PotlearnWarning)  # such as of POD where atoms evaporate
            for done in range(0, n_steps, EVERY):
                if reason := _wrong(atoms, temperature, limits):
                    return Run(done * step / 1000, "failed", reason)
                if thread_time() > end:
                    return Run(done * step / 1000, "stopped", "the time was over")
                dynamics.run(min(EVERY, n_steps - done))
            if reason := _wrong(atoms, temperature, limits):
                return Run(picoseconds, "failed", reason)
    except PotlearnError as error:
        return Run(done * step / 1000, "failed", str(error))
    return Run(picoseconds, "survived", "")


def _heat(atoms: Any, temperature: float, rng: np.random.Generator) -> None:
    """Velocities of the temperature."""
    width = np.sqrt(atoms.get_masses() * units.kB * temperature)[:, None]
    momenta = width * rng.normal(size=(len(atoms), 3))
    if len(atoms) > 1:
        momenta -= momenta.mean(axis=0)
    atoms.set_momenta(momenta)


def _wrong(atoms: Any, temperature: float, limits: Limits) -> str:
    """What has gone wrong; empty if nothing has."""
    now = float(atoms.get_temperature())
    if not now < TIMES * temperature + MORE:
        return f"the temperature rose to {now:.3g} K"
    return limits.crossed(atoms)
