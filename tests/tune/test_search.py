"""A study: what is asked, told and kept."""

import math
import sys

import pytest
from searches import open_study, outcomes

from potlearn.errors import ConfigError, DataError, MissingExtraError, TuneError
from potlearn.tune import SAMPLERS, Choice, Outcome, Range, Space, Study
from potlearn.tune.search import search

WITHOUT_TORCH = [name for name in SAMPLERS if name != "gp"]


@pytest.mark.parametrize("sampler", WITHOUT_TORCH)
def test_a_search_keeps_every_trial_with_the_keys_that_apply(tmp_path, sampler):
    study = open_study(tmp_path / "trials.journal", sampler=sampler)
    found = search(study, outcomes, trials=70)
    assert found.notes == []
    assert [trial.number for trial in found.trials] == list(range(70))
    for trial in found.trials:
        assert trial.state == "done"
        own = "degree" if trial.parameters["family"] == "ace" else "order"
        assert set(trial.parameters) == {"family", "cutoff", "weight", own}
        assert trial.parameters["cutoff"] in (4, 4.5, 5, 5.5, 6, 6.5, 7)
        assert trial.parameters.get("degree") in ([14, 13], [12, 10], None)
        assert trial.values["other"] == 1
        assert trial.seconds == 0.5
    assert open_study(tmp_path / "trials.journal", sampler=sampler).trials() == found.trials


@pytest.mark.parametrize("sampler", WITHOUT_TORCH)
def test_an_interrupted_search_is_the_uninterrupted_one(tmp_path, sampler):
    whole = search(
        open_study(tmp_path / "whole.journal", sampler=sampler), outcomes, trials=120, batch=12
    )
    path = tmp_path / "parts.journal"
    for told in (0, 5, 12, 7, 3, 11, 1, 12, 12, 12):
        study = open_study(path, sampler=sampler)
        for outcome in reversed(outcomes(study.ask(12))[:told]):
            study.tell(outcome)
    parts = search(open_study(path, sampler=sampler), outcomes, trials=120, batch=12)
    assert parts.trials == whole.trials


def test_trials_that_are_left_come_first_as_they_were(tmp_path):
    asked = open_study(tmp_path / "t.journal").ask(4)
    again = open_study(tmp_path / "t.journal")
    again.tell(outcomes(asked)[1])
    assert again.ask(8) == [asked[0], asked[2], asked[3]]
    assert [number for number, _ in again.ask(2)] == [4, 5]


def test_telling_twice_changes_nothing(tmp_path):
    study = open_study(tmp_path / "t.journal")
    study.ask(1)
    assert study.tell(Outcome(0, {"error": 1.0, "time": 2.0}))
    before = study.trials()
    assert not study.tell(Outcome(0, {"error": 5.0, "time": 2.0}))
    assert not study.tell(Outcome(0, reason="no"))
    assert study.trials() == before
    with pytest.raises(DataError, match="there is no trial 7"):
        study.tell(Outcome(7, {"error": 1.0, "time": 2.0}))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"error": math.nan, "time": 1.0}, "objective error is NaN"),
        ({"error": 1.0, "time": math.inf}, "objective time is infinite"),
        ({"error": 1.0}, "objective time is missing"),
        ({"error": 1.0, "time": 1.0, "other": math.nan}, "constraint other is NaN"),
    ],
)
def test_a_value_that_is_no_number_makes_a_failed_trial(tmp_path, values, reason):
    study = open_study(tmp_path / "t.journal", constraints={"other": 3})
    study.ask(1)
    study.tell(Outcome(0, {"other": 1.0, **values}))
    (trial,) = study.trials()
    assert (trial.state, trial.reason, trial.values) == ("failed", reason, {})


def test_a_value_that_is_not_needed_may_be_anything(tmp_path):
    study = open_study(tmp_path / "t.journal")
    study.ask(1)
    study.tell(Outcome(0, {"error": 1.0, "time": 1.0, "x": math.nan}, notes={"pass": "ab"}))
    (trial,) = study.trials()
    assert trial.state == "done"
    assert math.isnan(trial.values["x"])
    assert trial.notes == {"pass": "ab"}


@pytest.mark.parametrize("sampler", WITHOUT_TORCH)
def test_a_small_space_is_searched_to_its_end_and_no_point_twice(tmp_path, sampler):
    small = Space(
        {"a": Choice([1, 2, 3]), "b": Range(0, 1, 0.25), "c": Choice([True, False])},
        {"b": {"a": (1, 2)}},
    )
    study = Study.open(tmp_path / "t.journal", small, ["x"], sampler=sampler)
    tried = []

    def evaluate(asked):
        tried.extend(parameters for _, parameters in asked)
        return [Outcome(n, {"x": p["a"] + p.get("b", 0.5)}) for n, p in asked]

    found = search(study, evaluate, trials=100, batch=7)
    assert found.notes == ["every point of the space was tried: 22 trials"]
    assert len(tried) == 22
    assert all(point in tried for point in small.points)


def test_a_space_of_one_point_is_one_trial(tmp_path):
    study = Study.open(tmp_path / "t.journal", Space({}), ["error", "time"])
    found = search(study, lambda asked: [Outcome(0, {"error": 1, "time": 1})], trials=5)
    assert len(found.trials) == 1


def test_a_search_whose_every_trial_fails_ends_early_and_says_why(tmp_path):
    def evaluate(asked):
        for number, _ in asked:
            reason = "no data" if number % 3 else "a wall"
            yield Outcome(number, reason=reason)

    study = open_study(tmp_path / "t.journal", sampler="random")
    with pytest.raises(TuneError, match=r"all of the first 32 trials failed, 21 of .* no data"):
        search(study, evaluate, trials=1000)
    with pytest.raises(TuneError, match="all of the first 3 trials failed"):
        search(open_study(tmp_path / "u.journal"), evaluate, trials=3)


def test_failures_end_no_search_that_has_results(tmp_path):
    def evaluate(asked):
        for outcome in outcomes(asked):
            yield outcome if outcome.number == 5 else Outcome(outcome.number, reason="no")

    found = search(open_study(tmp_path / "t.journal"), evaluate, trials=50, batch=4)
    assert [t.number for t in found.trials if t.state == "done"] == [5]


def test_a_trial_without_an_outcome_has_failed(tmp_path):
    found = search(open_study(tmp_path / "t.journal"), lambda a: outcomes(a)[1:], trials=4, batch=4)
    assert found.trials[0].reason == "the evaluation gave no outcome"


def test_a_long_reason_is_cut(tmp_path):
    study = open_study(tmp_path / "t.journal")
    study.ask(1)
    study.tell(Outcome(0, reason="x" * 10_000, seconds=2.0))
    (trial,) = study.trials()
    assert trial.state == "failed"
    assert trial.reason == "x" * 2000
    assert trial.seconds == 2


@pytest.mark.parametrize("sampler", WITHOUT_TORCH)
def test_constraints_that_no_trial_keeps_are_spoken_of(tmp_path, sampler):
    limits = {"time": 30.0, "other": 2.0}
    study = open_study(tmp_path / "t.journal", sampler=sampler, constraints=limits)
    found = search(study, outcomes, trials=60)
    nearest = min(trial.values["time"] for trial in found.trials)
    assert found.notes == [
        "no trial keeps the constraints (time: expected at most 30, nearest "
        f"{nearest:g}; other: expected at most 2, nearest 1)"
    ]


def test_constraints_lead_the_search(tmp_path):
    study = open_study(tmp_path / "t.journal", constraints={"time": 150.0})
    found = search(study, outcomes, trials=100, batch=5)
    kept = [trial.feasible({"time": 150.0}) for trial in found.trials]
    assert sum(kept[50:]) > 1.5 * sum(kept[:20]) / 20 * 50
    assert found.notes == []


def test_a_search_stops_in_time_and_continues(tmp_path):
    path, seen = tmp_path / "t.journal", []
    found = search(open_study(path), outcomes, trials=30, seconds=0, batch=8)
    assert found.notes == ["stopped after 0 s; the same search continues later"]
    found = search(
        open_study(path), outcomes, trials=30, batch=8, report=lambda *done: seen.append(done)
    )
    assert {trial.state for trial in found.trials} == {"done"}
    assert seen == [(n, 30) for n in range(seen[0][0], 31)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sampler": "cmaes"}, "unknown sampler 'cmaes'; expected one of random, qmc, tpe"),
        ({"objectives": []}, "objectives: expected a list of names"),
        ({"objectives": "error"}, "objectives: expected a list of names, got 'error'"),
        ({"objectives": ["a", "a"]}, "a name occurs twice"),
    ],
)
def test_settings_that_make_no_study_are_errors_in_words(tmp_path, settings, words):
    given = {"objectives": ["error"], **settings}
    with pytest.raises(ConfigError, match=words):
        Study.open(tmp_path / "t.journal", Space({}), given.pop("objectives"), **given)


def test_an_optuna_that_is_too_old_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("optuna.__version__", "4.0.0")
    with pytest.raises(MissingExtraError, match=r"Optuna 4.6 or newer, got 4.0.0: pip install -U"):
        open_study(tmp_path / "t.journal")


def test_a_sampler_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"the sampler gp needs torch.*pip install torch"):
        open_study(tmp_path / "t.journal", sampler="gp")
