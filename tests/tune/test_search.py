"""A study: what is asked, told and kept."""

import pytest
from searches import open_study, outcomes

from potlearn.errors import DataError
from potlearn.tune import SAMPLERS, Outcome, search

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
        assert trial.values["other"] == 1 and trial.seconds == 0.5
    assert open_study(tmp_path / "trials.journal", sampler=sampler).trials() == found.trials


@pytest.mark.parametrize("sampler", WITHOUT_TORCH)
def test_an_interrupted_search_is_the_uninterrupted_one(tmp_path, sampler):
    whole = search(
        open_study(tmp_path / "whole.journal", sampler=sampler), outcomes, trials=180, batch=12
    )
    path = tmp_path / "parts.journal"
    for told in (0, 5, 12, 7, 3, 11, 1, 12, 12, 12, 12, 12):
        study = open_study(path, sampler=sampler)
        for outcome in reversed(outcomes(study.ask(12))[:told]):
            study.tell(outcome)
    parts = search(open_study(path, sampler=sampler), outcomes, trials=180, batch=12)
    assert parts.trials == whole.trials


def test_trials_that_are_left_come_first_as_they_were(tmp_path):
    asked = open_study(tmp_path / "t.journal").ask(4)
    again = open_study(tmp_path / "t.journal")
    again.tell(outcomes(asked)[1])
    assert again.ask(8) == [asked[0], asked[2], asked[3]]
    assert [number for number, _ in again.ask(2)] == [4, 5]


def test_telling_twice_changes_nothing(tmp_path):
    study = open_study(tmp_path / "t.journal")
    (asked,) = study.ask(1)
    assert study.tell(Outcome(0, {"error": 1.0, "time": 2.0}))
    before = study.trials()
    assert not study.tell(Outcome(0, {"error": 5.0, "time": 2.0}))
    assert not study.tell(Outcome(0, reason="no"))
    assert study.trials() == before
    with pytest.raises(DataError, match="there is no trial 7"):
        study.tell(Outcome(7, {"error": 1.0, "time": 2.0}))
