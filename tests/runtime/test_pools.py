"""A pool of processes ends also where they die while a piece is written to them."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

from potlearn.errors import ExecutionError
from potlearn.runtime import Processes

PROGRAM = """
import os, signal, time
from potlearn.runtime import Processes

def ends(piece):
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    from potlearn.errors import ExecutionError
    pieces = [b"x" * 10_000_000 for _ in range(8)]  # far more than a pipe holds
    with {executor} as executor:
        try:
            list(executor.map(ends, pieces))
        except ExecutionError as error:
            print("died" if "died 3 times" in str(error) else error)
"""


UNGUARDED = """
import functools, operator
from potlearn.errors import ExecutionError
from potlearn.runtime import Processes

work = functools.partial(operator.add, b"x" * 10_000_000)
try:
    list(Processes(2).map(work, [b"y"]))
except ExecutionError as error:
    print(error)
"""
MANY = """
import functools, operator, pathlib, time
from potlearn.runtime import Processes

if __name__ == "__main__":
    work = functools.partial(operator.add, b"x" * 10_000_000)
    results = Processes(2).map(work, [b"y"] * 3)
    next(results)
    print(len(list(pathlib.Path("{folder}").glob("potlearn-work-*"))), flush=True)
    {end}
"""


def done(tmp_path, program, **values):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(program.format(**values) if values else program))
    return subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )


def said(tmp_path, executor):
    found = done(tmp_path, PROGRAM, executor=executor)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_a_script_that_does_not_guard_its_work_is_an_error(tmp_path):
    assert "if __name__ == '__main__'" in done(tmp_path, UNGUARDED).stdout


@pytest.mark.parametrize("end", ["list(results)", "import os; os.kill(os.getpid(), 9)"])
def test_the_file_of_the_work_goes_with_the_processes(tmp_path, end):
    assert done(tmp_path, MANY, folder=tmp_path, end=end).stdout == "1\n"
    patience = time.monotonic() + 30
    while list(tmp_path.glob("potlearn-work-*")):
        assert time.monotonic() < patience
        time.sleep(0.05)


def test_no_space_for_the_work_is_an_error_in_words(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(ExecutionError, match=r"cannot be written to /nowhere.*set TMPDIR"):
        list(Processes(1).map(abs, [1]))


def test_a_pool_whose_processes_died_ends(tmp_path):
    assert said(tmp_path, "__import__('contextlib').nullcontext(Processes(2))") == "died\n"


def test_a_session_whose_processes_died_ends(tmp_path):
    assert said(tmp_path, "Processes(2).session()") == "died\n"
