"""A fit counts copies and says where the energies of free atoms come from."""

import ase.io
import pytest
import yaml
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn.tasks.copies_notes import copies_notes


@pytest.fixture
def settings(copper, tmp_path):
    """The settings of the small fit without a data section, as plain data."""
    given = yaml.safe_load((copper / "fit.yaml").read_text())
    given["output"] = {"folder": str(tmp_path / "out"), "report": False}
    given["reference"] = "none"
    return given


def said(outcome, words):
    """The notes that hold some words."""
    return [note for note in outcome.notes if words in note]


def test_test_configurations_that_were_trained_on_are_counted(settings, copper, tmp_path):
    frames = ase.io.read(copper / "copper.extxyz", ":")
    ase.io.write(tmp_path / "train.xyz", [*frames[:20], *frames[:3]])
    ase.io.write(tmp_path / "test.xyz", frames[17:22])
    settings["data"] = {"train": str(tmp_path / "train.xyz"), "test": str(tmp_path / "test.xyz")}
    outcome = pl.tasks.fit(settings)
    assert said(outcome, "3 of 23 training configurations repeat another one")
    assert said(outcome, "3 of 5 test configurations are also in the training set")


def test_without_copies_nothing_is_said(copper):
    data = pl.read(copper / "copper.extxyz")
    assert copies_notes({"train": data[:20], "test": data[20:]}) == []


def test_a_free_atom_in_a_periodic_box_sets_the_energy_and_is_not_tested_on(
    settings, copper, tmp_path
):
    frames = ase.io.read(copper / "copper.extxyz", ":")
    atom = Atoms("Cu", cell=[20, 20, 20], pbc=True)
    for frame in frames:
        frame.calc.results["energy"] -= 100.0 * len(frame)
    atom.calc = SinglePointCalculator(atom, energy=-96.5, forces=[[0, 0, 0]])
    ase.io.write(tmp_path / "box.xyz", [*frames, atom])
    settings["data"] = {"file": str(tmp_path / "box.xyz"), "split": {"test": 0.5, "seed": 1}}
    outcome = pl.tasks.fit(settings)
    assert outcome.result.settings.e0 == {"Cu": -96.5}
    assert said(outcome, "one atom without a periodic image within 20 Å")
    assert -96.5 not in outcome.evaluations["test"].energy_ref
