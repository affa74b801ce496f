"""Wrong labels are found, and told by configuration and atom."""

import numpy as np
import pytest
from ase.io import read as ase_read
from ase.io import write

import potlearn
from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.tasks.label_check import label_findings, labels_to_check


@pytest.fixture
def spoiled(copper, tmp_path):
    """The copper data with one wrong force, on atom 2 of configuration 8."""
    configurations = ase_read(copper / "copper.extxyz", ":")
    for atoms in configurations:
        atoms.arrays["REF_forces"] = atoms.calc.results["forces"].copy()
    configurations[8].arrays["REF_forces"][2] += (0.0, 3.0, 0.0)
    write(tmp_path / "copper.extxyz", configurations)
    (tmp_path / "fit.yaml").write_text((copper / "fit.yaml").read_text())
    return tmp_path


def test_inspection_points_at_the_wrong_force(spoiled):
    findings = label_findings(potlearn.read(spoiled / "copper.extxyz"))
    assert any(
        finding.source.endswith("copper.extxyz:8") and "forces of atom 2" in finding.message
        for finding in findings
    )


def test_good_labels_are_left_alone(copper):
    assert not label_findings(potlearn.read(copper / "copper.extxyz"))


def test_the_report_gets_the_wrong_force(spoiled, tmp_path):
    items = ["data.file=", "data.split=", "data.train=copper.extxyz", "output.report=false"]
    outcome = tasks.fit(load_config(spoiled / "fit.yaml", items, tmp_path / "out"))
    train = potlearn.read(spoiled / "copper.extxyz")
    first = labels_to_check(outcome.result, train)[0]
    assert first.source.endswith("copper.extxyz:8")
    assert (first.quantity, first.where, first.group) == ("forces", "of atom 2", "cubic")
    label = train.labels(8).forces
    assert label is not None
    assert first.value == pytest.approx(np.linalg.norm(label[2]))


def test_large_data_are_checked_only_on_request(copper, monkeypatch):
    dataset = potlearn.read(copper / "copper.extxyz")
    monkeypatch.setattr("potlearn.tasks.label_check.MOST_ATOMS", 10)
    (finding,) = label_findings(dataset)
    assert "60 atoms; --labels checks them" in finding.message
    assert not label_findings(dataset, wanted=False)
    assert not label_findings(dataset, wanted=True)


def test_data_that_cannot_be_fitted_say_so(tmp_path, copper):
    configurations = ase_read(copper / "copper.extxyz", ":3")
    for atoms in configurations:
        atoms.calc = None
    write(tmp_path / "bare.extxyz", configurations)
    (finding,) = label_findings(potlearn.read(tmp_path / "bare.extxyz"))
    assert finding.message.startswith("labels not checked by a fit: ")
