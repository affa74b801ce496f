"""What fails is recorded with its reason and set aside; what no label can come from is an error."""

import sqlite3
import subprocess
import sys
import threading

import pytest
from argon import ARGON, solid
from ase.build import bulk

from potlearn.errors import LabellingError, OutputError
from potlearn.runtime import Dask, Processes
from potlearn.workflows.labels import CalculatorSpec, database, label, summarise


def spec(fault, **settings):
    return CalculatorSpec("calculators:faulty", {"fault": fault, **settings})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("nan", "energy is not finite (nan)"),
        ("infinite_force", "forces is not finite (inf)"),
        ("unconverged", "the calculation did not converge"),
        ("raises", "SCFError: the density oscillates"),
        ("shape", "forces has shape (16, 2); expected (16, 3)"),
        ("no_energy", "the calculator gave no energy"),
    ],
)
def test_a_failure_is_recorded_and_set_aside(tmp_path, frames, fault, reason):
    log = tmp_path / "log"
    bad = spec(fault, log=str(log))
    found = label(frames, bad, tmp_path / "a.db")
    assert found.indices == [0, 1, 3, 4]
    (failure,) = found.failed
    assert (failure.index, failure.reason) == (2, reason)
    assert summarise(tmp_path / "a.db").reasons == {reason: [3]}
    again = label(frames, bad, tmp_path / "a.db")
    assert (again.n_calculated, again.failed) == (0, found.failed)
    assert len(log.read_text()) == 5
    label(frames, bad, tmp_path / "a.db", retry=True)
    assert len(log.read_text()) == 6


def test_what_failed_may_succeed_when_it_is_tried_again(tmp_path, frames, monkeypatch):
    import calculators

    bad = spec("nan")
    assert label(frames, bad, tmp_path / "a.db").failed
    monkeypatch.setattr(calculators.Faulty, "nan", lambda _: None)
    again = label(frames, bad, tmp_path / "a.db", retry=True)
    assert (len(again.frames), again.failed, again.n_calculated) == (5, [], 1)
    assert summarise(tmp_path / "a.db").n_failed == 0


def test_atoms_that_overlap_are_not_calculated(tmp_path, frames):
    frames[1].positions[1] = frames[1].positions[0]
    found = label(frames, CalculatorSpec("emt"), tmp_path / "a.db")
    assert found.failed[0].index == 1
    assert "atoms 0 and 1 are 0 Å apart" in found.failed[0].reason


def test_elements_that_nobody_knows_are_set_aside(tmp_path, frames):
    found = label([bulk("Si"), *frames], CalculatorSpec("emt"), tmp_path / "a.db")
    assert [failure.index for failure in found.failed] == [0]
    assert "No EMT-potential for Si" in found.failed[0].reason
    ARGON.save(tmp_path / "argon.potl")
    spec = CalculatorSpec(str(tmp_path / "argon.potl"))
    found = label([solid(1), bulk("Si")], spec, tmp_path / "b.db")
    assert [failure.index for failure in found.failed] == [1]
    assert "SpeciesError" in found.failed[0].reason
    assert "Si" in found.failed[0].reason


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no_engine", "CalculatorSetupError: no command"),
        ("no_binary", "No such file or directory: 'pw.x'"),
        ("full_disk", "No space left on device"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_an_engine_that_is_absent_stops_the_work(tmp_path, frames, fault, message, workers):
    """It is no fault of the configuration: labels so far are kept, nothing is set aside."""
    executor = Processes(2) if workers == 2 else None
    with pytest.raises(LabellingError, match=message):
        label(frames, spec(fault), tmp_path / "a.db", executor=executor)
    found = summarise(tmp_path / "a.db")
    assert found.n_failed == 0
    assert found.n_done + found.n_planned == 5
    assert found.n_planned >= 1


@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_a_calculation_that_kills_its_worker_is_set_aside(tmp_path, frames, kind):
    executor = Processes(2) if kind == "processes" else Dask(n_workers=2)
    found = label(frames, spec("dies"), tmp_path / "a.db", executor=executor)
    assert found.indices == [0, 1, 3, 4]
    assert found.failed[0].index == 2
    assert "worker" in found.failed[0].reason


def test_a_result_waits_for_no_other(tmp_path, frames):
    """With two workers, labels after a slow configuration are kept while it is calculated."""
    kept_before = []

    def look(done, total):
        kept_before.append(summarise(tmp_path / "a.db").n_done)

    slow = spec("slow")
    found = label(frames, slow, tmp_path / "a.db", executor=Processes(2), progress=look)
    assert len(found.frames) == 5
    assert kept_before == [1, 2, 3, 4, 5]


def test_a_locked_database_is_waited_for(tmp_path, frames):
    label(frames[:1], CalculatorSpec("emt"), tmp_path / "a.db")
    other = sqlite3.connect(tmp_path / "a.db", check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    end = threading.Timer(1.0, other.rollback)
    end.start()
    assert label(frames, CalculatorSpec("emt"), tmp_path / "a.db").n_calculated == 4
    end.join()
    other.close()


def test_a_database_that_stays_locked_is_an_error(tmp_path, frames, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    label(frames[:1], CalculatorSpec("emt"), tmp_path / "a.db")
    other = sqlite3.connect(tmp_path / "a.db")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(
        OutputError, match=r"another program has held this database locked for 0\.2"
    ):
        label(frames, CalculatorSpec("emt"), tmp_path / "a.db")
    other.rollback()
    other.close()
    assert label(frames, CalculatorSpec("emt"), tmp_path / "a.db").n_calculated == 4


FULL = """
import resource, sys
from ase.build import bulk
from potlearn.errors import OutputError
from potlearn.workflows.labels import CalculatorSpec, label
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
frames = [bulk("Cu", a=3.4 + 0.001 * k) * (3, 3, 3) for k in range(200)]
try: label(frames, CalculatorSpec("emt"), "a.db")
except OutputError as error: print(error)
"""


def test_a_full_disk_is_named(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert "a.db: the database cannot be used: " in done.stdout, done.stderr
    frames = [bulk("Cu", a=3.4 + 0.001 * k) * (3, 3, 3) for k in range(3)]
    assert len(label(frames, CalculatorSpec("emt"), tmp_path / "a.db").frames) == 3
