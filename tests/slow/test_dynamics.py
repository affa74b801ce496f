"""Molecular dynamics with the potential that the package's own data and defaults give."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.md.langevin import Langevin
from ase.md.verlet import VelocityVerlet

import potlearn as pl

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MELTING = 1687.0  # K
FITS = ["shipped", "shipped_ace", pytest.param("zuo", marks=pytest.mark.shared_data)]
ACE = '{"family": "ace", "species": ["Si"], "cutoff": 5.5}'


def fitted(config, folder, *options):
    """The potential that ``potlearn fit`` makes of a configuration file."""
    command = [sys.executable, "-m", "potlearn.cli", "fit", config]
    subprocess.run([*command, "--no-report", "--output", folder, *options], check=True)
    return pl.load(folder / "model.potl")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Defaults on the silicon set of this package."""
    return fitted(ROOT / "examples" / "silicon.yaml", tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def shipped_ace(tmp_path_factory):
    """The same with ACE."""
    folder = tmp_path_factory.mktemp("shipped_ace")
    return fitted(ROOT / "examples" / "silicon.yaml", folder, "--set", f"descriptor={ACE}")


@pytest.fixture(scope="module")
def zuo(shared_data, tmp_path_factory):
    """Defaults on the silicon set of Zuo et al. (2020)."""
    folder = tmp_path_factory.mktemp("zuo")
    config = {
        "data": {"train": str(shared_data / "Si_Zuo2020" / "Si_train.extxyz.xz")},
        "descriptor": {"family": "pod", "species": ["Si"], "cutoff": 5.5},
    }
    (folder / "fit.yaml").write_text(json.dumps(config))
    return fitted(folder / "fit.yaml", folder / "out")


def crystal(potential, temperature, seed=0):
    """64 atoms of diamond silicon with velocities of twice ``temperature``, at rest as a whole."""
    atoms = bulk("Si", a=5.47, cubic=True).repeat(2)
    rng = np.random.default_rng(seed)
    width = np.sqrt(2 * atoms.get_masses() * units.kB * temperature)[:, None]
    momenta = width * rng.normal(size=(len(atoms), 3))
    atoms.set_momenta(momenta - momenta.mean(0))
    atoms.calc = potential.calculator(skin=1.0)
    return atoms


@pytest.mark.parametrize("name", FITS)
def test_constant_energy_drift_at_600_kelvin(name, request):
    atoms = crystal(request.getfixturevalue(name), 600)
    dynamics = VelocityVerlet(atoms, 1.0 * units.fs)
    dynamics.run(500)
    totals = []
    dynamics.attach(lambda: totals.append(atoms.get_total_energy() / len(atoms)), interval=20)
    dynamics.run(10_000)
    picoseconds = 0.02 * np.arange(len(totals))
    drift = np.polyfit(picoseconds, totals, 1)[0]
    print(f"drift {drift:.2e} eV/atom/ps, spread {np.std(totals):.2e} eV/atom")
    assert 450 < atoms.get_temperature() < 800
    assert abs(drift) < 1e-5


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", FITS)
def test_dynamics_at_twice_the_melting_point_survive(name, seed, request):
    """20 ps."""
    temperature = 2 * MELTING
    atoms = crystal(request.getfixturevalue(name), temperature, seed)
    thermostat = Langevin(
        atoms,
        1.0 * units.fs,
        temperature_K=temperature,
        friction=0.01 / units.fs,
        fixcm=False,
        rng=np.random.default_rng(seed + 1),
    )
    closest, hottest = [], []

    def watch():
        distances = atoms.get_all_distances(mic=True)
        closest.append(distances[np.triu_indices(len(atoms), 1)].min())
        hottest.append(atoms.get_temperature())

    thermostat.attach(watch, interval=100)
    thermostat.run(20_000)
    print(f"closest {min(closest):.2f} Å, mean temperature {np.mean(hottest):.0f} K")
    assert min(closest) > 1.2
    assert 0.8 < np.mean(hottest[20:]) / temperature < 1.2
    assert np.isfinite(atoms.get_potential_energy())


@pytest.mark.parametrize("name", FITS)
def test_crystals_rise_under_pressure(name, request):
    """Hard inequalities let fcc, bcc and hcp silicon collapse at 50 GPa."""
    potential = request.getfixturevalue(name)
    for structure, length in (("fcc", 3.87), ("bcc", 3.09), ("diamond", 5.47)):
        scales = np.arange(1.0, 0.74, -0.01)
        cells = [bulk("Si", structure, a=length * scale) for scale in scales]
        found = [potential.predict(atoms) for atoms in cells]
        energies = [f.energy / len(a) for f, a in zip(found, cells, strict=True)]
        assert (np.diff(energies)[3:] > 0).all(), structure
