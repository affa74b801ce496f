"""A pool of processes ends also where they die while a piece is written to them."""

import subprocess
import sys
import textwrap

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


def said(tmp_path, executor):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(PROGRAM.format(executor=executor)))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_pool_whose_processes_died_ends(tmp_path):
    assert said(tmp_path, "__import__('contextlib').nullcontext(Processes(2))") == "died\n"


def test_a_session_whose_processes_died_ends(tmp_path):
    assert said(tmp_path, "Processes(2).session()") == "died\n"
