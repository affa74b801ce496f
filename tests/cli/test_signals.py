"""Ctrl-C and SIGTERM end a command in words, whatever it is doing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SILICON = Path(__file__).parents[2] / "examples" / "silicon.yaml"
START = (
    "from potlearn.cli.signals import ending_in_words\n"
    "with ending_in_words():\n"
    "    print('started', flush=True)\n"
)
FIT = START + "    from potlearn.cli import main; main()"
# Python cannot pass on what is raised in a callback of a weak reference.
LOST = (
    START + "    import os, signal, sys, time, weakref\n"
    "    class Thing: pass\n"
    "    thing = Thing()\n"
    "    ref = weakref.ref(thing, lambda _: os.kill(os.getpid(), int(sys.argv[1])))\n"
    "    del thing\n"
    "    time.sleep(60)"
)
SIGNALS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]


def started(code, *arguments):
    """A process that answers to SIGINT, even where these tests run in a script's background."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout.readline() == "started\n"
    return process


@pytest.mark.parametrize("delay", [0.0, 0.2, 1.0, 2.5])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "code", "word"), SIGNALS)
def test_a_signal_ends_a_fit_in_words(tmp_path, number, code, word, workers, delay):
    fit = started(
        FIT, "fit", SILICON, "--output", tmp_path / "out", "--set", f"fit.workers={workers}"
    )
    time.sleep(delay)
    if number == signal.SIGINT:  # a terminal sends it to all processes of the command
        os.killpg(fit.pid, number)
    else:
        fit.send_signal(number)
    _, said = fit.communicate(timeout=120)
    assert fit.returncode == code
    assert said.endswith(f"{word}; the same command continues from what was saved\n")
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.part*"))


@pytest.mark.parametrize(("number", "code", "word"), SIGNALS)
def test_a_signal_is_not_lost_in_a_callback(number, code, word):
    process = started(LOST, int(number))
    _, said = process.communicate(timeout=50)
    assert process.returncode == code
    assert said == f"\n{word}; the same command continues from what was saved\n"


def test_a_closed_pipe_is_no_error(tmp_path):
    """``potlearn ... | head`` ends when head does."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "potlearn.cli", "fit", "--schema"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


ALARM_WHILE_ENDING = """
import os, signal, sys, time
from potlearn.cli.signals import ending_in_words

class Slow:
    def write(self, text):
        time.sleep(0.1)
        return sys.__stderr__.write(text)
    def flush(self):
        sys.__stderr__.flush()

sys.stderr = Slow()
with ending_in_words():
    signal.setitimer(signal.ITIMER_REAL, 0.03)
    os.kill(os.getpid(), signal.{})
"""


@pytest.mark.parametrize(("number", "code", "word"), SIGNALS)
def test_an_alarm_that_is_due_while_a_command_ends_adds_no_words(number, code, word):
    """An exception that was lost in a destructor is raised again by an alarm, at any time."""
    script = ALARM_WHILE_ENDING.format(number.name)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == code
    assert done.stderr == f"\n{word}; the same command continues from what was saved\n"


def test_a_context_that_a_signal_left_behind_says_nothing():
    """The signal came after entering and before the first step: the context is thrown away."""
    script = (
        "from potlearn.cli import signals\n"
        "context = signals.ending_in_words()\n"
        "context.__enter__()\n"
        "signals._received.append(15)\n"
        "del context\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
