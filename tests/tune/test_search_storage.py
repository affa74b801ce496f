"""Where trials are kept: damaged, locked and foreign storages, kills, and several drivers."""

import fcntl
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from searches import open_study, outcomes, space

from potlearn.errors import DataError, OutputError, PotlearnError, TuneError
from potlearn.tune import Choice, Shared, Space, Study
from potlearn.tune.search import search
from potlearn.tune.search.storage import journal, record

TESTS = Path(__file__).parents[1]
# Trials are evaluated slowly by a process that is killed at any moment.
DRIVER = """
import sys, time
from pathlib import Path
from searches import open_study, outcomes
from potlearn.tune import Shared
from potlearn.tune.search import search

def evaluate(asked):
    for one in outcomes(asked):
        time.sleep(0.02)
        print(one.number, flush=True)
        yield one

place, driver, trials = sys.argv[1:]
place = place if "://" in place else Path(place)
study = open_study(Shared(place, driver), sampler="random")
print("open", flush=True)
search(study, evaluate, trials=int(trials), batch=6)
"""


def start(place, driver="one", trials=40):
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(place), driver, str(trials)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(place, rng, **settings):
    """Numbers that a driver evaluated before it was killed, at a random moment."""
    process = start(place, **settings)
    assert process.stdout.readline() == "open\n"
    time.sleep(rng.uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert err == ""
    return out.split()


@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_kills_at_any_moment_lose_and_double_no_trial(tmp_path, kind):
    place = tmp_path / "t.journal" if kind == "journal" else f"sqlite:///{tmp_path}/t.db"
    whole = search(open_study(tmp_path / "w", sampler="random"), outcomes, trials=24, batch=6)
    rng = random.Random(1)
    for _ in range(3 if kind == "journal" else 2):
        killed(place, rng, trials=24)
    process = start(place, trials=24)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert open_study(Shared(place, "one"), sampler="random").trials() == whole.trials


def test_a_line_that_a_kill_left_unfinished_loses_no_complete_trial(tmp_path):
    path = tmp_path / "t.journal"
    before = search(open_study(path, sampler="random"), outcomes, trials=6, batch=3).trials
    lines = path.read_bytes().splitlines(keepends=True)
    for line in (lines[-1], lines[-2], b"\0" * 100):
        for cut in (1, len(line) // 2, len(line) - 1):
            path.write_bytes(b"".join(lines) + line[:cut])
            study = open_study(path, sampler="random")
            assert study.trials() == before
            asked = study.ask(3)
            study.tell(outcomes(asked)[0])
            again = open_study(path, sampler="random")
            assert again.trials()[:6] == before
            assert again.trials()[6].state == "done"
            assert again.ask(3) == asked[1:]


def test_two_drivers_share_a_database(tmp_path):
    url = f"sqlite:///{tmp_path}/t.db"
    processes = [start(url, name, 30) for name in ("one", "two")]
    parts = []
    for process in processes:
        out, err = process.communicate(timeout=100)
        assert (process.returncode, err) == (0, "")
        parts.append({int(number) for number in out.split()[1:]})
    trials = open_study(Shared(url, "three"), sampler="random").trials()
    assert {trial.state for trial in trials} == {"done"}
    assert 30 <= len(trials) <= 36  # both may have asked for a last batch
    assert not parts[0] & parts[1]
    assert parts[0] | parts[1] == set(range(len(trials)))
    points = {json.dumps(dict(trial.parameters), sort_keys=True) for trial in trials}
    assert len(points) == len(trials)


def test_trials_of_another_driver_are_taken_over_when_it_is_dead(tmp_path):
    url = f"sqlite:///{tmp_path}/t.db"

    def shared(driver, **settings):
        return open_study(Shared(url, driver, **settings), sampler="random")

    asked = shared("one").ask(3)
    assert [number for number, _ in shared("two").ask(2)] == [3, 4]
    time.sleep(0.02)
    assert shared("three", stale=0.01).ask(3) == asked
    killed(url, random.Random(0), driver="four", trials=400)
    left = {trial.number for trial in shared("five").trials() if trial.state == "running"}
    taken = {number for number, _ in shared("five").ask(10)}
    assert taken == left - {0, 1, 2, 3, 4} or not left - {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seed": 1}, r"t.journal: this file belongs to another search \(other seed\)"),
        ({"sampler": "random"}, r"\(other sampler\)"),
        ({"constraints": {"time": 3}}, r"\(other constraints.time\)"),
        ({"content": {"data": "b"}}, r"\(other data\)"),
        ({"content": {"data": "a", "fit": 1}}, r"\(other fit\)"),
    ],
)
def test_a_study_of_other_content_is_refused_and_says_what_differs(tmp_path, settings, words):
    open_study(tmp_path / "t.journal", content={"data": "a"})
    with pytest.raises(DataError, match=words):
        open_study(tmp_path / "t.journal", **{"content": {"data": "a"}, **settings})


def test_another_space_is_refused_and_its_key_named(tmp_path):
    open_study(tmp_path / "t.journal")
    parts = dict(space().parameters) | {"family": Choice(["ace", "pod"])}
    with pytest.raises(DataError, match=r"\(other space.family\)"):
        Study.open(tmp_path / "t.journal", Space(parts, space().when), ["error", "time"])
    with pytest.raises(DataError, match=r"\(other objectives\)"):
        Study.open(tmp_path / "t.journal", space(), ["error"])


@pytest.mark.parametrize(
    "content",
    [b"step,energy\n1,2\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"[1]\n", b'{"a": 1}\n'],
)
def test_a_file_that_holds_no_trials_is_an_error_and_stays(tmp_path, content):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"data.csv: this file does not hold trials: line 1"):
        open_study(path)
    assert path.read_bytes() == content


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "t.journal"
    search(open_study(path), outcomes, trials=4)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], b'{"op_co\n', *lines[6:]]))
    with pytest.raises(DataError, match=r"t.journal: these trials are damaged: line 6: expected"):
        open_study(path)


def test_a_folder_and_a_place_without_permission_are_errors(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        open_study(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        open_study(tmp_path / "file" / "t.journal")


def test_a_locked_journal_is_an_error_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
    path = tmp_path / "t.journal"
    study = open_study(path)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(TuneError, match=r"t.journal: another process has had this file locked"):
            study.ask(1)
    assert len(study.ask(1)) == 1


def test_a_locked_database_is_an_error_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "PATIENCE", 0.05)
    open_study(f"sqlite:///{tmp_path}/t.db")
    other = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(TuneError, match=r"t.db: the storage does not answer: database is locked"):
        open_study(f"sqlite:///{tmp_path}/t.db").ask(1)
    other.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "nonsense: "),
        ("sqlite:////no/such/folder/t.db", "t.db: the storage does not answer: unable to open"),
        ("oracle://me:secret@host/x", "oracle://host/x: the driver of this database is missing"),
        ("what://me:secret@host/x", "what://host/x: "),
    ],
)
def test_a_database_that_cannot_be_reached_is_an_error_without_the_password(url, words):
    with pytest.raises(PotlearnError, match=words) as raised:
        open_study(url)
    assert "secret" not in str(raised.value)
