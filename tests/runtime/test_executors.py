"""One contract for every executor: order, errors, laziness, and workers that are killed."""

import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from potlearn.errors import ExecutionError, TooFewError
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Dask, Executor, InProcess, Processes, completed, make_executor, session

NAMES = ["in process", "processes", "dask"]


@dataclass(frozen=True)
class Scaled:
    """Work that carries something of its own."""

    factor: float

    def __call__(self, item):
        return item, np.arange(3.0) * self.factor * item


@dataclass(frozen=True)
class KillsItself:
    """Work that kills its process at item 3, as often as there are files to take away."""

    folder: Path

    def __call__(self, item):
        if item == 3:
            for flag in sorted(self.folder.iterdir()):
                flag.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return item * item


@dataclass(frozen=True)
class Slow:
    """Work that takes as long as its item says."""

    def __call__(self, item):
        time.sleep(0.05 * item)
        return item


SLOW = Slow()


def fails(item):
    if item == 2:
        raise TooFewError("only 2 rows", available=2)
    return item


def threads_of_blas(_):
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.fixture(scope="module")
def scheduler():
    """Address of a Dask cluster of two processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=NAMES)
def executor(request):
    if request.param == "dask":
        return Dask(request.getfixturevalue("scheduler"))
    return {"in process": InProcess(), "processes": Processes(2)}[request.param]


def test_is_an_executor(executor):
    assert isinstance(executor, Executor)


def test_results_come_in_order(executor):
    results = list(executor.map(Scaled(2.0), range(9)))
    assert [item for item, _ in results] == list(range(9))
    assert all(np.array_equal(row, np.arange(3.0) * 2 * k) for k, row in results)


def test_no_items_give_no_results(executor):
    assert list(executor.map(Scaled(1.0), [])) == []


def test_errors_of_the_work_come_through(executor):
    results = executor.map(fails, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(TooFewError, match="only 2 rows") as caught:
        next(results)
    assert caught.value.available == 2


def test_items_are_taken_as_workers_need_them(executor):
    taken = []
    results = executor.map(Scaled(1.0), (taken.append(k) or k for k in range(50)))
    next(results)
    assert len(taken) <= 6
    results.close()
    assert len(taken) <= 6


def test_blas_has_one_thread(executor):
    (threads,) = executor.map(threads_of_blas, [0])
    assert set(threads) == {1}


def test_completed_results_have_the_places_of_their_items(executor):
    found = dict(completed(executor, Scaled(2.0), range(9)))
    assert sorted(found) == list(range(9))
    assert [found[k][0] for k in range(9)] == list(range(9))


def test_errors_of_completed_work_come_through(executor):
    with pytest.raises(TooFewError, match="only 2 rows"):
        list(completed(executor, fails, range(5)))


@pytest.mark.parametrize(
    ("executor", "deaths"),
    [("processes", 1), ("processes", 40), ("dask", 1)],
    indirect=["executor"],
)
def test_completed_work_sets_aside_what_kills_its_worker_every_time(tmp_path, executor, deaths):
    for k in range(deaths):
        (tmp_path / str(k)).touch()
    found = dict(completed(executor, KillsItself(tmp_path), range(8)))
    lost = {k for k, result in found.items() if isinstance(result, ExecutionError)}
    assert lost == ({3} if deaths == 40 else set())
    assert [found[k] for k in range(8) if k not in lost] == [
        k * k for k in range(8) if k not in lost
    ]


def test_completed_work_that_is_given_up_leaves_a_session_that_works():
    with session(Processes(2)) as kept:
        results = completed(kept, SLOW, range(8))
        assert next(results)[0] < 4
        results.close()
        assert list(kept.map(SLOW, [1])) == [1]


@pytest.mark.parametrize("executor", NAMES[1:], indirect=True)
@pytest.mark.parametrize("deaths", [1, 2])
def test_a_killed_worker_changes_nothing(tmp_path, executor, deaths):
    for k in range(deaths):
        (tmp_path / str(k)).touch()
    results = list(executor.map(KillsItself(tmp_path), range(8)))
    assert results == [k * k for k in range(8)]
    assert list(tmp_path.iterdir()) == []


def test_work_that_kills_every_worker_is_an_error(tmp_path):
    for k in range(20):
        (tmp_path / f"{k:02}").touch()
    with pytest.raises(ExecutionError, match="died 3 times at the same piece"):
        list(Processes(2).map(KillsItself(tmp_path), range(8)))


def test_a_scheduler_that_is_not_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ExecutionError, match=f"no Dask scheduler answers at {address}"):
        list(Dask(address, timeout=0.5).map(fails, [0]))


def test_a_scheduler_without_workers(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr("potlearn.runtime.dask.LOOK_EVERY", 0.05)
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        work = Dask(cluster.scheduler_address, patience=0.2)
        with pytest.raises(ExecutionError, match=r"has had no worker for 0\.2 s; start workers"):
            list(work.map(fails, [0]))


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1"])
def test_an_address_that_is_none(address):
    with pytest.raises(ExecutionError, match="no Dask scheduler answers"):
        list(Dask(address, timeout=0.5).map(fails, [0]))


def test_processes_of_this_machine_without_an_address():
    assert list(Dask(n_workers=1).map(fails, [0, 1])) == [0, 1]


def test_executor_by_number_of_workers():
    assert make_executor(1) == InProcess()
    assert make_executor(3) == Processes(3)
    assert make_executor(scheduler="tcp://10.0.0.1:8786") == Dask("tcp://10.0.0.1:8786")
    with pytest.raises(ExecutionError, match="workers is 0; expected 1 or more"):
        make_executor(0)


def test_threads_share_one_limit():
    """The limit stays while any thread holds it, and is lifted by the last."""
    with one_blas_thread():  # it loads the libraries that it limits
        pass
    before, inside, done = threads_of_blas(0), threading.Event(), threading.Event()

    def hold():
        with one_blas_thread():
            inside.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait()
    with one_blas_thread():
        pass
    assert set(threads_of_blas(0)) == {1}
    done.set()
    thread.join()
    assert threads_of_blas(0) == before


def process_of(_):
    return os.getpid()


def test_a_session_keeps_its_processes_from_one_map_to_the_next():
    with session(Processes(1)) as executor:
        first = set(executor.map(process_of, range(2)))
        assert set(executor.map(process_of, range(2))) == first
        assert set(executor.map(abs, range(2))) == {0, 1}  # other work: other processes
    assert set(Processes(1).map(process_of, range(1))) != first


def test_a_session_goes_on_after_a_kill(tmp_path):
    for name in range(1):
        (tmp_path / str(name)).touch()
    work = KillsItself(tmp_path)
    with session(Processes(2)) as executor:
        assert list(executor.map(work, range(6))) == [k * k for k in range(6)]
        assert list(executor.map(work, range(3))) == [0, 1, 4]


def test_a_session_of_other_executors_is_the_executor():
    with session(InProcess()) as executor:
        assert executor == InProcess()
