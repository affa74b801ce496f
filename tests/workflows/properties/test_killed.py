"""Kill -9 at random moments, then the same command: the same properties, and none lost."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from process_groups import kill_after

CONFIG = """
structure: {prototype: fcc, species: Cu}
properties:
  lattice: {}
  eos: {}
  elastic: {}
  vacancy: {}
  surface: {}
  dynamics: {time: 0.2}
output: {report: false}
"""


def started(folder, workers):
    command = [sys.executable, "-m", "potlearn.cli", "properties", "emt", "c.yaml"]
    return subprocess.Popen(
        [*command, "--workers", str(workers)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(folder, workers=1):
    process = started(folder, workers)
    said, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return said


def journal(folder):
    path = folder / "properties" / "properties.jsonl"
    return path.read_text().count("\n{") if path.exists() else 0


def check_kills(tmp_path, workers, kills, rng):
    """Kill a run so often, end it, and compare with a run that nobody killed."""
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "c.yaml").write_text(CONFIG)
    begun = time.monotonic()
    assert "6 results calculated, 0 found" in finished(tmp_path / "whole")
    duration = time.monotonic() - begun
    for _ in range(kills):
        kill_after(started(tmp_path / "killed", workers), rng.uniform(0.2, 1.1) * duration)
    kept = journal(tmp_path / "killed")
    assert f"{6 - kept} results calculated, {kept} found" in finished(tmp_path / "killed", workers)
    whole, killed = (tmp_path / name / "properties" for name in ("whole", "killed"))
    for name in ("properties.csv", "properties.json", "crystals.extxyz"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    found = json.loads((whole / "properties.json").read_text())["emt"]
    assert [name for name, result in found.items() if result["problem"]] == []
    assert sorted(os.listdir(killed)) == sorted(os.listdir(whole))


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_runs_give_the_same_properties(tmp_path, workers):
    check_kills(tmp_path, workers, 2, np.random.default_rng(0))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_thirty_kills_give_the_same_properties(tmp_path, workers):
    check_kills(tmp_path, workers, 30, np.random.default_rng(1))
