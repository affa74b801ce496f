"""What cannot travel to a worker, or back, is an error in words; no process waits or is left."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest
from process_groups import left_of

from potlearn.errors import ExecutionError
from potlearn.runtime import Processes, map_each, session


class Unpicklable:
    def __reduce__(self):
        raise TypeError("holds an open file")


class Unreadable:
    def __reduce__(self):
        return missing, ()


def missing():
    raise ImportError("no module of that name")


class AwkwardError(Exception):
    """It is pickled, and cannot be read back."""

    def __init__(self, text, *, place):
        super().__init__(f"{text} at {place}")


def same(item):
    return item


def unpicklable(_):
    return Unpicklable()


def unreadable(_):
    return Unreadable()


def awkward(_):
    raise AwkwardError("wrong", place="home")


CASES = {
    "a piece": (same, Unpicklable(), "piece of work cannot travel.*holds an open file"),
    "a piece that is not read": (same, Unreadable(), "piece of work cannot be read.*no module"),
    "a result": (unpicklable, 1, "result cannot travel.*holds an open file"),
    "a result that is not read": (unreadable, 1, "result cannot be read.*no module"),
    "an exception": (awkward, 1, "AwkwardError: wrong at home"),
    "the work": (lambda item: item, 1, "the work cannot travel"),
}


@pytest.mark.parametrize(("work", "item", "words"), CASES.values(), ids=CASES)
def test_what_cannot_travel_is_an_error(work, item, words):
    with session(Processes(2)) as executor:
        for _ in range(2):  # a pool that pickles itself waited for ever at its end
            with pytest.raises(ExecutionError, match=words):
                list(executor.map(work, [item] * 4))
        assert list(executor.map(same, range(3))) == [0, 1, 2]


@dataclass(frozen=True)
class KillsAt:
    items: tuple[int, ...]

    def __call__(self, item):
        if item in self.items:
            os.kill(os.getpid(), signal.SIGKILL)
        return item


def test_pieces_that_kill_their_workers_are_found():
    with session(Processes(2)) as executor:
        found = list(map_each(executor, KillsAt((2, 3)), range(6)))
    assert [k for k, result in enumerate(found) if isinstance(result, ExecutionError)] == [2, 3]
    assert [found[k] for k in (0, 1, 4, 5)] == [0, 1, 4, 5]


HELD = """
import os, sys, time
from potlearn.runtime import Processes, session

if __name__ == "__main__":
    with session(Processes(2)) as executor:
        print(*set(executor.map(os.getpgid, [0] * 4)), flush=True)
        time.sleep(60)
"""


def test_workers_end_with_the_process_that_started_them(tmp_path):
    script = tmp_path / "held.py"
    script.write_text(HELD)
    command = [sys.executable, script]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipe, start_new_session=True) as process:
        assert process.stdout.readline()
        process.kill()
    assert not left_of(process.pid)
