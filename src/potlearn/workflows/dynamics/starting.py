"""The start of a run: what is checked, and the first velocities."""

from __future__ import annotations

from typing import Any

import numpy as np

from potlearn.errors import DynamicsError
from potlearn.structure.geometry import check_geometry
from potlearn.structure.lattice import FARTHEST
from potlearn.typing import Array, Atoms
from potlearn.workflows.dynamics.ensembles.base import Ensemble, rests
from potlearn.workflows.dynamics.ensembles.table import ENSEMBLES
from potlearn.workflows.dynamics.settings import DynamicsSettings

KEPT = ("numbers", "positions", "momenta", "masses", "initial_magmoms", "initial_charges", "tags")
REACH = 0.5
"""Å that an atom may move in one step."""


def prepared(atoms: Atoms, ensemble: Ensemble, settings: DynamicsSettings) -> Atoms:
    """A copy of the start with momenta; labels and information of a file are left out.

    Raises
    ------
    DataError
        There are no atoms, or they overlap.
    DynamicsError
        In one time step the lightest atom would fly too far.
    """
    start: Atoms = atoms.copy()
    start.info = {}
    for name in set(start.arrays) - set(KEPT):
        del start.arrays[name]
    points, cell = np.ascontiguousarray(start.positions, float), np.array(start.cell, float)
    check_geometry(start.numbers, points, cell, np.asarray(start.pbc, bool), FARTHEST)
    _check_timestep(start, settings)
    if settings.velocities == "draw":
        start.set_momenta(_drawn(start, ensemble, settings))
    elif not start.has("momenta"):
        raise DynamicsError("dynamics: velocities: keep: the start has no momenta")
    return start


def check_start(atoms: Atoms, settings: DynamicsSettings) -> None:
    """Refuse a start from which no run can begin, before any force is calculated.

    Raises
    ------
    DataError, DynamicsError
        As :func:`prepared`.
    """
    prepared(atoms, ENSEMBLES.load(settings.ensemble)(), settings)


def _drawn(atoms: Atoms, ensemble: Ensemble, settings: DynamicsSettings) -> Array:
    """Momenta of the Maxwell-Boltzmann distribution."""
    from ase.units import kB

    rng = np.random.default_rng(np.random.SeedSequence(settings.seed).spawn(1)[0])
    masses = atoms.get_masses()[:, None]
    width = np.sqrt(masses * kB * settings.target(0))
    momenta: Array = width * rng.standard_normal((len(atoms), 3))
    if rests(atoms, ensemble):
        momenta -= momenta.sum(axis=0) * masses / masses.sum()
    return momenta


def _check_timestep(atoms: Atoms, settings: DynamicsSettings) -> None:
    """Refuse a step in which an atom of thermal velocity flies too far."""
    from ase.units import fs, kB

    masses = atoms.get_masses()
    lightest = int(np.argmin(masses))
    speed = np.sqrt(3 * kB * max(settings.schedule.temperatures) / masses[lightest]) * fs
    if speed * settings.timestep <= REACH:
        return
    raise DynamicsError(
        f"dynamics: timestep: in {settings.timestep:g} fs an atom of "
        f"{atoms.get_chemical_symbols()[lightest]} moves {speed * settings.timestep:.2g} Å at "
        f"{max(settings.schedule.temperatures):g} K; expected at most {REACH:g} Å, which is "
        f"{REACH / speed:.2g} fs; accurate dynamics need about a tenth of that"
    )


def check_forces(atoms: Any, settings: DynamicsSettings) -> None:
    """Refuse first forces that throw an atom away: atoms overlap, or the step is too large.

    Raises
    ------
    DynamicsError
        Naming the atom and its nearest neighbour; the energy is not finite.
    """
    from ase.units import fs

    energy = atoms.get_potential_energy()
    if not np.isfinite(energy):
        raise DynamicsError(f"dynamics: the energy of the start is {energy}; expected a number")
    forces, masses = atoms.get_forces(), atoms.get_masses()
    far = np.linalg.norm(forces, axis=1) * (settings.timestep * fs) ** 2 / (2 * masses)
    atom = int(np.argmax(far))
    if far[atom] <= REACH:
        return
    symbols = atoms.get_chemical_symbols()
    near = ""
    if len(atoms) > 1:
        r = np.asarray(atoms.get_distances(atom, np.arange(len(atoms)), mic=bool(atoms.pbc.any())))
        r[atom] = np.inf
        near = f", which is {r.min():.3g} Å from atom {int(r.argmin())} ({symbols[r.argmin()]}),"
    raise DynamicsError(
        f"dynamics: the force on atom {atom} ({symbols[atom]}){near} is "
        f"{np.linalg.norm(forces[atom]):.3g} eV/Å and moves it by {far[atom]:.2g} Å in the first "
        f"step; expected at most {REACH:g} Å. Do atoms overlap? Relax the start, or take a "
        "smaller time step"
    )
