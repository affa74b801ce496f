"""`potlearn compress` from the shell's side: files, words and errors."""

import csv
import json

import numpy as np
import pytest
import yace_files
from ase.io import read, write

import potlearn as pl
from potlearn import tasks
from potlearn.cli.config_file import load_config


@pytest.fixture
def model(fitted):
    return fitted / "model.potl"


@pytest.fixture
def data(copper):
    return copper / "copper.extxyz"


def test_a_smaller_model(run, model, data, tmp_path):
    small = tmp_path / "small.potl"
    done = run("compress", model, "-k", 5, "--data", data, "--output", small)
    assert done.exit_code == 0, done.output
    before, after = pl.load(model), pl.load(small)
    assert f"{before.descriptor.n_features} -> 5 functions" in done.output
    assert after.descriptor.n_features == 5
    assert set(after.descriptor.feature_names) < set(before.descriptor.feature_names)
    assert after.metadata["fit"] == before.metadata["fit"]
    record = after.metadata["compressed"]
    assert (record["method"], record["size"], record["data"]) == ("backward", 5, ["copper.extxyz"])
    assert "split into training and test set as for the fit" in " ".join(done.output.split())
    assert str(data.parent) not in json.dumps(dict(after.metadata))


def test_other_data_than_those_of_the_fit_are_spoken_of(run, model, data, tmp_path):
    write(tmp_path / "some.extxyz", read(data, index=":20"))
    small = tmp_path / "small.potl"
    done = run(
        "compress", model, "-k", 5, "--data", tmp_path / "some.extxyz", "--output", small,
        "--no-protect",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "not those that the model was fitted to" in " ".join(done.output.split())


def test_the_smaller_model_goes_to_lammps(run, model, data, tmp_path):
    small = tmp_path / "small.potl"
    run("compress", model, "-k", 5, "--data", data, "--output", small, "--no-protect")
    done = run("export", small, "--to", "pod", "--output", tmp_path / "cu")
    assert done.exit_code == 0, done.output
    written = pl.load(tmp_path / "cu_param.pod", tmp_path / "cu_coeff.pod")
    atoms = read(data, index=3)
    many_body = pl.LinearPotential(pl.load(small).descriptor, pl.load(small).coefficients)
    np.testing.assert_allclose(
        written.predict(atoms).forces, many_body.predict(atoms).forces, atol=1e-9
    )


def test_a_curve_and_no_model(run, model, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("compress", model, "--data", data, "--test", data, "--curve")
    assert done.exit_code == 0, done.output
    folder = tmp_path / "model-curve"
    assert sorted(p.name for p in folder.iterdir()) == [
        "curve.csv", "curve.html", "curve.json", "figures",
    ]  # fmt: skip
    curve = json.loads((folder / "curve.json").read_text())
    rows = list(csv.DictReader((folder / "curve.csv").read_text().splitlines()))
    assert [int(r["functions"]) for r in rows] == [r["functions"] for r in curve["rows"]]
    assert curve["rows"][-1]["loss"] == 0
    assert curve["held_out_on"] == "test set"
    assert [p.suffix for p in sorted((folder / "figures").iterdir())] == [".pdf", ".png"]
    assert "times as fast" in done.output or "times" in done.output
    assert not list(tmp_path.glob("*.potl"))


@pytest.mark.parametrize("by", ["error", "cost"])
def test_a_loss_chooses_the_size(run, model, data, tmp_path, by):
    small = tmp_path / "small.potl"
    done = run(
        "compress", model, "--data", data, "--loss", 0.5, "--by", by, "--output", small,
        "--no-protect",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert 1 <= pl.load(small).descriptor.n_features <= pl.load(model).descriptor.n_features


def test_directions_keep_all_functions(run, model, data, tmp_path):
    small = tmp_path / "small.potl"
    done = run("compress", model, "-k", 3, "--method", "pca", "--data", data, "--output", small)
    assert done.exit_code == 0, done.output
    assert pl.load(small).descriptor.n_features == pl.load(model).descriptor.n_features
    assert "no speed is gained" in " ".join(done.output.split())


def test_a_model_that_does_not_say_how_it_was_fitted(run, model, data, tmp_path):
    whole = pl.load(model)
    pl.LinearPotential(whole.descriptor, whole.coefficients).save(tmp_path / "bare.potl")
    done = run(
        "compress", tmp_path / "bare.potl", "-k", 5, "--data", data, "--output",
        tmp_path / "small.potl",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "does not say how it was fitted" in done.output


def test_protection_is_that_of_the_model(run, model, data, tmp_path):
    for option, wall in ((), True), (("--no-protect",), False):
        small = tmp_path / "small.potl"
        done = run("compress", model, "-k", 6, "--data", data, "--output", small, *option)
        assert done.exit_code == 0, done.output
        assert ("wall" in json.dumps(pl.load(small).to_dict()["reference"], default=str)) is wall


@pytest.fixture(scope="module")
def uncertain(copper, tmp_path_factory):
    """A model with expected errors."""
    folder = tmp_path_factory.mktemp("uncertain")
    items = ["output.report=false", "fit.solver=bayesian", "reference.kind=none"]
    return tasks.fit(load_config(copper / "fit.yaml", items, folder)).folder / "model.potl"


def test_expected_errors_are_those_of_the_smaller_model(run, uncertain, data, tmp_path):
    small = tmp_path / "small.potl"
    done = run("compress", uncertain, "-k", 5, "--data", data, "--output", small)
    assert done.exit_code == 0, done.output
    model, train = pl.load(small), pl.load(uncertain)
    own = model.uncertainty
    assert own.coefficient_factor.shape[0] == model.coefficients.size
    np.testing.assert_array_equal(own.known, train.uncertainty.known)
    atoms = read(data, index=3)
    assert model.spread(atoms).energy > 2 * train.spread(atoms).energy
    assert own.links["energy"].scale != train.uncertainty.links["energy"].scale


def test_directions_have_no_expected_errors(run, uncertain, data, tmp_path):
    small = tmp_path / "small.potl"
    done = run("compress", uncertain, "-k", 3, "--method", "pca", "--data", data, "--output", small)
    assert done.exit_code == 0, done.output
    assert pl.load(small).uncertainty is None
    assert "has no expected errors" in " ".join(done.output.split())


def test_data_too_few_for_expected_errors(run, uncertain, data, tmp_path):
    write(tmp_path / "some.extxyz", read(data, index=":3"))
    small = tmp_path / "small.potl"
    some = tmp_path / "some.extxyz"
    done = run("compress", uncertain, "-k", 3, "--data", some, "--output", small)
    assert done.exit_code == 0, done.output
    assert pl.load(small).uncertainty is None
    assert "has no expected errors: errors of" in " ".join(done.output.split())


def refused(run, *arguments):
    done = run("compress", *arguments)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return " ".join((done.output + done.stderr).split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-k", 0), "k: "),
        (("-k", 100_000), "k is 100000; expected 1 to"),
        (("-k", 3, "--loss", 0.1), "go together with 'by: cost' alone"),
        (("--loss", -1), "loss: "),
        (("-k", 3, "--method", "lasso"), "method: "),
        (("-k", 3, "--method", "active_subspace"), "expected 1 to 1, the number of directions"),
        (("-k", 3, "--by", "price"), "by: "),
        (("--by", "cost", "--method", "omp"), "'by: cost' belongs to the method backward"),
    ],
)
def test_wrong_wishes(run, model, data, tmp_path, options, words):
    output = tmp_path / "small.potl"
    assert words in refused(run, model, "--data", data, "--output", output, *options)
    assert not output.exists()


def test_no_output(run, model, data):
    assert "missing 'output'" in refused(run, model, "--data", data, "-k", 3)


def test_an_output_that_is_a_folder(run, model, data, tmp_path):
    words = refused(run, model, "--data", data, "-k", 3, "--output", tmp_path)
    assert "is a folder" in words


def test_an_output_that_is_an_input(run, model, data):
    before = model.read_bytes(), data.read_bytes()
    for output in (model, data):
        words = refused(run, model, "--data", data, "-k", 3, "--output", output)
        assert "would be overwritten; give the smaller model another name" in words
    assert (model.read_bytes(), data.read_bytes()) == before


def test_an_output_of_another_format(run, model, data, tmp_path):
    output = tmp_path / "small.yace"
    words = refused(run, model, "--data", data, "-k", 3, "--output", output)
    assert "expected the name of a saved model (.potl)" in words
    assert "potlearn export" in words
    assert not output.exists()


def test_a_model_that_is_not_linear(run, data, tmp_path):
    path = tmp_path / "cu.yace"
    path.write_text(yace_files.MINIMAL)
    words = refused(run, path, "--data", data, "-k", 3, "--output", tmp_path / "small.potl")
    assert "expected a linear potential" in words
    assert "compress the .potl of the fit" in words


def test_data_of_other_elements(run, model, data, tmp_path):
    frames = read(data, index=":2")
    for atoms in frames:
        atoms.symbols[:] = "Ag"
    write(tmp_path / "ag.extxyz", frames)
    words = refused(
        run, model, "--data", tmp_path / "ag.extxyz", "-k", 3, "--output", tmp_path / "x.potl"
    )
    assert "Ag" in words


def test_data_without_labels(run, model, data, tmp_path):
    frames = read(data, index=":2")
    for atoms in frames:
        atoms.calc = None
    write(tmp_path / "bare.extxyz", frames)
    words = refused(
        run, model, "--data", tmp_path / "bare.extxyz", "-k", 3, "--output", tmp_path / "x.potl"
    )
    assert "label" in words


def test_fewer_rows_than_coefficients(run, model, data, tmp_path):
    frames = [a for a in read(data, index=":") if len(a) == 1][:1]
    write(tmp_path / "one.extxyz", frames)
    words = refused(
        run, model, "--data", tmp_path / "one.extxyz", "-k", 3, "--output", tmp_path / "x.potl"
    )
    assert "rows for" in words
    assert "give more data" in words
