"""The lower bound of energies: mixtures of phases, and what compression costs at least."""

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given
from hypothesis import strategies as st

import potlearn as pl
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.floor import SHARE, SOFTEST, TOLERANCE, Floor, compression_energy
from potlearn.potentials.pair import LennardJones

SILICON = Path(__file__).parents[2] / "datasets" / "silicon" / "silicon.extxyz.xz"
LJ = LennardJones(("Cu", "Ag"), 5.0, epsilon=0.2, sigma=2.3)


def floor(compositions, energies, volumes=None, moduli=None):
    n = len(energies)
    volumes = np.full(n, 10.0) if volumes is None else np.array(volumes)
    return Floor(
        np.array(compositions, float),
        np.array(energies, float),
        volumes,
        np.full(n, 1.0) if moduli is None else np.array(moduli),
    )


def cells(symbols, volume, species, pbc=True):
    """One cell of a volume per atom."""
    atoms = bulk("Cu", "sc", a=1.0) * (len(symbols), 1, 1)
    atoms.symbols = symbols
    atoms.set_cell(atoms.cell.array * volume ** (1 / 3), scale_atoms=True)
    atoms.pbc = pbc
    return Cells.of([atoms], species)


def test_mixtures_lie_on_the_convex_hull():
    f = floor([[1, 0], [0, 1], [0.5, 0.5]], [0.0, 0.0, -1.0], [8.0, 12.0, 9.0], [1.0, 3.0, 2.0])
    np.testing.assert_allclose(f.mixture(np.array([0.5, 0.5])), [-1.0, 9.0, 2.0])
    np.testing.assert_allclose(f.mixture(np.array([0.75, 0.25])), [-0.5, 8.5, 1.5])
    above = floor([[1, 0], [0, 1], [0.5, 0.5]], [0.0, 0.0, 1.0], [8.0, 12.0, 9.0])
    np.testing.assert_allclose(above.mixture(np.array([0.5, 0.5]))[:2], [0.0, 10.0])


def test_nothing_is_known_outside_the_hull():
    f = floor([[0.5, 0.5], [0, 1]], [-1.0, 0.0])
    assert f.covers(np.array([0.25, 0.75]))
    assert not f.covers(np.array([0.75, 0.25]))
    assert np.isnan(f(cells(["Cu"], 9.0, ("Cu", "Ag"))))
    empty = floor(np.zeros((0, 2)), [])
    assert not empty.covers(np.array([1.0, 0.0]))
    assert np.isnan(empty(cells(["Cu"], 9.0, ("Cu", "Ag"))))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4), st.integers(0, 100))
def test_the_hull_is_below_every_chord(weights, seed):
    """No mixture that one makes by hand has less energy."""
    rng = np.random.default_rng(seed)
    compositions = rng.dirichlet([1, 1, 1], len(weights))
    energies = rng.normal(size=len(weights))
    weights = np.array(weights) + 1e-3
    weights /= weights.sum()
    found = floor(compositions, energies).mixture(weights @ compositions)
    assert found[0] <= weights @ energies + 1e-5


@given(st.floats(0.3, 1.0), st.floats(0.3, 1.0))
def test_compression_costs_the_more_the_denser(u, v):
    low, high = sorted([u, v])
    a, b = compression_energy(np.array([low, high]), np.ones(2), np.ones(2))
    assert a >= b >= 0
    assert compression_energy(np.ones(1), np.ones(1), np.ones(1))[0] == pytest.approx(0, abs=1e-15)


def test_compression_has_the_modulus_and_its_slope():
    v0, modulus, h = 20.0, 0.6, 1e-3
    v = v0 * (1 + h * np.arange(-2, 3))
    e = compression_energy(v, np.full(5, v0), np.full(5, modulus))
    second = np.diff(e, 2) / (h * v0) ** 2
    assert v0 * second[1] == pytest.approx(modulus, rel=1e-4)
    pressures = -np.diff(e) / np.diff(v)
    bulk_moduli = -0.5 * (v[1:-1]) * np.diff(pressures) / (h * v0) * 2
    slope = np.diff(bulk_moduli)[0] / np.diff(0.5 * (pressures[1:] + pressures[:-1]))[0]
    assert slope == pytest.approx(4.0, rel=0.02)


def test_the_bound_of_a_state():
    f = floor([[1.0]], [-3.0], [10.0], [0.8])
    for volume in (10.0, 14.0):
        assert f(cells(["Cu"], volume, ("Cu",)))[0] == pytest.approx(-3.0 - TOLERANCE)
    cost = compression_energy(np.array([6.0]), np.array([10.0]), np.array([0.8]))[0]
    assert f(cells(["Cu"], 6.0, ("Cu",)))[0] == pytest.approx(-3.0 + SHARE * cost - TOLERANCE)
    free = cells(["Cu"], 6.0, ("Cu",), pbc=False)
    assert f(free)[0] == pytest.approx(-3.0 - TOLERANCE)


def test_moduli_are_those_of_the_potential():
    atoms = bulk("Cu", "fcc", a=3.55)
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0)
    slab = bulk("Ag", "fcc", a=3.55, cubic=True)
    slab.cell[2, 2] += 10.0
    slab.calc = SinglePointCalculator(slab, energy=-1.0)
    coverage = pl.Coverage.of(pl.from_atoms([atoms, slab]), ("Cu", "Ag"))
    f = Floor.of(coverage, LJ)
    h = 0.01
    e = []
    for x in (-h, 0, h):
        moved = atoms.copy()
        moved.set_cell(atoms.cell.array * (1 + x) ** (1 / 3), scale_atoms=True)
        e.append(LJ.predict(moved).energy)
    expected = np.diff(e, 2)[0] / h**2 / atoms.get_volume()
    found = dict(zip((p.filled for p in coverage.phases), f.moduli, strict=True))
    # The finite difference in length has a term of the pressure.
    assert found[True] == pytest.approx(expected, rel=0.25)
    assert found[False] == 0.0
    squeezed = cells(["Ag"], 3.0, ("Cu", "Ag"))
    assert f(squeezed)[0] == pytest.approx(-0.25 - TOLERANCE)


def test_soft_phases_are_believed_to_have_a_gigapascal():
    atoms = bulk("Cu", "fcc", a=9.0)
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0)
    compact = bulk("Cu", "fcc", a=3.6)
    compact.calc = SinglePointCalculator(compact, energy=-2.0)
    coverage = pl.Coverage.of(pl.from_atoms([compact, atoms]), ("Cu",))
    free = LennardJones(("Cu",), 2.0, epsilon=0.2, sigma=1.0)
    np.testing.assert_array_equal(Floor.of(coverage, free).moduli, [SOFTEST])


def test_silicon_is_never_below_it():
    """The numbers of the docstring: the most compressed metallic phases cost 0.28 of diamond's."""
    data = pl.read(SILICON)
    frames = [a for a in data if a.pbc.all() and len(a) > 1]
    energies = np.array([a.get_potential_energy() / len(a) for a in frames])
    volumes = np.array([a.get_volume() / len(a) for a in frames])
    crystal = np.array([a.info["config_type"].startswith("diamond_vol") for a in frames])
    least = np.flatnonzero(crystal)[np.argmin(energies[crystal])]
    e0, v0, modulus = energies[least], volumes[least], 88.6 / 160.2
    dense = volumes < 0.75 * v0
    shares = (energies - e0)[dense] / compression_energy(volumes[dense], v0, modulus)
    assert dense.sum() > 5
    assert shares.min() == pytest.approx(0.28, abs=0.03)
    bound = e0 + SHARE * compression_energy(np.minimum(volumes, v0), v0, modulus) - TOLERANCE
    assert (energies > bound).all()
