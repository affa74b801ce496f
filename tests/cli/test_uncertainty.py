"""Fits with an uncertainty on the command line, and the coverage that is printed."""

import gc
import json

import numpy as np
import pytest
from ase.io import read, write

import potlearn
from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.errors import PotlearnError

QUICK = ("output.report=false", "reference.kind=none")


def make(copper, folder, *items):
    return tasks.fit(load_config(copper / "fit.yaml", [*QUICK, *items], folder))


@pytest.fixture(scope="module")
def bayesian(copper, tmp_path_factory):
    """Folder of a fit with the solver ``bayesian``, protected beyond the data as usual."""
    items = [QUICK[0], "fit.solver=bayesian"]
    folder = tmp_path_factory.mktemp("bayesian")
    return tasks.fit(load_config(copper / "fit.yaml", items, folder)).folder


def test_a_bayesian_fit_has_calibrated_errors(bayesian):
    model = potlearn.load(bayesian / "model.potl")
    assert model.uncertainty.name == "calibrated"
    numbers = json.loads((bayesian / "metrics.json").read_text())
    assert set(numbers["coverage"]) == {"train", "test"}
    row = numbers["coverage"]["test"]["all"]["forces"]
    assert 0 <= row["coverage"]["68"]["low"] <= row["coverage"]["68"]["share"] <= 1
    predicted = read(bayesian / "predictions_test.extxyz", ":")
    for atoms in predicted:
        spread = model.spread(atoms)
        assert atoms.info["pred_energy_std"] == pytest.approx(spread.energy, rel=1e-4)
        found = atoms.arrays["pred_forces_std"]
        np.testing.assert_allclose(found, spread.forces, rtol=1e-3, atol=1e-7)
        assert atoms.arrays["pred_gamma"].shape == (len(atoms),)


def test_evaluate_prints_and_writes_coverage(run, bayesian, copper, tmp_path):
    result = run(
        *("evaluate", bayesian / "model.potl", copper / "copper.extxyz"),
        *("--output", tmp_path / "out", "--no-report"),
    )
    assert result.exit_code == 0, result.output
    assert "share of errors within" in result.stdout
    flat = " ".join(result.stdout.split())
    assert "note: 18 of 24 configurations were in the fit" in flat
    numbers = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert set(numbers["coverage"]["test"]) == {"all", "cubic", "primitive"}


def test_new_configurations_have_no_note(run, bayesian, tmp_path):
    write(tmp_path / "test.extxyz", read(bayesian / "predictions_test.extxyz", ":"))
    result = run("evaluate", bayesian / "model.potl", tmp_path / "test.extxyz")
    assert result.exit_code == 0, result.output
    assert "were in the fit" not in result.stdout


def test_a_certain_model_has_no_coverage(run, fitted, copper, tmp_path):
    result = run(
        *("evaluate", fitted / "model.potl", copper / "copper.extxyz"),
        *("--output", tmp_path / "out", "--no-report"),
    )
    assert "share of errors" not in result.stdout
    assert set(json.loads((tmp_path / "out" / "metrics.json").read_text())) == {"test"}


@pytest.mark.parametrize("method", ["posterior", "committee", "pops"])
def test_methods_by_name_with_any_solver(copper, tmp_path, method):
    items = ["fit.solver=evidence", f"uncertainty.method={method}", "uncertainty.sets=3"]
    outcome = make(copper, tmp_path, *items, "uncertainty.grade=none")
    uncertainty = potlearn.load(outcome.folder / "model.potl").uncertainty
    assert uncertainty.name == method
    assert len(uncertainty.sets) == 3
    assert uncertainty.grade is None
    assert "coverage" in outcome.numbers()


def test_none_with_the_bayesian_solver(copper, tmp_path):
    outcome = make(copper, tmp_path, "fit.solver=bayesian", "uncertainty.method=none")
    assert outcome.potential.uncertainty is None
    assert "coverage" not in outcome.numbers()


def test_blocks_of_trajectories(copper, tmp_path):
    frames = read(copper / "copper.extxyz", ":")
    for k, atoms in enumerate(frames):
        atoms.info["run"] = f"md{k // 2}"
    write(tmp_path / "runs.extxyz", frames)
    items = [f"data.file={tmp_path / 'runs.extxyz'}", "fit.solver=bayesian"]
    single = make(copper, tmp_path / "a", *items)
    runs = make(copper, tmp_path / "b", *items, "uncertainty.block=run")
    links = [o.potential.uncertainty.links["energy"] for o in (single, runs)]
    assert links[0].scale != links[1].scale
    np.testing.assert_array_equal(runs.potential.coefficients, single.potential.coefficients)


def test_stress_in_another_unit_says_nothing_of_errors(copper, tmp_path):
    frames = read(copper / "copper.extxyz", ":")
    for atoms in frames:
        if atoms.info["config_type"] == "cubic":
            atoms.calc.results["stress"] = atoms.get_stress() * 1602.1766208
    write(tmp_path / "kbar.extxyz", frames)
    write(tmp_path / "only.extxyz", [a for a in frames if a.info["config_type"] == "cubic"])
    some, none = (
        make(copper, tmp_path / n, f"data.file={tmp_path / n}.extxyz", "fit.solver=bayesian")
        for n in ("kbar", "only")
    )
    assert some.potential.spread(frames[0]).stress.max() < 0.1  # eV/Å³
    assert some.potential.uncertainty.links["stress"].scale < 10
    assert "stress" not in none.potential.uncertainty.links


def test_the_solver_changes_no_coefficient(copper, tmp_path):
    a = make(copper, tmp_path / "a", "fit.solver=bayesian")
    b = make(copper, tmp_path / "b", "fit.solver=evidence")
    np.testing.assert_array_equal(a.potential.coefficients, b.potential.coefficients)


BAD = {
    "method": (["uncertainty.method=bayes"], "bayes"),
    "sets": (["uncertainty.sets=0"], "sets: expected a number not below 1, got 0"),
    "grade": (["uncertainty.grade=gamma"], "maxvol"),
    "no such key": (["fit.solver=bayesian", "uncertainty.block=traj"], "no key 'traj'"),
    "few blocks": (["fit.solver=bayesian", "uncertainty.block=config_type"], "at least 5.*got 2"),
    "few configurations": (["fit.solver=bayesian", "data.split.test=0.9"], "at least 5.*got 2"),
    "few rows": (
        ["fit.solver=bayesian", "data.split.test=0.7", "fit.weights={forces: 0, stress: 0}"],
        "more rows than coefficients",
    ),
}


@pytest.mark.parametrize(("items", "words"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(copper, tmp_path, items, words):
    with pytest.raises(PotlearnError, match=words):
        make(copper, tmp_path, *items)


def test_blocks_are_looked_at_before_the_fit(copper, tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("the fit began")

    monkeypatch.setattr("potlearn.fit.fit_linear", never)
    for block, words in (("traj", "no key 'traj'"), ("config_type", "at least 5.*got 2")):
        with pytest.raises(PotlearnError, match=words):
            make(copper, tmp_path, "fit.solver=bayesian", f"uncertainty.block={block}")
    with pytest.raises(PotlearnError, match=r"at least 5.*got 2"):
        make(copper, tmp_path, "fit.solver=bayesian", "data.split.test=0.9")


def test_a_refused_fit_leaves_nothing_behind(copper, tmp_path, recwarn):
    items, words = BAD["few rows"]
    with pytest.raises(PotlearnError, match=words):
        make(copper, tmp_path, *items)
    gc.collect()
    assert not [w for w in recwarn if w.category is ResourceWarning]
    assert not list(tmp_path.rglob("rows-*"))


def test_rows_are_counted_before_protection(copper, tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("protection began")

    monkeypatch.setattr("potlearn.fit.beyond.protect", never)
    items, words = BAD["few rows"]
    with pytest.raises(PotlearnError, match=words):
        tasks.fit(load_config(copper / "fit.yaml", [QUICK[0], *items], tmp_path))
