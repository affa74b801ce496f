"""Several ``potlearn label`` at once on one database: nothing is calculated twice."""

import os
import signal
import time
from contextlib import closing

import pytest
from ase.db import connect
from label_commands import pool, started

from potlearn.errors import LabellingError
from potlearn.workflows.labels import CalculatorSpec, claims, label
from potlearn.workflows.labels.database import LabelDatabase

HANG = ("--set", "hang=hang")
"""The calculation that finds a file of this name hangs."""


def finished(process):
    said, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return said


def check_shared(folder, number, **options):
    """Two commands at once calculate every label once, and both have all of them."""
    for process in [started(folder, pause=0.2, **options) for _ in range(2)]:
        assert f"{number - 4} of {number} configurations have labels" in finished(process)
    assert len((folder / "log").read_text()) == number


def test_two_commands_share_the_work(tmp_path, frames):
    number = pool(tmp_path / "a", frames)
    check_shared(tmp_path / "a", number)
    for row in connect(tmp_path / "a" / "a.db").select():
        assert set(row.key_value_pairs) == {"labelling"}


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_two_commands_share_a_database_of_postgresql(tmp_path, frames, url):
    """They also make its tables, of which there are none."""
    psycopg2 = pytest.importorskip("psycopg2")
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    number = pool(tmp_path / "a", frames)
    check_shared(tmp_path / "a", number, database=url)


def test_what_a_killed_command_was_at_is_taken_over(tmp_path, frames):
    """The calculation of the first one never ends: the second waits for it, until it is killed."""
    pool(tmp_path / "a", frames)
    (tmp_path / "a" / "hang").write_text("")
    first = started(tmp_path / "a", more=HANG)
    _until((tmp_path / "a" / "hang.now").exists, first)
    second = started(tmp_path / "a", more=HANG)
    _until(lambda: len(_planned(tmp_path / "a")) == 1, second)
    assert second.poll() is None
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert "16 of 20 configurations have labels: 20 calculated now" in finished(second)


def _until(condition, process, patience=120.0):
    until = time.monotonic() + patience
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


def _planned(folder):
    path = folder / "a.db"
    return list(connect(path).select(labelling="planned")) if path.exists() else []


def claimed_elsewhere(path, frames):
    """A database in which a command of another machine has claimed a configuration."""
    label(frames, CalculatorSpec("emt"), path)
    with connect(path) as database:
        database.update(1, labelling="planned", worker="other:1 77 1234 abcd", beat=3)


def test_a_claim_of_another_machine_is_waited_for(tmp_path, frames, monkeypatch):
    path = tmp_path / "a.db"
    claimed_elsewhere(path, frames)
    looks = []

    def sleep(_):
        """The other machine counts once, and then writes its result."""
        looks.append(1)
        with connect(path) as database:
            if len(looks) == 1:
                database.update(1, beat=4)
            else:
                database.update(1, labelling="done", delete_keys=["worker", "beat"])

    monkeypatch.setattr(claims, "sleep", sleep)
    found = label(frames, CalculatorSpec("emt"), path)
    assert (found.n_calculated, found.n_found, len(found.frames)) == (0, 5, 5)
    assert len(looks) == 2


def test_a_machine_that_says_nothing_any_more_is_not_waited_for(tmp_path, frames, monkeypatch):
    path = tmp_path / "a.db"
    claimed_elsewhere(path, frames)
    monkeypatch.setattr(claims, "SILENCE", 0.0)
    found = label(frames, CalculatorSpec("emt"), path)
    assert (found.n_calculated, found.n_found, len(found.frames)) == (1, 4, 5)


def test_a_machine_that_stopped_while_it_counted_is_not_waited_for(tmp_path, frames, monkeypatch):
    path = tmp_path / "a.db"
    claimed_elsewhere(path, frames)
    with connect(path) as database:
        database.update(2, labelling="planned", worker="other:1 77 1234 abcd", beat=4)
    monkeypatch.setattr(claims, "SILENCE", 1.5)
    found = label(frames, CalculatorSpec("emt"), path)
    assert (found.n_calculated, found.n_found, len(found.frames)) == (2, 3, 5)


def test_a_command_that_was_interrupted_leaves_no_claim(tmp_path, frames):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        label(frames, CalculatorSpec("emt"), tmp_path / "a.db", progress=stop)
    for row in connect(tmp_path / "a.db").select():
        assert set(row.key_value_pairs) == {"labelling"}


def test_a_failure_is_tried_again_by_one_command_alone(tmp_path, frames):
    """Two commands retry one failure; both read the database before either has calculated."""
    log = tmp_path / "log"
    spec = CalculatorSpec("calculators:faulty", {"fault": "nan", "log": str(log)})
    label(frames, spec, tmp_path / "a.db")
    done = []

    def other(*_):
        if not done:
            done.append(label(frames[2:3], spec, tmp_path / "a.db", retry=True))

    more = [frames[0].copy(), frames[2]]
    more[0].rattle(0.1, seed=9)
    found = label(more, spec, tmp_path / "a.db", retry=True, progress=other)
    assert done[0].n_calculated == 1
    assert (found.n_calculated, len(found.failed)) == (1, 1)
    assert len(log.read_text()) == 7


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_an_error_in_a_transaction_of_postgresql_leaves_the_rows(frames, url):
    label(frames, CalculatorSpec("emt"), url)
    database = LabelDatabase.at(url)
    key = next(database.select({"labelling": "done"}, ["id", "unique_id"])).unique_id

    def refuse(row):
        raise LabellingError("no")

    with pytest.raises(LabellingError, match="no"):
        database.update(key, refuse, {"beat": 1})
    assert key in database.rows([key])
