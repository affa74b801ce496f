"""``potlearn tune``: trials, front, resumption, workers, and bad input."""

import json

import numpy as np
import pytest
from tuning_data import SPACE, settings

import potlearn as pl
from potlearn import tasks
from potlearn.errors import ConfigError, DataError, TuneError
from potlearn.runtime import Runtime


def trials_of(folder):
    return json.loads((folder / "trials.json").read_text())["trials"]


@pytest.fixture(scope="module")
def study(copper, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return tasks.tune(settings(copper, folder))


def test_a_search_writes_trials_front_and_potentials(study):
    trials = trials_of(study.folder)
    assert [trial["number"] for trial in trials] == list(range(12))
    assert {trial["state"] for trial in trials} == {"done"}
    front = json.loads((study.folder / "front.json").read_text())
    assert 1 <= len(front["points"]) <= 2
    for point in front["points"]:
        potential = pl.load(study.folder / point["model"])
        assert potential.coefficients.size == point["values"]["n_coefficients"]
        assert (study.folder / point["config"]).is_file()


def test_the_fit_of_a_point_gives_its_potential_again(study, tmp_path):
    from potlearn.cli.config_file import load_config

    point = study.tuned.front[0]
    again = tasks.fit(load_config(point.config, ["output.report=false"], tmp_path / "again"))
    saved = point.load()
    np.testing.assert_allclose(again.potential.coefficients, saved.coefficients, rtol=1e-9)


def test_what_a_point_says_is_measured_on_its_potential(study):
    from potlearn.metrics import evaluate
    from potlearn.tasks.data import load_datasets
    from potlearn.tasks.settings.tune import TuneConfig
    from potlearn.tasks.settings.yaml_text import parse_yaml

    raw = parse_yaml((study.folder / "config.yaml").read_text(), "config.yaml")
    validation = load_datasets(TuneConfig.of(raw).data)["validation"]
    for point in study.tuned.front:
        errors = evaluate(point.load(), validation).values("forces").error
        assert point.objectives["forces_mae"].value == pytest.approx(np.abs(errors).mean())
        trial = study.tuned.trials[point.trial]
        assert trial.values["forces_mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-6)


def test_potentials_of_the_front_are_protected_and_tried(copper, tmp_path):
    given = settings(copper, tmp_path, search={"trials": 3}, output={"models": 1, "survival": True})
    outcome = tasks.tune({key: value for key, value in given.items() if key != "reference"})
    (point,) = outcome.tuned.front
    assert point.load().reference is not None
    assert point.survival["passed"]


def test_keys_of_the_other_family_do_not_apply(study):
    for trial in trials_of(study.folder):
        keys = {key.removeprefix("descriptor.") for key in trial["parameters"]}
        ace = trial["parameters"]["descriptor.family"] == "ace"
        assert ("order" in keys) == ace
        assert ("twobody_number_radial_basis_functions" in keys) != ace


def test_more_trials_continue_a_search(copper, study, tmp_path):
    first = tasks.tune(settings(copper, tmp_path, search={"trials": 8}))  # two batches
    assert len(first.tuned.trials) == 8
    whole = tasks.tune(settings(copper, tmp_path))
    for ours, theirs in zip(trials_of(whole.folder), trials_of(study.folder), strict=True):
        assert ours["parameters"] == theirs["parameters"]
        assert ours["values"] == pytest.approx(theirs["values"], rel=1e-6)


def test_workers_change_no_trial(copper, study, tmp_path):
    two = tasks.tune(settings(copper, tmp_path), runtime=Runtime(2))
    for ours, theirs in zip(trials_of(two.folder), trials_of(study.folder), strict=True):
        assert ours["parameters"] == theirs["parameters"]
        assert ours["values"] == pytest.approx(theirs["values"], rel=1e-6)


def test_data_alone_have_a_usual_space(copper, tmp_path):
    given = settings(copper, tmp_path, search={"trials": 3})
    del given["space"], given["descriptor"]
    outcome = tasks.tune(given)
    keys = {key for trial in outcome.tuned.trials for key in trial.parameters}
    assert {"descriptor.family", "descriptor.cutoff"} <= keys
    assert all(trial.state == "done" for trial in outcome.tuned.trials)


def counted(potential, validation):
    """An objective of the user."""
    return float(potential.coefficients.size + len(validation))


def broken(potential, validation):
    raise ZeroDivisionError("of my own")


def nothing(potential, validation):
    return float("nan")


def test_objectives_of_the_user(copper, tmp_path):
    names = ["forces_mae", f"{__name__}:counted"]
    outcome = tasks.tune(settings(copper, tmp_path, objectives=names, search={"trials": 4}))
    for trial in outcome.tuned.trials:
        extra = trial.values[names[1]] - trial.values["n_coefficients"]
        assert extra == 5  # configurations of the validation set


@pytest.mark.parametrize(
    ("name", "reason"), [("broken", "of my own"), ("nothing", "NaN")], ids=["raises", "nan"]
)
def test_an_objective_that_fails_is_the_reason_of_its_trials(copper, tmp_path, name, reason):
    names = ["forces_mae", f"{__name__}:{name}"]
    with pytest.raises(TuneError, match=reason):
        tasks.tune(settings(copper, tmp_path, objectives=names, search={"trials": 4}))
    assert all(reason in trial["reason"] for trial in trials_of(tmp_path))


def test_compressed_trials_repeat_as_fits_of_named_functions(copper, tmp_path):
    space = {
        "descriptor.max_functions": {"low": 12, "high": 20},
        "compress.part": {"low": 0.3, "high": 0.9},
    }
    given = settings(copper, tmp_path, space=space, compress={"method": "omp"})
    given["descriptor"] = {"degree": 8, "order": 2, "cutoff": 4.0}
    outcome = tasks.tune(given | {"search": {"trials": 4}})
    for point in outcome.tuned.front:
        trial = outcome.tuned.trials[point.trial]
        assert point.load().descriptor.n_features == trial.values["n_functions"] < 20


def test_a_limit_that_nothing_keeps_is_said(copper, tmp_path):
    given = settings(copper, tmp_path, constraints={"n_functions": 1}, search={"trials": 4})
    outcome = tasks.tune(given)
    assert not len(outcome.tuned.front)
    assert any("n_functions" in note for note in outcome.notes)


BAD = {
    "a reversed range": ({"descriptor.cutoff": {"low": 5, "high": 4}}, {}, "low is above high"),
    "an unknown key": ({"descriptor.cutof": [4.0]}, {}, "did you mean 'descriptor.cutoff'"),
    "an unknown objective": (None, {"objectives": ["force_mae"]}, "did you mean 'forces_mae'"),
    "a missing function": (None, {"objectives": ["nowhere:f"]}, "cannot be loaded"),
    "folds that are not there": (None, {"objectives": ["folds.energy_rmse"]}, "folds: 5"),
    "an empty space": ({}, {}, "at least one key"),
    "a value and no range": ({"descriptor.cutoff": 4.0}, {}, "expected a section"),
    "the output": ({"output.folder": ["a", "b"]}, {}, "not a part of a trial"),
    "a key of another family": (
        {"descriptor.wL": [0.5, 1.0]},
        {"descriptor": {"family": "pod"}},
        "pod has no such key",
    ),
    "a wrong time": (None, {"search": {"time": "soon"}}, "30m"),
    "an unknown sampler": (None, {"search": {"sampler": "tpee"}}, "'tpe'"),
}


@pytest.mark.parametrize(("space", "changes", "words"), BAD.values(), ids=BAD)
def test_mistakes_are_named(copper, tmp_path, space, changes, words):
    changes = {**changes, **({} if space is None else {"space": space})}
    with pytest.raises(ConfigError, match=words):
        tasks.tune(settings(copper, tmp_path, **changes))


def test_another_search_in_the_folder_is_refused(copper, study, tmp_path):
    tasks.tune(settings(copper, tmp_path, search={"trials": 4}))
    other = {**SPACE, "descriptor.cutoff": [4.0]}
    with pytest.raises(DataError, match=r"another search \(other space\.descriptor\.cutoff\)"):
        tasks.tune(settings(copper, tmp_path, space=other))
