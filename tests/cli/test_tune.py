"""``potlearn tune`` on the command line: killed, continued, stopped, shown, asked wrongly."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
import yaml
from ase import Atoms
from ase.io import read, write
from process_groups import left_of
from tuning_data import settings

import potlearn as pl
from potlearn import tasks

ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]


def written(copper, folder, **changes):
    """Configuration file of a search whose results have no measured times."""
    changes = {"objectives": ["forces_mae", "n_functions"], **changes}
    path = folder.parent / f"{folder.name}.yaml"
    path.write_text(yaml.safe_dump(settings(copper, folder, **changes)))
    return path


def started(path, *arguments):
    """The command in a process group of its own, which answers to Ctrl-C."""
    command = [sys.executable, "-m", "potlearn.cli", "tune", path, *arguments]
    return subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def until(process, moment):
    """Wait for a moment of a command."""
    while not moment():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.002)


def finished(folder):
    """Trials in the storage that are finished."""
    path = folder / "trials.journal"
    text = path.read_text() if path.is_file() else ""
    return sum('"state":1' in line for line in text.splitlines())


MOMENTS = {
    "passes": lambda folder: any((folder / "passes").glob("*")),
    "a trial": lambda folder: finished(folder) >= 2,
    "some trials": lambda folder: finished(folder) >= 7,
    "the front": lambda folder: any((folder / "front").glob("*")),
    "the end": lambda folder: (folder / "errors.npz").exists(),
}


@pytest.fixture(scope="module")
def whole(copper, tmp_path_factory):
    """The same search without an interruption."""
    folder = tmp_path_factory.mktemp("whole")
    return tasks.tune(yaml.safe_load(written(copper, folder).read_text())).folder


def assert_same(folder, whole):
    ours, theirs = pl.tune.load(folder), pl.tune.load(whole)
    assert [t.number for t in ours.trials] == list(range(12))
    for one, other in zip(ours.trials, theirs.trials, strict=True):
        assert (one.parameters, one.state) == (other.parameters, other.state)
        assert one.values == pytest.approx(other.values, rel=1e-8)
    assert [p.trial for p in ours.front] == [p.trial for p in theirs.front]
    for one, other in zip(ours.front, theirs.front, strict=True):
        coefficients = other.load().coefficients
        np.testing.assert_allclose(one.load().coefficients, coefficients, rtol=1e-8)


def test_a_search_that_is_killed_at_any_moment_continues(copper, whole, tmp_path):
    path = written(copper, tmp_path / "out")
    for moment in MOMENTS.values():
        with started(path) as process:
            until(process, lambda at=moment: at(tmp_path / "out"))
            os.killpg(process.pid, signal.SIGKILL)
    with started(path) as process:
        assert process.wait() == 0, process.stderr.read()
    assert_same(tmp_path / "out", whole)


@pytest.mark.parametrize(("number", "code", "word"), ENDS)
def test_a_signal_ends_a_search_in_words(copper, whole, tmp_path, number, code, word):
    path = written(copper, tmp_path / "out")
    with started(path, "--workers", 2) as process:
        until(process, lambda: MOMENTS["a trial"](tmp_path / "out"))
        os.killpg(process.pid, number)
        said = process.communicate()[1]
    assert process.returncode == code
    assert said.endswith(f"{word}; the same command continues from what was saved\n")
    assert "Traceback" not in said
    assert not left_of(process.pid)
    assert not list(tmp_path.rglob("*.part*"))
    tasks.tune(yaml.safe_load(path.read_text()))
    assert_same(tmp_path / "out", whole)


def test_a_search_is_shown_while_it_runs(copper, tmp_path, run):
    path, folder = written(copper, tmp_path / "out"), tmp_path / "out"
    with started(path) as process:
        until(process, lambda: (folder / "trials.json").exists())
        first = run("tune", folder, "--show")
        until(process, lambda: len(pl.tune.load(folder).trials) == 8)
        os.killpg(process.pid, signal.SIGSTOP)
        second = run("tune", folder, "--show")
        os.killpg(process.pid, signal.SIGKILL)
    assert first.exit_code == second.exit_code == 0
    assert "8 trials: 8 done" in second.output
    assert "knee" in second.output


def test_more_trials_show_no_old_front(copper, tmp_path):
    path, folder = written(copper, tmp_path / "out", search={"trials": 4}), tmp_path / "out"
    tasks.tune(yaml.safe_load(path.read_text()))
    assert pl.tune.load(folder).front[0].model is not None
    with started(path, "--trials", 12) as process:
        until(process, lambda: len(pl.tune.load(folder).trials) == 8)
        os.killpg(process.pid, signal.SIGKILL)
    found = pl.tune.load(folder)
    best = min(trial.values["forces_mae"] for trial in found.trials)
    assert found.best("forces_mae").values["forces_mae"] == best


def test_a_search_ends_in_time_and_continues(copper, whole, tmp_path, run):
    path = written(copper, tmp_path / "out")
    short = run("tune", path, "--time", "0.001s")
    assert short.exit_code == 0
    assert "the same search continues later" in short.output
    assert len(pl.tune.load(tmp_path / "out").trials) < 12
    assert run("tune", path).exit_code == 0
    assert_same(tmp_path / "out", whole)


def test_a_locked_database_is_named(copper, tmp_path, run, monkeypatch):
    monkeypatch.setattr("potlearn.tune.search.storage.record.PATIENCE", 0.2)
    url = f"sqlite:///{tmp_path}/trials.db"
    path = written(copper, tmp_path / "out", search={"storage": url, "trials": 1})
    assert run("tune", path).exit_code == 0
    lock = sqlite3.connect(tmp_path / "trials.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    found = run("tune", path, "--trials", "2")
    lock.close()
    assert found.exit_code == 2
    assert f"{url}: the storage does not answer: database is locked" in found.output


def test_a_storage_that_cannot_be_written_is_named(copper, tmp_path, run):
    path = written(copper, tmp_path / "out")
    (tmp_path / "out" / "trials.journal").mkdir()
    found = run("tune", path)
    assert found.exit_code == 2
    assert "trials.journal" in found.output


@pytest.fixture(scope="module")
def files(copper, tmp_path_factory):
    """Data that lack something."""
    folder = tmp_path_factory.mktemp("files")
    frames = []
    for frame in read(copper / "copper.extxyz", ":"):
        atoms = frame.copy()  # without its calculator
        atoms.info["REF_energy"] = frame.get_potential_energy()
        frames.append(atoms)
    write(folder / "energies.extxyz", frames)
    write(folder / "one.extxyz", frames[:1])
    other = frames[0].copy()
    other.symbols[:] = "Al"
    write(folder / "aluminium.extxyz", [other])
    alone = Atoms("Cu", cell=[20, 20, 20], info={"REF_energy": -0.1})
    write(folder / "isolated.extxyz", [alone])
    return folder


BAD = {
    "a reversed range": (
        {"space": {"descriptor.cutoff": {"low": 5, "high": 4}}},
        "space: descriptor.cutoff: range from 5.0 to 4.0: low is above high",
    ),
    "an unknown key": (
        {"space": {"descriptor.cutof": [4.0]}},
        "did you mean 'descriptor.cutoff'?",
    ),
    "an objective that is NaN": (
        {"objectives": ["forces_mae", "tuning_data:nothing"], "search": {"trials": 2}},
        "all of the first 2 trials failed, 2 of them with: objective tuning_data:nothing is NaN",
    ),
    "no forces": (
        {"data": {"file": "energies.extxyz"}},
        "forces_mae needs forces, which no configuration of the validation set has (keys REF_for",
    ),
    "no stress": (
        {"data": {"file": "energies.extxyz"}, "objectives": ["n_functions", "stress_rmse"]},
        "stress_rmse needs stress",
    ),
    "one configuration": ({"data": {"file": "one.extxyz"}}, "one configuration cannot be split"),
    "isolated atoms": ({"data": {"file": "isolated.extxyz"}}, "no configurations but isolated"),
    "other elements in the validation set": (
        {"data": {"train": "energies.extxyz", "validation": "aluminium.extxyz"},
         "objectives": ["energy_mae"]},
        "aluminium.extxyz:0: element Al; expected only Cu",
    ),
    "a file as folder": ({"output": {"folder": "energies.extxyz"}}, "Not a directory"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_answered_in_words(copper, files, tmp_path, run, changes, words):
    path = written(copper, tmp_path / "out", **changes)
    moved = files / f"{abs(hash(words))}.yaml"  # paths in it start from its folder
    moved.write_text(path.read_text())
    found = run("tune", moved)
    assert found.exit_code == 2
    assert words in found.output
    assert found.output.startswith("error: ")
    assert not any((tmp_path / "out" / "passes").glob("*")) or "all of the first" in words


def test_data_without_forces_have_objectives_of_energies(copper, files, tmp_path):
    given = settings(copper, tmp_path, data={"file": str(files / "energies.extxyz")})
    outcome = tasks.tune(given | {"search": {"trials": 2}})
    assert outcome.tuned.objectives == ("energy_mae", "force_time")


def test_constraints_that_nothing_keeps_are_said(copper, tmp_path, run):
    limits = {"n_functions": 1, "forces_mae": 1e-9}
    path = written(copper, tmp_path / "out", constraints=limits, search={"trials": 4})
    found = run("tune", path)
    assert found.exit_code == 0
    for name in limits:
        assert f"{name}: expected at most {limits[name]:g}, nearest" in found.output


def test_folders_that_are_no_search_are_named(tmp_path, run):
    (tmp_path / "a.txt").touch()
    for path, words in [
        (tmp_path, "not the folder of a study"),
        (tmp_path / "nowhere", "no such folder"),
        (tmp_path / "a.txt", "is a file; expected the folder"),
    ]:
        found = run("tune", path, "--show")
        assert found.exit_code == 2
        assert words in found.output


def test_a_finished_search_is_shown_and_not_searched(whole, run):
    found = run("tune", whole, "--show")
    assert found.exit_code == 0
    assert "12 trials: 12 done" in found.output
    asked = run("tune", whole)
    assert asked.exit_code == 2
    assert "continue it with potlearn tune" in asked.output


def test_configurations_of_other_commands_are_named(copper, tmp_path, run):
    path = written(copper, tmp_path / "out")
    found = run("fit", path)
    assert found.exit_code == 2
    assert f"use potlearn tune {path}" in found.output


def test_a_configuration_of_a_fit_is_searched(copper, tmp_path, run):
    settings(copper, tmp_path / "out")  # the cost model
    options = ["--output", tmp_path / "out", "--trials", 2]
    small = ["output.report=false", "output.survival=false", "output.models=1"]
    found = run("tune", copper / "fit.yaml", *options, *(x for s in small for x in ("--set", s)))
    assert found.exit_code == 0
    assert json.loads((tmp_path / "out" / "front.json").read_text())["points"]
