"""A calculation that takes too long is killed and has failed; the others go on."""

import subprocess
import sys
import time

import pytest
from ase.calculators.emt import EMT
from typer.testing import CliRunner

from potlearn.cli.app import app
from potlearn.runtime import Processes
from potlearn.workflows.labels import CalculatorSpec, label

REASON = "no result within 5 s, the timeout"


def hanging(python=None, timeout=5.0):
    return CalculatorSpec("calculators:faulty", {"fault": "hangs"}, python, timeout)


def programs_left():
    """Programs that the calculations started, and that have not ended."""
    found = subprocess.run(["pgrep", "-f", "^sleep 86399"], capture_output=True, text=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("python", [None, sys.executable])
@pytest.mark.parametrize("workers", [1, 2])
def test_what_hangs_has_failed_and_is_killed(tmp_path, frames, workers, python):
    before = programs_left()
    executor = Processes(2) if workers == 2 else None
    found = label(frames, hanging(python), tmp_path / "a.db", executor=executor)
    assert found.indices == [0, 1, 3, 4]
    assert [(failure.index, failure.reason) for failure in found.failed] == [(2, REASON)]
    until = time.monotonic() + 60
    while programs_left() - before and time.monotonic() < until:
        time.sleep(0.1)
    assert programs_left() <= before
    for atoms, made in zip([frames[k] for k in found.indices], found.frames, strict=True):
        atoms.calc = EMT()
        assert made.info["REF_energy"] == pytest.approx(atoms.get_potential_energy())


def test_a_timeout_changes_no_key(tmp_path, frames):
    spec = CalculatorSpec("calculators:faulty", {"fault": "nan"})
    first = label(frames, spec, tmp_path / "a.db")
    limited = CalculatorSpec(spec.name, spec.settings, timeout=60.0)
    again = label(frames, limited, tmp_path / "a.db")
    assert (again.n_calculated, again.frames) == (0, first.frames)


def test_the_command_has_the_option(tmp_path, frames, monkeypatch):
    from ase.io import write

    monkeypatch.chdir(tmp_path)
    write("pool.extxyz", frames)
    given = ["label", "pool.extxyz", "--calculator", "calculators:faulty", "--set", "fault=hangs"]
    done = CliRunner().invoke(app, [*given, "--output", "a.db", "--timeout", "5"])
    assert done.exit_code == 0, done.output
    assert f": {REASON}" in done.output
    assert "4 of 5 configurations have labels" in done.output
