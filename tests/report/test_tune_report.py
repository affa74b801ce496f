"""The report and the picture of a study: what is written, for usual and unusual studies."""

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from study_folders import write_study

import potlearn as pl
from potlearn.errors import TuneError
from potlearn.report import ReportInfo, front_figure, write_tune_report

EVIL = "<script>alert(1)</script>"
THREE = ("energy_mae", "forces_mae", "force_time")


def written(folder, published=None):
    """Text of the report of a folder, and the data of its page."""
    tuned = pl.tune.load(folder)
    path = Path(folder) / "report.html"
    write_tune_report(path, tuned, ReportInfo("Tuned", "A test."), published)
    page = path.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return page, json.loads(data[1])


def section(page, key):
    found = re.search(rf'<section id="{key}">(.*?)</section>', page, re.S)
    return unescape(re.sub(r"<[^>]+>", " ", found[1])) if found else None


def test_every_trial_and_every_point_is_drawn(tmp_path):
    folder = write_study(tmp_path / "study", n_random=50)
    page, data = written(folder, {"NEP": (30.0, 0.1), EVIL: (50.0, 0.2)})
    tuned = pl.tune.load(folder)
    figure = data["figures"]["front-forces_mae-force_time"]
    traces = {trace["name"]: trace for trace in figure["traces"]}
    done = [t for t in tuned.trials if t.state == "done"]
    assert len(traces["trials"]["x"]) == len(data["texts"]["trials"])
    assert len(traces["trials"]["x"]) + len(traces["front"]["x"]) == len(done)
    assert len(traces["front"]["x"]) == len(data["commands"]) == len(tuned.front)
    first = tuned.front[0]
    assert traces["front"]["y"][0] == pytest.approx(
        1e3 * first.objectives["forces_mae"].value, rel=1e-4
    )
    up = first.objectives["forces_mae"].high - first.objectives["forces_mae"].value
    assert traces["front"]["error_y"]["array"][0] == pytest.approx(1e3 * up, rel=1e-2)
    assert traces["NEP"]["x"] == [30.0]
    assert traces["NEP"]["y"] == [100.0]
    assert data["commands"][0] == f"potlearn fit {first.config}"
    assert "cutoff" in data["texts"]["front"][0]
    assert EVIL not in page
    for key in ("points", "progress", "importances", "parallel", "survival", "failures", "notes"):
        assert section(page, key), key


def test_the_choices_are_told_in_words(tmp_path):
    page, _ = written(write_study(tmp_path / "study"))
    points = section(page, "points")
    assert "within 1 standard error" in points
    assert "resamplings of the data" in points


def test_failed_trials_are_counted_by_reason(tmp_path):
    folder = write_study(tmp_path / "study")
    failed = [t for t in pl.tune.load(folder).trials if t.state == "failed"]
    page, _ = written(folder)
    assert f"{len(failed)} trials of 120 failed" in section(page, "failures")
    assert "the linear system cannot give the coefficients" in section(page, "failures")


def test_three_objectives_give_three_pairs(tmp_path):
    _, data = written(write_study(tmp_path / "study", objectives=THREE))
    fronts = {key for key in data["figures"] if key.startswith("front-")}
    assert fronts == {
        "front-energy_mae-force_time",
        "front-forces_mae-force_time",
        "front-forces_mae-energy_mae",
    }


def test_one_objective_is_drawn_trial_by_trial(tmp_path):
    folder = write_study(tmp_path / "study", objectives=("forces_mae",))
    page, data = written(folder)
    assert [key for key in data["figures"] if key.startswith("front-")] == ["front-trials"]
    assert "Best: trial" in page
    lowest = {t["name"]: t for t in data["figures"]["front-trials"]["traces"]}["lowest so far"]["y"]
    assert lowest == sorted(lowest, reverse=True)


def test_two_thousand_trials_stay_small(tmp_path):
    written(write_study(tmp_path / "study", 2000, THREE, n_random=1000))
    assert (tmp_path / "study" / "report.html").stat().st_size < 6e6


def one_category(trials):
    for trial in trials:
        trial["parameters"] = {"descriptor.radial": "a very long word " * 20}


def many_categories(trials):
    for i, trial in enumerate(trials):
        trial["parameters"]["fit.solver"] = {"name": f"<b>solver</b> {i % 60} " + "x" * 80}


def no_parameters(trials):
    for trial in trials:
        trial["parameters"] = {}


def all_failed(trials):
    for trial in trials:
        trial |= {"state": "failed", "values": {}, "reason": f"<b>no</b> {trial['number']}"}


def alike(trials):
    for trial in trials:
        if trial["values"]:
            trial["values"] |= {"forces_mae": 0.1, "force_time": 2.0}


def signs(trials):
    for trial in trials:
        if trial["values"]:
            trial["values"]["forces_mae"] -= 0.1


def huge(trials):
    for trial in trials[::7]:
        if trial["values"]:
            trial["values"]["forces_mae"] = 1e200


def own(trials):
    for trial in trials:
        if trial["values"]:
            trial["values"]["mine:cost<b>"] = trial["values"]["force_time"] ** 2


@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize(
    "change",
    [one_category, many_categories, no_parameters, all_failed, alike, huge],
    ids=lambda change: change.__name__,
)
def test_unusual_studies(tmp_path, n, change):
    page, data = written(write_study(tmp_path / "study", n, change=change, seed=3))
    assert section(page, "front")
    assert "<b>solver" not in page
    assert json.dumps(data, allow_nan=False)


def test_negative_values(tmp_path):
    page, data = written(write_study(tmp_path / "study", change=signs, saved=False))
    assert "type" not in data["figures"]["front-forces_mae-force_time"]["y"]
    assert section(page, "progress")


def test_an_objective_of_the_user(tmp_path):
    folder = write_study(tmp_path / "study", 60, ("forces_mae", "mine:cost<b>"), change=own)
    page, _ = written(folder)
    assert "cost<b>" not in page
    assert "cost&lt;b&gt;" in page


def test_an_unfinished_study(tmp_path):
    page, data = written(write_study(tmp_path / "study", 60, saved=False))
    assert set(data["commands"]) == {""}
    assert "The study has not ended" in section(page, "points")


def test_an_empty_front(tmp_path):
    page, _ = written(write_study(tmp_path / "study", 60, constraints={"force_time": 1e-3}))
    assert "the front is empty" in section(page, "front")
    assert section(page, "points") is None


@pytest.mark.parametrize("objectives", [("forces_mae", "force_time"), THREE])
def test_the_picture(tmp_path, objectives):
    tuned = pl.tune.load(write_study(tmp_path / "study", objectives=objectives))
    front_figure(tuned, tmp_path / "front.png", {"NEP": (30.0, 0.1)})
    assert (tmp_path / "front.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing(tmp_path):
    tuned = pl.tune.load(write_study(tmp_path / "study", 40, constraints={"force_time": 1e-3}))
    with pytest.raises(TuneError, match="no point of the front"):
        front_figure(tuned, tmp_path / "front.png")
    with pytest.raises(TuneError, match="no point of the front has both"):
        front_figure(
            pl.tune.load(write_study(tmp_path / "b", 40)), tmp_path / "front.png", x="nothing"
        )


def test_numbers_survive_in_the_picture(tmp_path):
    """Logarithmic axes where everything is positive, else plain ones; no warning either way."""
    tuned = pl.tune.load(write_study(tmp_path / "study", change=signs, saved=False))
    front_figure(tuned, tmp_path / "front.pdf")
    assert np.min([p.objectives["forces_mae"].value for p in tuned.front]) < 0
    assert (tmp_path / "front.pdf").stat().st_size > 1000


def test_potentials_that_are_not_saved_are_drawn_apart(tmp_path):
    """Of a long front some potentials are saved; the others were on it by estimates alone."""
    folder = write_study(tmp_path / "study")
    document = json.loads((folder / "front.json").read_text())
    all_points = document["points"]
    document["points"] = all_points[::3]
    (folder / "front.json").write_text(json.dumps(document))
    page, data = written(folder)
    traces = {t["name"]: t for t in data["figures"]["front-forces_mae-force_time"]["traces"]}
    assert len(traces["front"]["x"]) == len(all_points[::3])
    apart = traces["front of the search, not saved"]
    assert len(apart["x"]) == len(all_points) - len(all_points[::3])
    assert "estimates of the cost model" in section(page, "front")
    front_figure(pl.tune.load(folder), tmp_path / "front.png")
