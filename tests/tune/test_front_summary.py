"""Tables for the console, the share covered, importances, reasons of failures."""

import numpy as np
import pytest
from study_folders import write_study

import potlearn as pl
from potlearn.tune import Trial
from potlearn.tune.front.covered import at_shares, covered
from potlearn.tune.front.names import named
from potlearn.tune.importance import importances
from potlearn.tune.summary import (
    best_table,
    failures,
    front_table,
    history_table,
    short_keys,
    states,
    value_text,
)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return pl.tune.load(write_study(folder, 200, constraints={"force_time": 40.0}, n_random=100))


def test_the_front_as_a_table(tuned):
    table = front_table(tuned)
    assert table.headings[:3] == ["Trial", "Forces MAE (meV/Å)", "Force time (µs/atom)"]
    assert "weights.energy" in table.headings
    assert len(table.rows) == len(tuned.front)
    assert {len(row) for row in table.rows} == {len(table.headings)}
    short = front_table(tuned, 3).rows
    assert [short[0], short[-1]] == [table.rows[0], table.rows[-1]]
    assert len(short) == 3
    assert " to " in table.rows[0][1]


def test_states_and_the_best(tuned):
    counts = states(tuned)
    assert counts["done"] + counts["failed"] == 200
    above = sum(t.state == "done" and t.values["force_time"] > 40 for t in tuned.trials)
    assert counts["above a limit"] == above > 0
    best = {row[0]: row[2] for row in best_table(tuned).rows}
    assert best["Forces MAE (meV/Å)"] == str(tuned.best().trial)
    assert str(tuned).startswith("200 trials")


def test_the_history(tuned):
    rows = history_table(tuned).rows
    assert [row[0] for row in rows] == ["50", "100", "150", "200"]
    shares = [float(row[1].removesuffix(" %")) for row in rows]
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 100
    assert [row[2] == "–" for row in rows] == [False, False, True, True]


def test_a_better_search_covers_more():
    rng = np.random.default_rng(0)
    good, bad = rng.uniform(1, 2, (50, 2)), rng.uniform(1.5, 3, (50, 2))
    first, second = covered(good, bad)
    assert first[-1] > second[-1]
    assert (np.diff(first) >= 0).all()
    assert covered(np.full((3, 2), np.nan))[0].tolist() == [0, 0, 0]
    assert covered(np.ones((2, 2)))[0].tolist() == [1, 1]
    assert at_shares(first) == {n: first[n - 1] for n in (12, 25, 38, 50)}


def test_the_share_does_not_change_with_units():
    values = np.random.default_rng(0).gamma(3, size=(60, 2))
    curve, scaled = covered(values)[0], covered(values * [1e3, 0.01])[0]
    assert scaled == pytest.approx(curve, rel=1e-9)


def trial(number, parameters, value, state="done", reason=""):
    values = {} if reason else {"forces_mae": value}
    return Trial(number, parameters, state, values, reason)


def test_importances_find_what_decides():
    """Also a parameter that applies to some trials only, and one that is a list or a word."""
    rng, trials = np.random.default_rng(0), []
    for i in range(300):
        family = ("pod", "ace")[i % 2]
        parameters = {"family": family, "noise": float(rng.uniform()), "word": "abc"[i % 3]}
        if family == "ace":
            parameters["degree"] = [int(rng.integers(2, 9)), 4]
        size = parameters.get("degree", [5])[0]
        value = np.exp((family == "pod") + 0.2 * size + 0.01 * rng.normal())
        trials.append(trial(i, parameters, float(value)))
    found = importances(trials, "forces_mae")
    assert found.explained > 0.9
    assert list(found.losses)[:2] == ["degree", "family"] or list(found.losses)[:2] == [
        "family",
        "degree",
    ]
    assert found.losses["degree"] > 0.1
    assert abs(found.losses["noise"]) < 0.05
    assert abs(found.losses["word"]) < 0.05
    assert importances(trials[:20], "forces_mae") is None


def test_failures_are_grouped_by_reason():
    reasons = ["2 rows for 90 columns", "no memory", "12 rows for 1,000.5 columns"]
    trials = [trial(i, {}, 0.0, "failed", reason) for i, reason in enumerate(reasons)]
    found = failures(trials)
    assert [(f.reason, f.n, f.example.number) for f in found] == [
        ("2 rows for 90 columns", 2, 0),
        ("no memory", 1, 1),
    ]


def test_short_names():
    keys = ["descriptor.cutoff", "fit.weights.energy", "fit.weights.md.energy", "cutoff"]
    assert short_keys(keys) == {
        "descriptor.cutoff": "descriptor.cutoff",
        "fit.weights.energy": "weights.energy",
        "fit.weights.md.energy": "md.energy",
        "cutoff": "cutoff",
    }
    assert value_text([14, 13]) == "14, 13"
    assert value_text("x" * 90).endswith("…")
    assert value_text(None) == "–"


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("forces_mae", "Forces MAE (meV/Å)"),
        ("folds.energy_rmse", "Energy RMSE of folds (meV/atom)"),
        ("force_time", "Force time (µs/atom)"),
        ("mine.py:my_cost", "my cost"),
    ],
)
def test_names_of_values(key, title):
    assert named(key).title == title
