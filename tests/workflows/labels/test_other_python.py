"""Calculators that are installed in another Python."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from potlearn.errors import DynamicsError, LabellingError
from potlearn.runtime import Processes
from potlearn.workflows.dynamics import DynamicsSettings, simulate
from potlearn.workflows.labels import CalculatorSpec, label

HERE = str(Path(__file__).parent)
DEBIAN = "/usr/bin/python3"


@pytest.fixture
def _path(monkeypatch):
    """The other Python finds the module ``calculators``."""
    monkeypatch.setenv("PYTHONPATH", HERE)


def there(fault="nan", **settings):
    return CalculatorSpec("calculators:faulty", {"fault": fault, **settings}, sys.executable)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("_path")
def test_labels_are_those_of_this_python(tmp_path, frames, workers):
    frames[0].set_initial_magnetic_moments([1.0] * len(frames[0]))
    executor = Processes(2) if workers == 2 else None
    here = label(frames, CalculatorSpec("calculators:faulty", {"fault": "nan"}), tmp_path / "a.db")
    other = label(frames, there(), tmp_path / "b.db", executor=executor)
    assert other.frames == here.frames
    assert other.failed == here.failed
    for one, two in zip(here.frames, other.frames, strict=True):
        assert one.info["REF_energy"] == two.info["REF_energy"]
        np.testing.assert_array_equal(one.info["REF_stress"], two.info["REF_stress"])


@pytest.mark.usefixtures("_path")
def test_where_a_calculator_is_installed_changes_no_key(tmp_path, frames):
    label(frames, there(), tmp_path / "a.db")
    here = CalculatorSpec("calculators:faulty", {"fault": "nan"})
    assert label(frames, here, tmp_path / "a.db").n_calculated == 0


@pytest.mark.usefixtures("_path")
def test_a_process_that_dies_is_a_failure_and_starts_again(tmp_path, frames):
    found = label(frames, there("dies"), tmp_path / "a.db")
    assert found.indices == [0, 1, 3, 4]
    assert "ended by SIGKILL" in found.failed[0].reason


@pytest.mark.usefixtures("_path")
def test_an_absent_engine_is_an_error(tmp_path, frames):
    with pytest.raises(LabellingError, match="no command"):
        label(frames, there("no_engine"), tmp_path / "a.db")


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("/nowhere/python", "in /nowhere/python: no Python can be started there"),
        ("false", "the process of false ended with code 1"),
        (sys.executable, "No module named 'gpaw'; to install it: .*--python /usr/bin/python3"),
    ],
)
def test_a_python_without_the_calculator(tmp_path, frames, python, message):
    with pytest.raises(LabellingError, match=message):
        label(frames, CalculatorSpec("gpaw", python=python), tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


def test_gpaw_of_debian_labels_silicon(tmp_path):
    if (
        not Path(DEBIAN).exists()
        or subprocess.run([DEBIAN, "-c", "import gpaw"], capture_output=True).returncode
    ):
        pytest.skip("GPAW is not installed (Debian: apt-get install gpaw gpaw-data)")
    settings = {
        "mode": {"name": "pw", "ecut": 150},
        "kpts": [2, 2, 2],
        "convergence": {"density": 1e-3},
    }
    frames = [bulk("Si", a=a) for a in (5.2, 5.5, 5.8)]
    found = label(frames, CalculatorSpec("gpaw", settings, DEBIAN), tmp_path / "a.db")
    low, middle, high = (atoms.info["REF_energy"] for atoms in found.frames)
    assert middle < min(low, high)
    assert found.frames[0].info["REF_stress"][0] < 0 < found.frames[2].info["REF_stress"][0]
    few = CalculatorSpec("gpaw", {**settings, "maxiter": 2}, DEBIAN)
    (failure,) = label(frames[:1], few, tmp_path / "a.db").failed
    assert "Did not converge" in failure.reason


@pytest.mark.usefixtures("_path")
def test_the_calculator_of_another_python_serves_dynamics(tmp_path):
    """Its results are those of this Python, and a folder knows its settings."""
    from ase.calculators.emt import EMT

    atoms = bulk("Cu", cubic=True)
    settings = DynamicsSettings("nve", 300.0, timestep=2.0, steps=10, every=5)
    found = simulate(atoms, there("nan").build(), settings, folder=tmp_path)
    here = simulate(atoms, EMT(), settings)
    np.testing.assert_allclose(found.atoms.positions, here.atoms.positions, atol=1e-12)
    with pytest.raises(DynamicsError, match=r"another run \(other calculator\)"):
        simulate(atoms, there("raises").build(), settings, folder=tmp_path)
