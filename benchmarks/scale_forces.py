"""Energies and forces of ever larger crystals, from Python and in LAMMPS: time and memory."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from ase.build import bulk
from memory import MemoryWatch
from scale_rows import SILICON, basis

import potlearn as pl
from potlearn.lammps import write_lammps
from potlearn.lammps.plugin.installation.install import install
from potlearn.structure.neighbors import Neighbors, neighbors

EDGE, RATTLE, SKIN = 5.43, 0.1, 0.5
MOVE = 1e-3
WORK = 3e6
"""Atoms that a median is taken over; one evaluation at least."""
LOOP = re.compile(r"Loop time of ([\d.e+-]+) on 1 procs for (\d+) steps with (\d+) atoms")
USE = re.compile(r"([\d.]+)% CPU use")
INPUT = """\
units metal
atom_style atomic
lattice diamond {edge}
region box block 0 {cells} 0 {cells} 0 {cells}
create_box 1 box
create_atoms 1 box
mass 1 28.0855
displace_atoms all random {rattle} {rattle} {rattle} 1
{pair}
neighbor {skin} bin
fix nve all nve
timestep 1e-4
thermo 1000000
run {steps}
"""


def potential() -> Any:
    """ACE fitted to the silicon set of this checkout, without protection beyond the data."""
    descriptor = basis()
    fit = pl.fit_linear(pl.read(SILICON), descriptor)
    return pl.LinearPotential(descriptor, fit.coefficients)


def cells(n_atoms: float) -> int:
    """Cubic cells along an edge for about so many atoms."""
    return round((n_atoms / 8) ** (1 / 3))


def resident(what: str = "VmHWM") -> int:
    """Largest resident set of this process so far, or the present one (``VmRSS``), in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(x for x in lines if x.startswith(what)).split()[1])


def seconds(function: Callable[[], Any], repeats: int) -> float:
    """Median of CPU seconds."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        found.append(time.process_time() - start)
    return median(found)


def from_python(path: Path, n_atoms: float) -> dict[str, Any]:
    """µs per atom of the neighbour list, of energies and forces, and of a calculator's step.

    The list is made first, then given; the calculator keeps its own, as it does on most steps of a
    run.  Memory is what the process grows by, the positions apart.
    """
    model, edge = pl.load(path), cells(n_atoms)
    atoms = bulk("Si", a=EDGE, cubic=True) * (edge, edge, edge)
    atoms.rattle(RATTLE, seed=0)
    n, before = len(atoms), resident()
    repeats = max(1, min(7, round(WORK / n)))
    reach = model.cutoff + SKIN
    list_: Neighbors | None = neighbors(atoms, reach)
    memory = {"list": (resident() - before) / n}
    model.predict(atoms, list_)
    memory["in all"] = (resident() - before) / n
    found = {"list": seconds(lambda: neighbors(atoms, reach), repeats) if repeats > 1 else None}
    found["forces"] = seconds(lambda: model.predict(atoms, list_), repeats)
    list_ = None  # the calculator has its own
    atoms.calc = model.calculator(skin=SKIN)
    first = seconds(atoms.get_forces, 1)
    found["list"] = first - found["forces"] if found["list"] is None else found["list"]

    def step() -> None:
        atoms.positions[0, 0] += MOVE
        atoms.get_forces()

    found["calculator"] = seconds(step, repeats)
    return {"atoms": n, "µs": {k: 1e6 * s / n for k, s in found.items()}, "bytes": memory}


def in_lammps(path: Path, n_atoms: float) -> dict[str, Any]:
    """CPU µs per atom and step of `pair_style potlearn` on one rank; memory of the process."""
    from plugin_runs import Runner

    folder = path.parent
    runner = Runner(install(None, folder / "pair_style"))
    pair = write_lammps(pl.load(path), folder / "Si", to="lammps", bare_names=True).commands
    steps = max(2, round(WORK / n_atoms))
    text = INPUT.format(
        edge=EDGE, rattle=RATTLE, skin=SKIN, cells=cells(n_atoms), steps=steps, pair="\n".join(pair)
    )
    own, watch = resident("VmRSS"), MemoryWatch()
    output = runner.run(folder, text)
    used = 1e9 * watch.stop() - own
    (wall, _, n), use = LOOP.findall(output)[-1], float(USE.findall(output)[-1]) / 100
    us = 1e6 * use * float(wall) / steps / int(n)
    return {"atoms": int(n), "µs": {"lammps": us}, "bytes": {"lammps": used / int(n)}}
