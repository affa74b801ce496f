"""Kill -9 at any moment, then the same command: the same database, and nothing calculated twice."""

import signal
import time

import numpy as np
import pytest
from ase.db import connect
from label_commands import pool, started
from process_groups import kill_after, left_of

from potlearn.workflows.labels import summarise


def contents(folder):
    """What the rows of the database hold, but for times."""
    return [
        (row.id, row.unique_id, row.labelling, row.get("energy"), row.get("forces", 0), row.data)
        for row in connect(folder / "a.db").select()
    ]


def check_kills(tmp_path, frames, workers, kills, rng):
    """Kill a run so often, end it, and compare with a run that nobody killed."""
    number = pool(tmp_path / "whole", frames)
    start = time.monotonic()
    whole = started(tmp_path / "whole", 1)
    whole.communicate(timeout=120)
    assert whole.returncode == 0
    duration = time.monotonic() - start
    pool(tmp_path / "killed", frames)
    for _ in range(kills):
        kill_after(started(tmp_path / "killed", workers), rng.uniform(0.3, 1.0) * duration)
    process = started(tmp_path / "killed", workers)
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert f"{number - 4} of {number} configurations have labels" in said
    np.testing.assert_equal(contents(tmp_path / "killed"), contents(tmp_path / "whole"))
    done = len((tmp_path / "killed" / "log").read_text())
    assert done <= number + kills * 2 * workers


def check_kills_of_two(tmp_path, frames, kills, rng):
    """Of two commands that share the work, one or the other is killed and begins again."""
    number = pool(tmp_path / "killed", frames)
    commands = [started(tmp_path / "killed", workers, pause=0.2) for workers in (1, 2)]
    for k in rng.integers(2, size=kills):
        time.sleep(rng.uniform(1.0, 3.0))
        commands[k].kill()
        commands[k].communicate()
        commands[k] = started(tmp_path / "killed", k + 1, pause=0.2)
    for process in commands:
        said, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        assert f"{number - 4} of {number} configurations have labels" in said
    rows = contents(tmp_path / "killed")
    assert len(rows) == number
    assert {row[2] for row in rows} == {"done", "failed"}
    assert len((tmp_path / "killed" / "log").read_text()) <= number + kills * 4


def test_one_of_two_commands_is_killed(tmp_path, frames):
    check_kills_of_two(tmp_path, frames, 2, np.random.default_rng(3))


@pytest.mark.slow
def test_thirty_kills_of_two_commands(tmp_path, frames):
    check_kills_of_two(tmp_path, frames, 30, np.random.default_rng(4))


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_runs_give_the_same_database(tmp_path, frames, workers):
    check_kills(tmp_path, frames, workers, 3, np.random.default_rng(workers))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_thirty_kills_give_the_same_database(tmp_path, frames, workers):
    check_kills(tmp_path, frames, workers, 30, np.random.default_rng(10 + workers))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_words(tmp_path, frames, workers, number, code):
    pool(tmp_path / "a", frames)
    process = started(tmp_path / "a", workers)
    until = time.monotonic() + 60
    while not (tmp_path / "a" / "log").exists() and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said.endswith("the same command continues from what was saved\n")
    assert "Traceback" not in said
    assert left_of(process.pid) == []
    assert summarise(tmp_path / "a" / "a.db").n_planned > 0
