"""Active learning with GPAW as the truth, from the first structures to an equation of state.

    python benchmarks/learning_gpaw.py   # needs GPAW in /usr/bin/python3: apt-get install gpaw

Runs ``examples/learn_gpaw.yaml``, and compares its potential with GPAW on configurations of a run
that learning has not seen and on five volumes.  All labels stay in ``benchmarks/results``.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import yaml
from ase.build import bulk
from ase.eos import EquationOfState
from ase.units import GPa

import potlearn as pl
from potlearn import tasks
from potlearn.workflows.dynamics import DynamicsSettings, simulate
from potlearn.workflows.generation.prototypes import repeated
from potlearn.workflows.labels import CalculatorSpec, label
from potlearn.workflows.learning.measured import errors_of

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "learning-gpaw"
TEMPERATURES = (300.0, 900.0, 1500.0)
VOLUMES = np.linspace(0.94, 1.06, 5)


def learned():
    """The potential, its history, seconds."""
    settings = yaml.safe_load((HERE.parent / "examples" / "learn_gpaw.yaml").read_text())
    settings["output"] = {"folder": str(RESULTS / "learned"), "report": False}
    start = perf_counter()
    done = tasks.learn(settings)
    return done.learned.potential, done.history, perf_counter() - start, settings["calculator"]


def cell():
    """The cell that learning explores: other shapes have other k-points, which are few here."""
    return repeated(bulk("Si"), 8)


def unseen(potential):
    """Two configurations of a run at each temperature, with other velocities than learning had."""
    for kelvin in TEMPERATURES:
        run = DynamicsSettings(temperature=kelvin, timestep=2.0, steps=400, every=200, seed=99)
        folder = RESULTS / f"run-{kelvin:.0f}"
        done = simulate(cell(), potential.calculator(), run, folder=folder)
        dataset = pl.read(done.trajectory)
        for k in range(len(dataset) - 2, len(dataset)):
            atoms = dataset[k].copy()
            atoms.info = {"config_type": f"{kelvin:.0f} K"}
            yield atoms


def show_errors(potential, spec):
    """Errors of energies and forces by temperature."""
    found = label(list(unseen(potential)), spec, RESULTS / "labels.db")
    test = pl.from_atoms(found.frames)
    for name, rows in {"all": range(len(test)), **test.by_group()}.items():
        part = errors_of(potential, test.subset(rows))
        energy, forces = (1e3 * part[q]["rmse"] for q in ("energy", "forces"))
        print(f"{name}: energies {energy:.1f} meV/atom, forces {forces:.0f} meV/Å")


def show_equation_of_state(potential, spec):
    """Lattice constant and bulk modulus of both, at the same volumes."""
    cells = []
    for volume in VOLUMES:
        atoms = cell()
        atoms.set_cell(atoms.cell * volume ** (1 / 3), scale_atoms=True)
        cells.append(atoms)
    truth = label(cells, spec, RESULTS / "labels.db").frames
    for name, frames, energies in (
        ("GPAW", truth, [atoms.info["REF_energy"] for atoms in truth]),
        ("potential", cells, [potential.predict(atoms).energy for atoms in cells]),
    ):
        volumes = [atoms.get_volume() for atoms in frames]
        v0, _, modulus = EquationOfState(volumes, energies, "birchmurnaghan").fit()
        print(f"{name}: a {(8 * v0 / len(frames[0])) ** (1 / 3):.3f} Å, B {modulus / GPa:.1f} GPa")


def main():
    """Learn, compare."""
    potential, history, seconds, source = learned()
    print(f"{history.spent} labels, {len(history.finished)} potentials, {seconds:.0f} s")
    spec = CalculatorSpec(source["name"], source["settings"], source["python"])
    show_errors(potential, spec)
    show_equation_of_state(potential, spec)


if __name__ == "__main__":
    main()
