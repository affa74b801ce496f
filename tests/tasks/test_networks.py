"""Fits with networks: from plain settings to a folder, and what they refuse."""

import json

import numpy as np
import pytest
import yaml
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn import tasks
from potlearn.errors import (
    ConfigError,
    DataError,
    MissingExtraError,
    ModelFileError,
    UncertaintyError,
)
from potlearn.neural import NeuralSettings
from potlearn.potentials.neural import NeuralPotential

MODEL = {"kind": "neural", "hidden": [6], "members": 2, "epochs": 30, "learning_rate": 0.003}
PAIRS = {"threebody_number_radial_basis_functions": 0, "threebody_angular_degree": 0}


@pytest.fixture(scope="module")
def given(copper):
    """Settings of a quick fit with two networks; half of the training set validates them."""
    settings = yaml.safe_load((copper / "fit.yaml").read_text())
    settings["data"] = {"train": str(copper / "copper.extxyz"), "validation": 0.5}
    settings["descriptor"] |= PAIRS
    return settings | {"reference": "none", "model": MODEL}


def fit(given, folder, **changed):
    output = {"folder": str(folder), "report": False}
    return tasks.fit({**given, "output": output, **changed})


@pytest.fixture(scope="module")
def trained(given, tmp_path_factory):
    return fit(given, tmp_path_factory.mktemp("neural"))


def test_a_fit_with_networks_says_what_they_brought(trained):
    assert isinstance(trained.potential, NeuralPotential)
    assert len(trained.potential.heads) == 2
    written = json.loads((trained.folder / "metrics.json").read_text())
    curve = written["training"]["curve"]
    assert len(curve["train_loss"]) == 31
    chosen = written["training"]["chosen"]
    assert chosen == int(np.argmin(curve["validation_loss"])) > 0
    linear, neural = (
        m["validation"]["all"]["energy"]["rmse"] for m in (written["linear"], written)
    )
    assert linear == pytest.approx(curve["validation_energy"][0], rel=1e-4)
    assert neural == pytest.approx(curve["validation_energy"][chosen], rel=1e-4)
    assert curve["validation_loss"][chosen] < curve["validation_loss"][0]
    assert {"train", "evaluate", "check beyond", "uncertainty"} < set(trained.timing)
    assert any("no in.example for LAMMPS" in note for note in trained.notes)
    in_lammps = {path.name for path in (trained.folder / "lammps").iterdir()}
    assert in_lammps == {"Cu.potl-lammps", "example.data", "in.potlearn"}


def test_the_written_configuration_gives_the_same_potential(trained, tmp_path):
    config = yaml.safe_load((trained.folder / "config.yaml").read_text())
    assert config["model"] | MODEL == config["model"]
    assert config["model"]["head"] == "mlp"
    config["output"]["folder"] = str(tmp_path)
    again = tasks.fit(config).potential
    for head, same in zip(trained.potential.heads, again.heads, strict=True):
        for name, array in head.parameters.items():
            np.testing.assert_array_equal(array, same.parameters[name])


def test_several_networks_have_expected_errors(trained):
    assert trained.potential.uncertainty is not None
    loaded = pl.load(trained.folder / "model.potl")
    dataset = pl.data.read(trained.config.data.train)
    spread = loaded.spread(dataset[0])
    assert spread.forces.shape == (len(dataset[0]), 3)
    written = json.loads((trained.folder / "metrics.json").read_text())
    assert "validation" in written["coverage"]


def test_a_part_of_the_training_set_validates_where_no_set_is_given(given, copper, tmp_path):
    model = MODEL | {"members": 1, "epochs": 2}
    data = {"train": str(copper / "copper.extxyz")}
    outcome = fit(given, tmp_path, data=data, model=model)
    assert {name: len(e) for name, e in outcome.evaluations.items()} == {
        "train": 22,
        "validation": 2,
    }
    assert outcome.config.data.validation == 0.1
    assert any("10% of the training set are held out" in note for note in outcome.notes)
    data = {"file": data["train"], "split": {"test": 0.25}}
    outcome = fit(given, tmp_path, data=data, model=model)
    assert {name: len(e) for name, e in outcome.evaluations.items()} == {
        "train": 16,
        "test": 6,
        "validation": 2,
    }


def test_a_linear_potential_is_the_result_where_networks_are_no_better(given, tmp_path):
    model = MODEL | {"epochs": 1, "learning_rate": 1.0, "average": 0.0}
    outcome = fit(given, tmp_path, model=model)
    assert isinstance(outcome.potential, pl.LinearPotential)
    assert outcome.metrics["validation"] == outcome.networks.errors["validation"]
    assert any("the result is the linear fit" in note for note in outcome.notes)
    assert "lammps" in outcome.files


def test_training_continues_from_a_saved_potential(given, trained, tmp_path):
    start = str(trained.folder / "model.potl")
    descriptor = {"family": "pod", "species": ["Cu"], "cutoff": 4.5}
    model = {"kind": "neural", "start": start, "epochs": 2}
    outcome = fit(given, tmp_path, model=model, descriptor=descriptor)
    assert outcome.config.model.hidden == (6,)
    assert outcome.config.model.members == 2
    first = {name: errors["all"]["forces"]["rmse"] for name, errors in trained.metrics.items()}
    assert outcome.networks.errors["train"]["all"]["forces"]["rmse"] == pytest.approx(
        first["train"]
    )
    assert "start" in json.loads((outcome.folder / "metrics.json").read_text())
    with pytest.raises(ConfigError, match=r"another descriptor \(cutoff\)"):
        fit(given, tmp_path, model=model, descriptor=descriptor | {"cutoff": 4.0})
    with pytest.raises(ModelFileError, match="no such file"):
        fit(given, tmp_path, model=model | {"start": str(tmp_path / "absent.potl")})


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"kind": "nural"}, "model.kind: expected 'linear' or 'neural', got 'nural'"),
        ({"hidden": [6]}, "hidden belongs to kind: neural"),
        ({"kind": "neural", "hiden": [6]}, "did you mean 'hidden'"),
        ({"kind": "neural", "hidden": [0]}, r"model.hidden.0: expected a number not below 1"),
        ({"kind": "neural", "hidden": []}, "expected at least one layer"),
        ({"kind": "neural", "head": "mpl"}, "model.head: expected 'mlp', 'embedded' or"),
        ({"kind": "neural", "head": "finnis_sinclair", "activation": "tanh"}, "takes sqrt"),
        (
            {"kind": "neural", "head": "finnis_sinclair", "hidden": [32, 32]},
            r"'finnis_sinclair' takes 1 layer, got 2: \[32, 32\]",
        ),
    ],
)
def test_mistakes_in_the_section_are_said_in_words(given, section, words):
    with pytest.raises(ConfigError, match=words):
        tasks.FitConfig.of(given | {"model": section})


@pytest.mark.parametrize(
    ("model", "method", "words"),
    [
        (MODEL, "calibrated", "networks have 'ensemble'"),
        (MODEL | {"members": 1}, "ensemble", "expected 2 or more"),
        ({"kind": "linear"}, "ensemble", "a linear fit has 'calibrated'"),
    ],
)
def test_expected_errors_that_a_model_cannot_have_are_refused(
    given, tmp_path, model, method, words
):
    with pytest.raises(ConfigError, match=words):
        fit(given, tmp_path, model=model, uncertainty={"method": method})


def test_a_small_validation_set_leaves_no_expected_errors_and_says_so(given, copper, tmp_path):
    """Only linear fits have the other uncertainty that needs no residuals."""
    data = {"train": str(copper / "copper.extxyz"), "validation": 0.1}
    outcome = fit(given, tmp_path, data=data)
    (note,) = (note for note in outcome.notes if note.startswith("no expected errors"))
    assert "validation set" in note
    assert "posterior" not in note


def test_an_element_that_training_lacks_is_named(given, copper, tmp_path):
    strange = pl.data.read(copper / "copper.extxyz")[0]
    strange.symbols[0] = "Ag"
    strange.calc = SinglePointCalculator(strange, energy=0.0)
    strange.write(tmp_path / "silver.extxyz")
    data = {"train": str(copper / "copper.extxyz"), "test": str(tmp_path / "silver.extxyz")}
    descriptor = given["descriptor"] | {"species": ["Cu", "Ag"]}
    model = MODEL | {"epochs": 1}
    outcome = fit(given, tmp_path / "out", data=data, descriptor=descriptor, model=model)
    assert any("test set has Ag, and the train set has not" in note for note in outcome.notes)


def test_layers_to_keep_without_a_saved_potential_are_refused_before_any_work(given, tmp_path):
    with pytest.raises(ConfigError, match=r"model.freeze: .*name one \(model.start\)"):
        fit(given, tmp_path / "out", model=MODEL | {"freeze": "first"})
    assert not (tmp_path / "out").exists()


def test_too_few_configurations_are_refused_before_any_work(given, copper, tmp_path):
    data = {"train": str(copper / "copper.extxyz"), "validation": 0.1}
    with pytest.raises(UncertaintyError, match="validation set, which has 2"):
        fit(given, tmp_path, data=data, uncertainty={"method": "ensemble"})
    few = MODEL | {"validation": 0.01}
    with pytest.raises(DataError, match="cannot be held out to validate"):
        fit(given, tmp_path, data={"train": data["train"]}, model=few)
    assert not list(tmp_path.glob("checkpoint-*"))


def test_without_jax_the_sentence_says_what_to_install(given, tmp_path, monkeypatch):
    from importlib.util import find_spec

    import potlearn.runtime.packages as packages

    monkeypatch.setattr(packages, "find_spec", lambda n: None if n == "jax" else find_spec(n))
    with pytest.raises(MissingExtraError, match=r"pip install 'potlearn\[neural\]'"):
        fit(given, tmp_path)


def test_the_schema_has_the_keys_of_the_training_with_their_texts():
    sections = tasks.FitConfig.model_json_schema()["$defs"]
    keys = sections["NeuralModelConfig"]["properties"]
    assert {"head", "hidden", "members", "epochs", "start"} < set(keys)
    assert all(field.get("description") for field in keys.values())
    assert keys["hidden"]["description"].startswith("Sizes of the hidden layers")


def test_absent_layers_are_those_of_the_head_and_written(given, tmp_path):
    """A start of its own sizes gives them; the written configuration names what was used."""
    model = {"kind": "neural", "head": "finnis_sinclair", "epochs": 1}
    outcome = fit(given, tmp_path, model=model)
    assert NeuralSettings(head="finnis_sinclair").layers == (64,)
    assert outcome.config.model.hidden == (64,)
    assert NeuralSettings().layers == (64, 64)


def test_networks_are_not_exported_or_compressed(trained, copper, tmp_path):
    model = str(trained.folder / "model.potl")
    with pytest.raises(ModelFileError, match="no networks"):
        tasks.export({"model": model, "output": str(tmp_path / "x"), "to": "pod"})
    given = {"model": model, "data": str(copper / "copper.extxyz"), "k": 5}
    with pytest.raises(ModelFileError, match="compress a linear fit"):
        tasks.compress(given | {"output": str(tmp_path / "x.potl")})
