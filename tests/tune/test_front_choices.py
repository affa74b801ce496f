"""The choice between points of a front: which one, and why."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from study_folders import write_study

import potlearn as pl
from potlearn.errors import DataError, ModelFileError, TuneError


def write(folder, points, objectives=("forces_mae", "force_time"), errors=None, **more):
    """A folder with a front of (trial, forces_mae, force_time)."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = [
        {
            "trial": trial,
            "objectives": dict(zip(objectives, values, strict=True)),
            "parameters": {"descriptor.family": "ace", "descriptor.cutoff": 5.0},
            "model": f"front/trial_{trial:04d}/model.potl",
            "config": f"front/trial_{trial:04d}/fit.yaml",
            "values": {"energy_mae": 0.002 + 0.0001 * trial},
            "survival": None,
        }
        for trial, *values in points
    ]
    document = {"objectives": list(objectives), "constraints": {}, "points": entries, **more}
    (folder / "front.json").write_text(json.dumps(document))
    if errors is not None:
        np.savez(folder / "errors.npz", **errors)
    return folder


def per_configuration(points, spread, n=400, shared=0.2):
    """Errors that go up and down together; ``spread`` is that of each trial on its own."""
    rng = np.random.default_rng(0)
    common = rng.normal(1, shared, n)
    arrays = {}
    for trial, error, *_ in points:
        e = np.maximum(common + rng.normal(0, spread, n), 0.01)
        arrays[f"trial_{trial:04d}/forces"] = error * e / e.mean()
        arrays[f"trial_{trial:04d}/forces_n"] = np.full(n, 24.0)
    return arrays


POINTS = [(3, 0.060, 40.0), (7, 0.0602, 10.0), (9, 0.075, 4.0), (12, 0.12, 2.0)]


@pytest.fixture
def tuned(tmp_path):
    return pl.tune.load(write(tmp_path / "study", POINTS, errors=per_configuration(POINTS, 0.1)))


def test_a_folder_written_by_hand(tuned):
    assert [p.trial for p in tuned.front] == [3, 7, 9, 12]
    first = tuned.front[0]
    assert first.objectives["forces_mae"].value == 0.060
    low, high = first.objectives["forces_mae"].low, first.objectives["forces_mae"].high
    assert low < 0.060 < high
    assert first.objectives["force_time"].low is None
    assert first.command == f"potlearn fit {tuned.folder}/front/trial_0003/fit.yaml"
    assert first.model == tuned.folder / "front/trial_0003/model.potl"


def test_the_fastest_within_one_standard_error(tuned):
    chosen = tuned.fastest(within_se=1)
    assert chosen.trial == 7
    assert "4 times as fast" in chosen.why
    assert "trial 3" in chosen.why
    assert tuned.fastest(within_se=0).trial == 3


def test_errors_are_paired(tmp_path):
    """Trials that go up and down together differ clearly, though each alone is uncertain."""
    alone = pl.tune.load(write(tmp_path / "a", POINTS, errors=per_configuration(POINTS, 1e-3)))
    assert alone.fastest().trial == 3
    assert alone.front[0].objectives["forces_mae"].high > 0.0602


def test_the_knee(tuned):
    chosen = tuned.knee()
    assert chosen.trial in (7, 9)
    assert "Nearest to the best" in str(chosen)


def test_the_best_below(tuned):
    assert tuned.best(below={"force_time": 20}).trial == 7
    assert tuned.best(below={"force_time": 4}).trial == 9
    assert tuned.best("energy_mae").trial == 3
    assert tuned.best("force_time", below={"forces_mae": 0.1}).trial == 9
    assert "20 µs/atom or less" in tuned.best(below={"force_time": 20}).why
    with pytest.raises(
        TuneError, match="no point of the front is at or below force time 1 µs/atom"
    ):
        tuned.best(below={"force_time": 1})
    with pytest.raises(TuneError, match="did you mean 'force_time'"):
        tuned.best(below={"forcetime": 1})


def test_no_errors_per_configuration(tmp_path):
    tuned = pl.tune.load(write(tmp_path / "study", POINTS))
    assert tuned.front[0].objectives["forces_mae"].low is None
    assert tuned.knee().trial in (7, 9)
    with pytest.raises(TuneError, match="no errors per configuration"):
        tuned.fastest()


def test_a_folder_that_is_no_study(tmp_path):
    with pytest.raises(DataError, match="not the folder of a study"):
        pl.tune.load(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        pl.tune.load(tmp_path / "nothing")


def test_the_example(tmp_path):
    """Prints the choices of a study, each with its reason."""
    example = Path(__file__).parents[2] / "examples" / "choose_from_front.py"
    folder = write_study(tmp_path / "study")
    done = subprocess.run([sys.executable, example, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "standard error" in done.stdout
    assert "20 µs/atom or less" in done.stdout
    assert f"potlearn fit {folder}/front/trial_" in done.stdout


def test_another_error_than_the_objectives(tmp_path):
    tuned = pl.tune.load(write_study(tmp_path / "study"))
    assert "energy MAE" in tuned.fastest(of="energy_mae").why


def test_a_saved_point_is_loaded(tmp_path):
    tuned = pl.tune.load(write_study(tmp_path / "study"))
    point = tuned.knee()
    with pytest.raises(ModelFileError, match=r"model\.potl"):
        point.load()
    point.model.parent.mkdir(parents=True)
    pl.LinearPotential.save(potential(), point.model)
    assert point.load().species == ("Si",)


def potential():
    descriptor = pl.ACE(("Si",), cutoff=3.5, order=2, nmax=2, lmax=(0, 2))
    return pl.LinearPotential(descriptor, np.ones(1 + descriptor.n_features))


def test_an_unfinished_study(tmp_path):
    """Points of the trials so far: no intervals, nothing saved, but an answer."""
    tuned = pl.tune.load(write_study(tmp_path / "study", saved=False))
    assert (
        tuned.best().trial
        == min(
            (t for t in tuned.trials if t.state == "done"), key=lambda t: t.values["forces_mae"]
        ).number
    )
    with pytest.raises(TuneError, match="has not ended"):
        _ = tuned.knee().command
    with pytest.raises(TuneError, match="has not ended"):
        tuned.knee().load()


def test_one_objective(tmp_path):
    tuned = pl.tune.load(write_study(tmp_path / "study", objectives=("forces_mae",)))
    (only,) = tuned.front
    assert tuned.best().trial == tuned.knee().trial == tuned.fastest().trial == only.trial


def test_no_feasible_trial(tmp_path):
    tuned = pl.tune.load(write_study(tmp_path / "study", constraints={"force_time": 1e-3}))
    for ask in (tuned.best, tuned.knee, tuned.fastest):
        with pytest.raises(TuneError, match="the front is empty"):
            ask()
    assert "none is done that keeps the constraints" in str(tuned)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("front.json", "{", "not JSON"),
        ("front.json", "[]", "expected a section"),
        ("front.json", '{"objectives": ["a"], "points": [{"trial": 1}]}', r"points\[0\]: no"),
        ("trials.json", '{"trials": [{"number": -1}]}', r"trials.*number.*from 0"),
        ("trials.json", '{"trials": [{"number": 1, "parameters": {}, "state": "lost"}]}', "'lost'"),
        ("errors.npz", "PK", "not a file of arrays"),
    ],
)
def test_damaged_files(tmp_path, name, text, words):
    folder = write_study(tmp_path / "study")
    (folder / name).write_text(text)
    with pytest.raises(DataError, match=words) as raised:
        pl.tune.load(folder)
    assert str(folder / name) in str(raised.value)
