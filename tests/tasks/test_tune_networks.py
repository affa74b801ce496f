"""``potlearn tune`` over networks: trials, saved potentials, resumption, workers, bad input."""

import json
from functools import cache

import numpy as np
import pytest
from tuning_data import cost_model, settings

from potlearn import tasks
from potlearn.errors import ConfigError, MissingExtraError
from potlearn.potentials.neural import NeuralPotential
from potlearn.runtime import Runtime
from potlearn.tune import calibrate_networks

SPACE = {
    "descriptor.max_functions": [6, 9],
    "model.kind": ["linear", "neural"],
    "model.hidden": [[4], [3, 3]],
}
DESCRIPTOR = {"family": "ace", "degree": 6, "order": 2, "cutoff": 4.0}
SEARCH = {"trials": 6, "batch": 3, "sampler": "qmc"}


@cache
def speed():
    """A cost model that was made quickly."""
    made = json.loads(cost_model())
    home = made["model"]["home"]
    return json.dumps(made | {"networks": calibrate_networks(home, rounds=1).to_dict()})


def given_of(copper, folder, **changes):
    """A search of linear and neural trials that takes seconds."""
    found = settings(copper, folder, space=SPACE, model={"epochs": 3, "learning_rate": 0.01})
    found |= {"descriptor": DESCRIPTOR, "search": SEARCH}
    (folder / "speed.json").write_text(speed())
    return found | changes


def trials_of(folder):
    return json.loads((folder / "trials.json").read_text())["trials"]


@pytest.fixture(scope="module")
def study(copper, tmp_path_factory):
    return tasks.tune(given_of(copper, tmp_path_factory.mktemp("networks")))


def test_layers_belong_to_neural_trials(study):
    trials = trials_of(study.folder)
    assert {trial["state"] for trial in trials} == {"done"}
    kinds = {trial["parameters"]["model.kind"] for trial in trials}
    assert kinds == {"linear", "neural"}
    for trial in trials:
        neural = trial["parameters"]["model.kind"] == "neural"
        assert ("model.hidden" in trial["parameters"]) == neural
        assert ("model" in trial["notes"]) == neural


def test_networks_add_to_errors_sizes_and_times(study):
    trained = [trial for trial in trials_of(study.folder) if trial["notes"].get("model")]
    assert any(trial["notes"]["model"] == "neural" for trial in trained)
    for trial in trained:
        linear = trial["values"]["n_functions"] + 1
        neural = trial["notes"]["model"] == "neural"
        assert (trial["values"]["n_coefficients"] > linear) == neural
    assert any("networks were trained in" in note for note in study.notes)


def test_saved_networks_are_those_of_their_trials(copper, tmp_path):
    space = {"model.hidden": [[4], [3, 3]]}
    changes = {"model": {"kind": "neural", "epochs": 3, "learning_rate": 0.01, "members": 2}}
    outcome = tasks.tune(given_of(copper, tmp_path, space=space, **changes))
    assert len(outcome.tuned.front)
    for point in outcome.tuned.front:
        trial = outcome.tuned.trials[point.trial]
        potential = point.load()
        assert "validate_on: training" in point.config.read_text()
        assert isinstance(potential, NeuralPotential) == (trial.notes["model"] == "neural")
        assert potential.n_coefficients == trial.values["n_coefficients"]
        for name in ("energy_mae", "forces_mae", "stress_mae"):
            assert point.values[name] == pytest.approx(trial.values[name], rel=1e-4)


def test_a_part_of_the_training_set_chooses_the_epoch(study):
    trained = [trial for trial in study.tuned.trials if "model" in trial.notes]
    assert all("of the training set" in trial.notes["notes"] for trial in trained)


def test_workers_and_interruptions_change_no_trial(copper, study, tmp_path):
    first = given_of(copper, tmp_path, search=SEARCH | {"trials": 3})
    tasks.tune(first)
    again = tasks.tune(given_of(copper, tmp_path), runtime=Runtime(2))
    assert not list((tmp_path / "training").iterdir())  # checkpoints of trainings that were stopped
    for ours, theirs in zip(trials_of(again.folder), trials_of(study.folder), strict=True):
        assert ours["parameters"] == theirs["parameters"]
        assert ours["notes"] == theirs["notes"]
        errors = [name for name in ours["values"] if name != "force_time"]
        for name in errors:
            assert ours["values"][name] == pytest.approx(theirs["values"][name], rel=1e-6)


BAD = {
    "a start": ({"model.start": ["a.potl"]}, {}, "start from its own linear fit"),
    "a fixed start": (None, {"model": {"kind": "neural", "start": "a.potl"}}, "own linear fit"),
    "the validation": ({"model.validate_on": ["validation"]}, {}, "judges trials"),
    "an unknown key": ({"model.hiden": [[4]]}, {}, "did you mean 'model.hidden'"),
    "layers of linear fits": ({"model.hidden": [[4]]}, {"model": {}}, "linear has no such key"),
    "an unknown head": (
        {"model.hidden": [[4]]},
        {"model": {"kind": "neural", "head": "mpl"}},
        "model.head",
    ),
    "errors of folds": (
        None,
        {"objectives": ["folds.forces_rmse"], "folds": 3},
        "folds have errors of linear fits alone",
    ),
}


@pytest.mark.parametrize(("space", "changes", "words"), BAD.values(), ids=BAD)
def test_mistakes_are_named(copper, tmp_path, space, changes, words):
    changes = {**changes, **({} if space is None else {"space": space})}
    with pytest.raises(ConfigError, match=words):
        tasks.tune(given_of(copper, tmp_path, **changes))


def test_layers_that_cannot_be_fail_as_trials(copper, tmp_path):
    space = {"model.kind": ["neural"], "model.hidden": [[4], [0], []]}
    outcome = tasks.tune(given_of(copper, tmp_path, space=space))
    states = {tuple(t.parameters["model.hidden"]): t for t in outcome.tuned.trials}
    assert states[4,].state == "done"
    assert states[0,].state == states[()].state == "failed"
    assert "hidden" in states[0,].reason
    assert "hidden" in states[()].reason


def test_missing_packages_are_said_before_the_work(copper, tmp_path, monkeypatch):
    from importlib.util import find_spec

    import potlearn.runtime.packages as packages

    monkeypatch.setattr(packages, "find_spec", lambda n: None if n == "jax" else find_spec(n))
    with pytest.raises(MissingExtraError, match=r"potlearn\[neural\]"):
        tasks.tune(given_of(copper, tmp_path))
    assert not (tmp_path / "trials.json").exists()


def test_a_fit_keeps_its_validation_set_for_errors(copper, tmp_path):
    data = {"file": str(copper / "copper.extxyz"), "split": {"test": 0.2, "validation": 0.2}}
    model = {"kind": "neural", "hidden": [3], "epochs": 2, "validate_on": "training"}
    given = {"data": data, "descriptor": DESCRIPTOR | {"species": ["Cu"]}, "reference": "none"}
    output = {"folder": str(tmp_path), "report": False}
    found = tasks.fit({**given, "model": model, "output": output})
    assert any("of the training set" in note for note in found.notes)
    data = {"train": str(copper / "copper.extxyz")}
    with pytest.raises(ConfigError, match=r"model\.validate_on"):
        tasks.fit({**given, "data": data, "model": model, "output": output})


def test_the_cost_of_networks_grows_with_them():
    from ase.build import bulk

    import potlearn as pl
    from potlearn.engine import Branch, Network
    from potlearn.tune import Neighborhood, NetworkCost

    known = json.loads(speed())["networks"]
    cost = NetworkCost.from_dict(known | {"weights": dict.fromkeys(known["weights"], 0.01)})
    near = Neighborhood.of([bulk("Cu", cubic=True)], ("Cu",), 4.0)
    m = pl.ACE(("Cu",), cutoff=4.0, order=2, degree=(4, 3)).n_features

    def branch(n):
        return Branch((np.ones((1, n, m)), np.ones((1, 1, n))), (np.ones((1, n)),), "silu")

    linear = np.ones((1, 1 + m))
    networks = [Network(linear, (branch(n),) * k) for n, k in ((4, 1), (8, 1), (8, 3))]
    times = [cost.predict(network, ("Cu",), near) for network in networks]
    assert 0 < times[0] < times[1] < times[2]
    with pytest.raises(ConfigError, match="calibrate it again"):
        NetworkCost.from_dict(known | {"kernel": "another"})
