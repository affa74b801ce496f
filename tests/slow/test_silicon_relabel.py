"""The silicon labels can be reproduced: one configuration is calculated again with GPAW."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "silicon"
PYTHON = "/usr/bin/python3"
NAME = "diamond_strain_00"


def has_gpaw() -> bool:
    """Return whether the system's Python, where the GPAW package of Debian lives, imports it."""
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", "import gpaw"], capture_output=True).returncode == 0


@pytest.mark.slow
def test_one_label_is_reproduced_by_the_script():
    if not has_gpaw():
        pytest.skip("GPAW is not installed (Debian: apt-get install gpaw gpaw-data)")
    run = subprocess.run(
        [PYTHON, str(FOLDER / "make.py"), "--relabel", NAME],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    answer = json.loads(run.stdout)
    stored, new = answer["stored"], answer["new"]
    assert new["energy"] == pytest.approx(stored["energy"], abs=1e-4)
    np.testing.assert_allclose(new["forces"], stored["forces"], atol=1e-3)
    np.testing.assert_allclose(new["stress"], stored["stress"], atol=1e-4)
