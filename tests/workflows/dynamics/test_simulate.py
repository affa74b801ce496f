"""Runs of every ensemble: temperature, pressure, conserved energy, files, schedules."""

import numpy as np
import pytest
from argon import ARGON, solid
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from ase.io import read
from ase.units import kB
from scipy.stats import t as student

import potlearn.data as pd
from potlearn.errors import DynamicsError
from potlearn.workflows.dynamics import (
    ENSEMBLES,
    Drift,
    DynamicsSettings,
    Exploding,
    Lost,
    Verdict,
    simulate,
)

WATCHES = (Exploding(), Lost(), Drift())
CONSTANT = [name for name in ENSEMBLES if name != "nve"]


def run(ensemble="langevin", steps=200, folder=None, watches=WATCHES, start=None, **settings):
    given = {"temperature": 40.0, "timestep": 5.0, **settings}
    chosen = DynamicsSettings(ensemble, steps=steps, **given)
    atoms = solid() if start is None else start
    return simulate(atoms, ARGON.calculator(), chosen, folder=folder, watches=watches)


def mean_and_error(values, blocks=10):
    """Mean of a series, and the half-width of an interval that a right value leaves in 1 of 10⁵."""
    means = [block.mean() for block in np.array_split(values, blocks)]
    width = student.ppf(1 - 0.5e-5, blocks - 1) * np.std(means, ddof=1) / np.sqrt(blocks)
    return np.mean(means), width


@pytest.mark.parametrize("ensemble", CONSTANT)
def test_temperature_and_pressure_are_those_that_are_asked_for(ensemble):
    done = run(ensemble, 8000, friction=0.004, pressure_tau=500.0, pressure=0.3)
    log = done.log
    late = log.time > 5
    temperature, width = mean_and_error(log.temperature[late])
    assert abs(temperature - 40.0) < width < 8.0
    if ensemble == "npt":
        pressure, width = mean_and_error(log.pressure[late])
        assert abs(pressure - 0.3) < width < 0.08
        assert np.ptp(log.volume) > 0


@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_the_conserved_energy_shows_the_error_of_the_time_step(ensemble):
    """It falls as the square of the step, while the energy itself changes a hundred times more."""
    spread = []
    for timestep in (20.0, 5.0):
        log = run(ensemble, round(2000 / timestep), timestep=timestep, log_every=1).log
        spread.append(np.ptp(log.conserved))
    assert spread[1] < spread[0] / 8
    assert spread[1] < 0.01 * np.ptp(log.potential)


def test_at_constant_energy_the_conserved_energy_is_the_total_energy():
    log = run("nve", checkpoint=30).log
    np.testing.assert_allclose(log.conserved, log.potential + log.kinetic, rtol=1e-8)
    assert log.temperature[0] == pytest.approx(2 * log.kinetic[0] / (kB * 93), rel=1e-6)


def test_files_hold_what_the_run_gave(tmp_path):
    done = run(steps=250, folder=tmp_path / "run", every=100)
    frames = read(done.trajectory, ":")
    assert [frame.info["step"] for frame in frames] == [0, 100, 200, 250]
    np.testing.assert_allclose(frames[-1].positions, done.atoms.positions, atol=1e-8)
    np.testing.assert_allclose(frames[-1].get_momenta(), done.atoms.get_momenta(), atol=1e-8)
    again = frames[2].copy()
    again.calc = ARGON.calculator()
    np.testing.assert_allclose(frames[2].get_forces(), again.get_forces(), atol=1e-6)
    np.testing.assert_allclose(frames[2].get_stress(), again.get_stress(), atol=1e-8)
    labels = pd.read(done.trajectory).labels(2)
    assert labels.energy == pytest.approx(again.get_potential_energy(), rel=1e-8)
    table = np.genfromtxt(tmp_path / "run" / "thermo.csv", delimiter=",", names=True)
    assert table.dtype.names[:3] == ("step", "time_ps", "potential_eV")
    np.testing.assert_array_equal(table["temperature_K"], done.log.temperature)
    assert done.time == 1.25
    assert done.message == "1.25 ps (250 steps) without a stop"


def test_a_schedule_heats_and_says_the_length():
    ramp = ((0.0, 10.0), (4.0, 80.0), (6.0, 80.0))
    settings = DynamicsSettings(temperature=ramp, timestep=5.0, friction=0.02)
    assert settings.n_steps == 1200
    assert [settings.target(step) for step in (0, 400, 800, 1200)] == [10.0, 45.0, 80.0, 80.0]
    log = simulate(solid(), ARGON.calculator(), settings).log
    early, late = (
        log.temperature[(log.time > a) & (log.time < b)] for a, b in ((0.5, 1.5), (4, 6))
    )
    assert early.mean() < 50 < late.mean()


def test_the_seed_decides_and_the_folder_does_not(tmp_path):
    first, second = run(steps=50), run(steps=50, folder=tmp_path)
    np.testing.assert_array_equal(first.atoms.positions, second.atoms.positions)
    other = run(steps=50, seed=1)
    assert np.abs(first.atoms.positions - other.atoms.positions).max() > 1e-3


def test_momenta_of_the_start_may_be_kept_and_the_start_stays():
    start = run(steps=20).atoms
    before = start.positions.copy()
    kept = run("nve", steps=1, start=start, velocities="keep", log_every=1)
    np.testing.assert_array_equal(start.positions, before)
    assert kept.log.kinetic[0] == pytest.approx(start.get_kinetic_energy(), rel=1e-9)


def test_a_cluster_has_no_volume_and_a_calculator_of_ase_will_do():
    from ase.cluster import Octahedron

    settings = DynamicsSettings("nvt", steps=20, timestep=2.0)
    log = simulate(Octahedron("Cu", 3, cutoff=1), EMT(), settings, watches=WATCHES).log
    assert np.isnan(log.volume).all()
    assert np.isfinite(log.temperature).all()


def test_verdicts_that_do_not_stop_are_kept():
    class Remark:
        every = 50

        def look(self, step, atoms):
            return Verdict(f"{atoms.info['temperature']:.0f} K", False) if step else None

    done = run(steps=100, watches=[Remark()])
    assert [step for step, _ in done.verdicts] == [50, 100]
    assert done.stopped is None


def test_progress_is_told():
    told = []
    settings = DynamicsSettings(steps=60, timestep=5.0, temperature=40.0)
    simulate(solid(), ARGON.calculator(), settings, progress=lambda *now: told.append(now))
    assert told[-1] == (60, 60)


def test_no_steps_give_the_start():
    done = run(steps=0)
    assert (done.step, len(done.log.step)) == (0, 1)
    np.testing.assert_array_equal(done.atoms.positions, solid().positions)


@pytest.mark.parametrize("ensemble", ["nve", "langevin", "nvt"])
def test_atoms_that_are_held_stay_and_have_no_temperature(ensemble):
    start = solid()
    start.set_constraint(FixAtoms([0, 5]))
    done = run(ensemble, 60, start=start, checkpoint=20, log_every=60)
    np.testing.assert_array_equal(done.atoms.positions[[0, 5]], start.positions[[0, 5]])
    kelvin = 2 * done.log.kinetic / (kB * 90)
    np.testing.assert_allclose(done.log.temperature, kelvin, rtol=1e-8)
    assert np.ptp(done.log.conserved) < 1e-3


def test_one_row_brings_an_ensemble(monkeypatch):
    with pytest.raises(DynamicsError, match="unknown ensemble 'still'; expected one of nve, lang"):
        run("still")
    monkeypatch.setattr(ENSEMBLES, "_rows", ENSEMBLES.rows)
    monkeypatch.setattr(ENSEMBLES, "_loaded", {})
    ENSEMBLES.add("still", ENSEMBLES.rows["nve"])
    assert run("still", steps=10).step == 10
