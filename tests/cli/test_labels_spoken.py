"""Files with labels of other names, weights, charges, NaN: what the commands say and do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase import units
from ase.io import read, write

import potlearn as pl
from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.errors import DataError


@pytest.fixture
def renamed(copper, tmp_path):
    """Makes a file of the copper configurations with labels as a function wants them."""

    def make(change, name="renamed.extxyz"):
        frames = read(copper / "copper.extxyz", ":")
        for index, atoms in enumerate(frames):
            results, atoms.calc = dict(atoms.calc.results), None
            change(index, atoms, results)
        write(tmp_path / name, frames)
        return tmp_path / name

    return make


def usual(index, atoms, results):
    atoms.info["REF_energy"], atoms.info["REF_stress"] = results["energy"], results["stress"]
    atoms.arrays["REF_forces"] = results["forces"]


def dft(index, atoms, results):
    atoms.info["dft_energy"] = results["energy"]
    atoms.info["dft_virial"] = -atoms.get_volume() * full(results["stress"])
    atoms.arrays["dft_force"] = results["forces"]


def full(voigt):
    xx, yy, zz, yz, xz, xy = voigt
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def ambiguous(index, atoms, results):
    atoms.info["pbe_energy"] = results["energy"]
    atoms.info["hse_energy"] = results["energy"] + 1


def nothing(index, atoms, results):
    atoms.info["formation_energy"] = 0.1


def fit(copper, path, tmp_path, *overrides):
    given = [f"data.file={path}", "output.report=false", "reference.kind=none", *overrides]
    return tasks.fit(load_config(copper / "fit.yaml", given, tmp_path / "out"))


def coefficients(copper, path, tmp_path, *overrides):
    return fit(copper, path, tmp_path, *overrides).potential.coefficients


def test_a_fit_reads_recognised_labels_and_says_so(copper, renamed, tmp_path):
    outcome = fit(copper, renamed(dft), tmp_path)
    note = "energy from dft_energy, forces from dft_force, stress from dft_virial"
    assert note in outcome.notes[0]
    same = coefficients(copper, renamed(usual), tmp_path)
    np.testing.assert_allclose(outcome.potential.coefficients, same, rtol=1e-4, atol=1e-6)


def test_a_fit_names_what_is_absent_and_what_could_be_it(copper, renamed, tmp_path):
    def change(index, atoms, results):
        ambiguous(index, atoms, results)
        if index % 4 == 0:
            atoms.arrays["forces"] = results["forces"]

    text = "\n".join(fit(copper, renamed(change), tmp_path).notes)
    assert "no configuration of the training set has energy; one of these could be it" in text
    assert "configurations of the training set have no forces" in text
    assert "no configuration of the training set has stress" in text


def test_a_fit_to_nothing_names_the_candidates(copper, renamed, tmp_path):
    with pytest.raises(DataError, match=r"nothing to fit.*pbe_energy.*--key energy=pbe_energy"):
        fit(copper, renamed(ambiguous), tmp_path)


def test_labels_that_the_test_set_lacks_are_spoken_of(copper, renamed, tmp_path):
    train, test = renamed(usual, "train.extxyz"), renamed(ambiguous, "test.extxyz")
    given = [f"data={{train: {train}, test: {test}}}", "output.report=false"]
    given.append("reference.kind=none")
    notes = tasks.fit(load_config(copper / "fit.yaml", given, tmp_path / "out")).notes
    text = "\n".join(notes)
    assert "no configuration of the test set has energy; one of these could be it" in text
    assert "no configuration of the test set has forces" in text


def test_evaluate_recognises_takes_names_and_refuses_nothing(run, fitted, renamed):
    model = fitted / "model.potl"
    found = run("evaluate", model, renamed(dft))
    assert found.exit_code == 0, found.output
    assert "energy from dft_energy" in found.stdout
    empty = run("evaluate", model, renamed(ambiguous))
    assert empty.exit_code == 2
    assert "nothing to compare" in empty.stderr
    assert "--key energy=pbe_energy" in empty.stderr
    named = run("evaluate", model, renamed(ambiguous), "--key", "energy=hse_energy")
    assert named.exit_code == 0
    assert run("evaluate", model, renamed(nothing)).exit_code == 2
    assert "expected NAME=VALUE" in run("evaluate", model, "x.xyz", "--key", "energy").stderr


def test_inspect_names_candidates_and_takes_names(run, renamed):
    path = renamed(ambiguous)
    text = run("inspect", path, "--no-labels").stdout
    assert "no configuration has energy; one of these could be it: pbe_energy (24)" in text
    named = run("inspect", path, "--key", "energy=hse_energy", "--no-labels", "--json")
    assert json.loads(named.stdout)["labels"]["found"]["energy"] == {"hse_energy": 24}


def test_nan_is_refused_with_a_remedy_that_works(run, copper, fitted, renamed, tmp_path):
    def change(index, atoms, results):
        usual(index, atoms, results)
        if index % 3 == 0:
            atoms.info["REF_stress"] = np.full(6, np.nan)

    path = renamed(change)
    refused = run("inspect", path)
    assert refused.exit_code == 2
    assert "--nan missing" in refused.stderr
    with pytest.raises(DataError, match=r"data: \{nan: missing\}"):
        fit(copper, path, tmp_path)
    assert run("inspect", path, "--nan", "missing", "--no-labels").exit_code == 0
    assert run("evaluate", fitted / "model.potl", path, "--nan", "missing").exit_code == 0
    notes = "\n".join(fit(copper, path, tmp_path, "data.nan=missing").notes)
    assert "taken as no label" in notes


def test_stated_and_given_units_give_the_same_fit(copper, renamed, tmp_path):
    def change(index, atoms, results):
        usual(index, atoms, results)
        atoms.info["REF_energy"] /= units.Hartree
        atoms.arrays["REF_forces"] = results["forces"] / units.Hartree * units.Bohr
        atoms.info["REF_stress"] = results["stress"] / units.GPa
        stated = {"energy_unit": "Hartree", "forces_unit": "Hartree/Bohr", "stress_unit": "GPa"}
        atoms.info.update(stated)

    outcome = fit(copper, renamed(change), tmp_path)
    plain = coefficients(copper, renamed(usual), tmp_path)
    np.testing.assert_allclose(outcome.potential.coefficients, plain, rtol=1e-4, atol=1e-6)
    assert "stress: converted from GPa to eV/Å³" in "\n".join(outcome.notes)


def test_stress_in_kbar_is_spoken_of_and_can_be_given(run, copper, renamed, tmp_path):
    def change(index, atoms, results):
        usual(index, atoms, results)
        atoms.info["REF_stress"] = results["stress"] / units.GPa * 10

    path = renamed(change)
    assert "Is it in kbar" in run("inspect", path).stdout
    fine = run("inspect", path, "--unit", "stress=kbar").stdout
    assert "Is it in kbar" not in fine
    given = ("data.units={stress: kbar, energy: eV, forces: eV/Ang}",)
    plain = coefficients(copper, renamed(usual, "usual.extxyz"), tmp_path)
    found = coefficients(copper, path, tmp_path, *given)
    np.testing.assert_allclose(found, plain, rtol=1e-4, atol=1e-6)


def weighted(index, atoms, results):
    usual(index, atoms, results)
    atoms.info["config_weight"] = 0.0 if index % 4 == 0 else 2.0
    atoms.info |= {"energy_sigma": 0.01, "energy_std": 0.01, "energy_uncertainty": 0.01}


def test_weights_of_the_files_are_named_and_used_when_asked(copper, renamed, tmp_path):
    path = renamed(weighted)
    plain = fit(copper, path, tmp_path)
    assert "are not used: config_weight" in "\n".join(plain.notes)
    whole = fit(copper, path, tmp_path, "fit.weights.key=config_weight")
    text = "\n".join(whole.notes)
    assert "energy from config_weight (0 to 2)" in text
    assert "are not used: energy_sigma" in text
    assert not np.allclose(whole.potential.coefficients, plain.potential.coefficients)
    assert "key: config_weight" in (tmp_path / "out" / "config.yaml").read_text()


@pytest.mark.parametrize("name", ["energy_sigma", "energy_std", "energy_uncertainty"])
def test_an_expected_error_is_one_over_its_square(copper, renamed, tmp_path, name):
    path = renamed(weighted)
    given = f"fit.weights={{key: {{energy: {name}}}, energy: 1}}"
    by_error = coefficients(copper, path, tmp_path, given)
    by_weight = coefficients(copper, path, tmp_path, "fit.weights.energy=10000")
    np.testing.assert_allclose(by_error, by_weight, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("{key: absent}", "no number under the key 'absent', which fit.weights.key names; 18 of"),
        ("{key: energy_sigma}", "key: {energy: energy_sigma}"),
        ("{key: {energy: energy_variance}}", "energy_variance is a variance by its name"),
        ("{key: {energy: negative}}", "negative is -1; expected a weight of at least 0"),
        ("{key: {energy: word}}", "no number under the key 'word'"),
    ],
)
def test_weights_that_cannot_be_used(run, copper, renamed, tmp_path, weights, message):
    def change(index, atoms, results):
        weighted(index, atoms, results)
        atoms.info |= {"negative": -1.0, "word": "much"}

    path = renamed(change)
    arguments = ("--set", f"data.file={path}", "--set", f"fit.weights={weights}", "--no-report")
    found = run("fit", copper / "fit.yaml", *arguments, "--output", tmp_path / "out")
    assert found.exit_code == 2
    assert message in found.stderr


def charged(index, atoms, results):
    usual(index, atoms, results)
    atoms.info["charge"] = index % 2


def test_charges_are_named_and_can_be_chosen(run, copper, fitted, renamed, tmp_path):
    path = renamed(charged)
    assert "configurations differ in charge: 0 (12), 1 (12)" in run("inspect", path).stdout
    assert "differ in charge" in "\n".join(fit(copper, path, tmp_path).notes)
    chosen = fit(copper, path, tmp_path, "data.where={charge: 0}")
    text = "\n".join(chosen.notes)
    assert "differ in charge" not in text
    assert "renamed.extxyz: 12 of 24 configurations have charge: 0; the others are left" in text
    evaluated = run("evaluate", fitted / "model.potl", path, "--where", "charge=1")
    assert evaluated.exit_code == 0, evaluated.output
    assert (
        "none of 24 configurations has charge: [5]"
        in run("inspect", path, "--where", "charge=5").stderr
    )


def test_a_list_chooses_any_of_its_values_on_the_command_line_too(run, renamed):
    path = renamed(charged)
    for options in (("--where", "charge=[1, 3]"), ("--where", "charge=1", "--where", "charge=3")):
        found = run("inspect", path, "--no-labels", *options)
        assert "12 configurations" in found.stdout, found.output


def test_select_takes_the_same_options(run, renamed, tmp_path):
    path, out = renamed(charged), tmp_path / "chosen.extxyz"
    given = ("--where", "charge=1", "--nan", "missing", "--key", "energy=REF_energy")
    found = run("select", path, "-k", 3, "--output", out, *given)
    assert found.exit_code == 0, found.output
    assert [atoms.info["charge"] for atoms in pl.read(out)] == [1, 1, 1]


def test_text_under_a_name_of_ase_ends_in_words_everywhere(run, fitted, tmp_path):
    path = tmp_path / "dipole.extxyz"
    path.write_text('1\nenergy=1 dipole="x y z"\nCu 0 0 0\n')
    commands = (
        ("inspect", path),
        ("evaluate", fitted / "model.potl", path),
        ("select", path, "-k", 1, "--output", tmp_path / "o.extxyz"),
    )
    for command in commands:
        found = run(*command)
        assert found.exit_code == 2
        assert "dipole.extxyz:0: dipole is 'x y z'; expected numbers" in found.stderr
