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
    "other splits": ({"data.split.seed": [0, 1]}, {}, "judged on the same validation set"),
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


def test_the_choice_of_the_training_set_is_searched(copper, tmp_path):
    space = {"data.select.size": {"low": 6, "high": 12}, "data.select.method": ["fps", "random"]}
    given = settings(copper, tmp_path, space=space, objectives=["forces_mae", "energy_mae"])
    given["descriptor"] = {"degree": 6, "order": 2, "cutoff": 4.0}
    outcome = tasks.tune(given | {"search": {"trials": 4, "batch": 4, "sampler": "random"}})
    assert {trial.state for trial in outcome.tuned.trials} == {"done"}
    sizes = [trial.parameters["data.select.size"] for trial in outcome.tuned.trials]
    assert all(isinstance(size, int) and 6 <= size <= 12 for size in sizes)
    assert len({trial.values["forces_mae"] for trial in outcome.tuned.trials}) > 1


def energies_alone(copper, folder):
    """A file of the copper configurations without forces and stress."""
    from ase.io import read, write

    frames = read(copper / "copper.extxyz", ":")
    for atoms in frames:
        energy = atoms.info.pop("REF_energy", None)
        energy = atoms.get_potential_energy() if energy is None else energy
        atoms.arrays.pop("REF_forces", None)
        atoms.calc = None
        atoms.info = {"energy": energy}
    write(folder / "energies.extxyz", frames)
    return str(folder / "energies.extxyz")


def test_the_part_that_is_held_out_is_that_of_the_configuration(copper, tmp_path):
    given = settings(copper, tmp_path, validation=0.4, search={"trials": 1})
    given["data"]["split"] = {"test": 0.2}
    outcome = tasks.tune(given)
    n = len(np.load(outcome.folder / "errors.npz")["trial_0000/forces"])
    frames = len(pl.read(copper / "copper.extxyz"))
    assert n == round(0.4 * frames)


def test_objectives_follow_the_labels(copper, tmp_path):
    given = settings(copper, tmp_path, search={"trials": 2}, space={"descriptor.cutoff": [4, 5]})
    given["data"] = {**given["data"], "file": energies_alone(copper, tmp_path)}
    given["descriptor"] |= {"family": "pod"}
    del given["descriptor"]["degree"]
    outcome = tasks.tune(given)
    assert outcome.tuned.objectives == ("energy_mae", "force_time")
    assert any("energy_mae is the objective instead" in note for note in outcome.notes)
    with pytest.raises(
        ConfigError, match="forces_mae needs forces, which no configuration of the validation set"
    ):
        tasks.tune({**given, "objectives": ["forces_mae"]})


def test_weights_that_no_objective_guards_are_said(study):
    assert any("nothing keeps its errors small; add energy_mae" in note for note in study.notes)
    assert any("add energy_mae" in note for note in study.tuned.notes)


def test_a_limit_of_folds_is_kept_by_the_saved_potentials(copper, tmp_path):
    changes = {"constraints": {"folds.forces_rmse": 1e3}, "folds": 3, "search": {"trials": 2}}
    assert len(tasks.tune(settings(copper, tmp_path, **changes)).tuned.front)


calls = []


def failing_at_the_end(potential, validation):
    """An objective that fails on the saved potential, after one trial."""
    calls.append(potential)
    if len(calls) > 1:
        raise ZeroDivisionError("of my own")
    return 1.0


def test_an_objective_that_fails_at_the_end_is_a_note(copper, tmp_path):
    names = [f"{__name__}:failing_at_the_end"]
    outcome = tasks.tune(settings(copper, tmp_path, objectives=names, search={"trials": 1}))
    assert json.loads((outcome.folder / "front.json").read_text())["points"] == []
    assert any("of my own" in note for note in outcome.notes)


def test_large_validation_sets_are_judged_by_a_part(copper, tmp_path, monkeypatch):
    monkeypatch.setattr("potlearn.tasks.tuning.candidates.MOST", 8)
    outcome = tasks.tune(settings(copper, tmp_path, search={"trials": 1}))
    assert any("trials are judged on" in note for note in outcome.notes)
    n = len(np.load(outcome.folder / "errors.npz")["trial_0000/forces"])
    assert f" of {n} validation configurations" in " ".join(outcome.notes)


def test_intervals_of_root_mean_squares(copper, tmp_path):
    given = settings(copper, tmp_path, objectives=["forces_rmse"], search={"trials": 1})
    (point,) = tasks.tune(given).tuned.front
    found = point.objectives["forces_rmse"]
    assert found.low < found.value < found.high


@pytest.fixture
def parts(copper, tmp_path):
    """Files of a third of the copper configurations each."""
    from ase.io import read, write

    frames = read(copper / "copper.extxyz", ":")
    names = [str(tmp_path / f"part_{k}.extxyz") for k in range(3)]
    for k, name in enumerate(names):
        write(name, frames[k::3])
    return names


def test_data_of_no_trial_are_not_read(copper, tmp_path, monkeypatch, parts):
    from potlearn.tasks.tuning import candidates

    read, made = candidates.read, []
    monkeypatch.setattr(candidates, "read", lambda *given: made.append(1) or read(*given))
    first, second, held_out = parts
    space = {"data.train": [first, [first, second], [second, first], second]}
    given = settings(copper, tmp_path, space=space, search={"trials": 2})
    given["data"] = {"train": first, "validation": held_out}
    given["descriptor"] = {"degree": 6, "order": 2, "cutoff": 4.0}
    tasks.tune(given)
    assert len(made) <= 3  # of the plan, and of two trials


def test_trials_are_judged_on_one_validation_set(copper, tmp_path, parts):
    space = {"data.file": parts}
    given = settings(copper, tmp_path, space=space, search={"trials": 3})
    given["data"]["file"] = parts[0]
    given["descriptor"] = {"degree": 6, "order": 2, "cutoff": 4.0}
    trials = tasks.tune(given).tuned.trials
    failed = [trial for trial in trials if trial.parameters["data.file"] != parts[0]]
    assert len(failed) == 2
    assert all("judged on the same one" in trial.reason for trial in failed)


def test_protection_that_acts_on_validation_data_is_said(copper, tmp_path):
    from ase.io import read, write

    frames = read(copper / "copper.extxyz", ":")
    write(tmp_path / "train.extxyz", frames)
    for atoms in frames[:4]:  # far shorter distances than those of the training set
        atoms.set_cell(0.8 * atoms.cell, scale_atoms=True)
    write(tmp_path / "short.extxyz", frames[:4])
    given = settings(copper, tmp_path, search={"trials": 1}, space={"descriptor.cutoff": [4.0]})
    names = {"train": "train.extxyz", "validation": "short.extxyz"}
    given["data"] = {key: str(tmp_path / name) for key, name in names.items()}
    given["descriptor"] = {"degree": 6, "order": 2, "max_functions": 12}
    del given["reference"]
    outcome = tasks.tune(given)
    point = json.loads((outcome.folder / "front.json").read_text())["points"][0]
    trial = trials_of(outcome.folder)[0]
    worse = point["values"]["forces_mae"] > 1.1 * trial["values"]["forces_mae"]
    assert worse == any("instead of" in note for note in outcome.notes)
    assert worse


def test_the_end_of_a_range_at_which_the_best_point_lies_is_said(copper, tmp_path):
    space = {"descriptor.max_functions": {"low": 4, "high": 12}}
    given = settings(copper, tmp_path, space=space, search={"trials": 9, "batch": 9})
    given["descriptor"] = {"degree": 6, "order": 2, "cutoff": 4.0}
    outcome = tasks.tune(given)
    best = min(outcome.tuned.front, key=lambda point: point.objectives["forces_mae"].value)
    at_end = best.parameters["descriptor.max_functions"] in (4, 12)
    assert any("at the end of its range" in note for note in outcome.notes) == at_end
    assert at_end


def test_a_potential_is_tried_once(copper, tmp_path, monkeypatch):
    given = settings(copper, tmp_path, search={"trials": 2}, output={"models": 1, "survival": True})
    first = tasks.tune(given)
    monkeypatch.setattr("potlearn.tasks.tuning.trying.survival", None)  # cannot be called again
    again = tasks.tune(given)
    assert [p.survival for p in again.tuned.front] == [p.survival for p in first.tuned.front]
