"""Starts and settings that allow no dynamics: said before the first step, and nothing is lost."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from argon import ARGON, solid
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes

from potlearn.errors import DataError, DynamicsError, OutputError, SpeciesError
from potlearn.workflows.dynamics import DynamicsSettings, simulate

CALM = DynamicsSettings("nve", 40.0, timestep=5.0, steps=20)
SETTINGS = {
    "timestep: expected a number above 0 up to 100, got -1": {"timestep": -1.0},
    "timestep: expected a number above 0 up to 100, got 1000": {"timestep": 1000.0},
    "steps: missing": {"steps": None},
    r"temperature: expected pairs \[ps, K\]": {"temperature": ((0.0, 300.0), (1.0, -5.0))},
    "temperature: expected times that ascend": {"temperature": ((1.0, 300.0), (1.0, 5.0))},
    "seed: expected a whole number from 0": {"seed": -1},
}


@pytest.mark.parametrize("words", SETTINGS)
def test_settings_out_of_range_are_named(words):
    shown = words.replace("a number above", "a finite number above")
    with pytest.raises(DynamicsError, match=shown):
        DynamicsSettings(**{"steps": 10, **SETTINGS[words]})


def attempt(atoms, settings=CALM, **options):
    return simulate(atoms, ARGON.calculator(), settings, **options)


def test_atoms_at_one_place():
    atoms = solid()
    atoms.positions[3] = atoms.positions[9]
    with pytest.raises(DataError, match="atoms 3 and 9 are 0 Å apart"):
        attempt(atoms)


def test_atoms_that_overlap():
    atoms = solid()
    atoms.positions[3] = atoms.positions[9] + [1.2, 0, 0]
    with pytest.raises(DynamicsError, match=r"atom \d \(Ar\), which is 1.2 Å from atom [39]"):
        attempt(atoms)


def test_an_element_that_the_potential_does_not_know():
    atoms = solid()
    atoms.symbols[5] = "Kr"
    with pytest.raises(SpeciesError, match="Kr"):
        attempt(atoms)


def test_a_time_step_in_which_atoms_fly_too_far():
    settings = DynamicsSettings(temperature=5000.0, timestep=50.0, steps=10)
    with pytest.raises(DynamicsError, match=r"timestep: in 50 fs an atom of Ar moves .* 0.5 Å"):
        attempt(solid(), settings)


def test_no_atoms_and_positions_that_are_no_numbers():
    with pytest.raises(DataError, match="without atoms"):
        attempt(Atoms())
    atoms = solid()
    atoms.positions[2, 1] = np.nan
    with pytest.raises(DataError, match="position of atom 2"):
        attempt(atoms)


def test_what_an_ensemble_cannot_do():
    free = Atoms("Ar2", [[0, 0, 0], [0, 0, 3.8]])
    with pytest.raises(DynamicsError, match="npt: expected a cell of three periodic vectors"):
        attempt(free, DynamicsSettings("npt", 40.0, steps=10))
    with pytest.raises(DynamicsError, match="npt: the calculator Broken has no stress"):
        simulate(solid(), Broken(0), DynamicsSettings("npt", 40.0, steps=10))
    with pytest.raises(DynamicsError, match="nvt: all atoms are at rest"):
        attempt(solid(), DynamicsSettings("nvt", 0.0, steps=10))
    with pytest.raises(DynamicsError, match="keep: the start has no momenta"):
        attempt(solid(), DynamicsSettings("nve", steps=10, velocities="keep"))
    with pytest.raises(
        DynamicsError, match="unknown engine 'gromacs'; expected one of ase, lammps"
    ):
        attempt(solid(), DynamicsSettings(steps=10, engine="gromacs"))


class Broken(Calculator):
    """A calculation that fails once, after some."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, fails_at):
        super().__init__()
        self.left = fails_at

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.left -= 1
        if self.left == 0:
            raise CalculationFailed("the engine ended with code 1")
        self.results = {"energy": 0.0, "forces": np.zeros((len(atoms), 3))}


def test_a_calculation_that_fails_is_tried_again_by_the_same_call(tmp_path):
    with pytest.raises(DynamicsError, match=r"failed after step 10: .* code 1; the same call cont"):
        simulate(solid(), Broken(16), CALM, folder=tmp_path / "a")
    done = simulate(solid(), Broken(0), CALM, folder=tmp_path / "a")
    assert done.step == 20
    simulate(solid(), Broken(0), CALM, folder=tmp_path / "b")
    first, second = (tmp_path / name / "trajectory.extxyz" for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_of_another_run_is_refused(tmp_path):
    attempt(solid(), folder=tmp_path)
    before = (tmp_path / "trajectory.extxyz").read_bytes()
    for other, words in (
        ((solid(3), CALM), "start"),
        ((solid(), DynamicsSettings("nve", 41.0, timestep=5.0, steps=20)), "settings"),
    ):
        with pytest.raises(DynamicsError, match=rf"belongs to another run \(other {words}\)"):
            attempt(*other, folder=tmp_path)
    softer = type(ARGON)(("Ar",), 7.5, epsilon=0.01, sigma=3.4).calculator()
    with pytest.raises(DynamicsError, match=r"another run \(other calculator\)"):
        simulate(solid(), softer, CALM, folder=tmp_path)
    assert (tmp_path / "trajectory.extxyz").read_bytes() == before


def test_files_of_others_are_not_written_over(tmp_path):
    (tmp_path / "trajectory.extxyz").write_text("mine")
    with pytest.raises(DynamicsError, match="exists already, without the checkpoint of its run"):
        attempt(solid(), folder=tmp_path)
    assert (tmp_path / "trajectory.extxyz").read_text() == "mine"


def test_a_trajectory_that_was_cut_is_noticed(tmp_path):
    attempt(solid(), folder=tmp_path)
    (tmp_path / "trajectory.extxyz").write_text("")
    with pytest.raises(DynamicsError, match="shorter than its checkpoint says"):
        attempt(solid(), folder=tmp_path)


@pytest.mark.parametrize("end", [b"x" * 20, b"," * 20, b"\xff" * 20])
def test_a_table_that_is_damaged_is_named(tmp_path, end):
    attempt(solid(), folder=tmp_path)
    table = tmp_path / "thermo.csv"
    table.write_bytes(table.read_bytes()[: -len(end)] + end)
    with pytest.raises(DynamicsError, match=r"thermo\.csv: damaged .*; to begin again, remove the"):
        attempt(solid(), folder=tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("content")
    with pytest.raises(OutputError, match="no file can be written in this folder"):
        attempt(solid(), folder=tmp_path / "file" / "run")


LIMITED = """
from argon import ARGON, solid
from potlearn.errors import OutputError
from potlearn.workflows.dynamics import DynamicsSettings, simulate
settings = DynamicsSettings(temperature=40.0, timestep=5.0, steps=100, every=5, checkpoint=10)
try:
    simulate(solid(), ARGON.calculator(), settings, folder="run")
except OutputError as error:
    print(error)
"""


def test_a_full_disk_loses_nothing_and_the_same_call_continues(tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    def call(**options):
        return subprocess.run(
            [sys.executable, "-c", LIMITED], capture_output=True, text=True, **options
        )

    full = tmp_path / "full"
    undisturbed = tmp_path / "undisturbed"
    path = {"env": os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}}
    for folder in (full, undisturbed):
        folder.mkdir()
    done = call(cwd=full, preexec_fn=limit, **path)
    assert "trajectory.extxyz: cannot be written: File too large" in done.stdout, done.stderr
    for folder in (full, undisturbed):
        assert call(cwd=folder, **path).stdout == ""
    for name in ("trajectory.extxyz", "thermo.csv"):
        assert (full / "run" / name).read_bytes() == (undisturbed / "run" / name).read_bytes()
