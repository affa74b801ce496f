"""One process at a time in a folder; what a kill leaves refuses nobody."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from potlearn.errors import BusyError, OutputError
from potlearn.runtime import working_alone

HOLD = """
import sys, time
from potlearn.runtime import working_alone
with working_alone(sys.argv[1]):
    print("working", flush=True)
    time.sleep(600)
"""


def holding(folder):
    """A process that works in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "working\n"
    return process


def test_the_second_process_is_refused_and_hears_who_is_there(tmp_path):
    folder = tmp_path / "a"
    with holding(folder) as process:
        words = (
            f"{folder}: another process works in this folder "
            rf"\(process {process.pid} on {socket.gethostname()}, since 20"
        )
        with pytest.raises(BusyError, match=words), working_alone(folder):
            pass
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_kill_leaves_refuses_nobody(tmp_path, number):
    with holding(tmp_path) as process:
        process.send_signal(number)
    assert os.listdir(tmp_path) == [".lock"]
    with working_alone(tmp_path):
        assert f"process {os.getpid()} on" in (tmp_path / ".lock").read_text()
    assert os.listdir(tmp_path) == []


def test_a_folder_is_free_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyError), working_alone(tmp_path):
            raise KeyError


def test_the_same_process_is_refused_as_well(tmp_path):
    with working_alone(tmp_path):
        with pytest.raises(BusyError), working_alone(tmp_path):
            pass
        assert os.listdir(tmp_path) == [".lock"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    alone = working_alone(tmp_path / "file" / "a")
    with pytest.raises(OutputError, match="no file can be written in this folder"), alone:
        pass
