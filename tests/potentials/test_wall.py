"""The wall around the data: nothing inside, a smooth and growing repulsion beyond."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.errors import ConfigError, SpeciesError
from potlearn.potentials.base import for_systems
from potlearn.potentials.wall import LINEAR, WIDTH, Wall
from potlearn.structure.system import System

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def wall(**changes):
    """A wall of two species whose tables all differ."""
    given = {
        "species": ("Cu", "Al"),
        "reach": [[3.6, 3.9], [3.9, 4.2]],
        "limit": [0.2, 0.25],
        "height": [50.0, 30.0],
        "contact": [[2.1, 2.2], [2.2, 2.4]],
        "stiffness": [[50.0, 70.0], [70.0, 90.0]],
    }
    return Wall(**(given | changes))


def cell(length=4.4, seed=1):
    """Four rattled atoms of fcc in a skew cell, crowded below 4.2 Å, in contact below 3.4 Å."""
    rng = np.random.default_rng(seed)
    atoms = bulk("Cu", "fcc", a=length, cubic=True)
    atoms.symbols = ["Cu", "Al", "Cu", "Al"]
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.03 * rng.normal(size=(3, 3))), True)
    atoms.positions += 0.1 * rng.normal(size=(4, 3))
    return atoms


def energy(potential, atoms):
    return potential.predict(atoms).energy


def test_it_is_a_potential_for_systems():
    assert for_systems(wall())
    assert wall().cutoff == 4.2


def test_energy_is_the_formula():
    """Two loops over images in plain Python."""
    w, atoms = wall(), cell(3.7)
    index = [w.species.index(s) for s in atoms.get_chemical_symbols()]
    shifts = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3), -1).reshape(-1, 3) @ atoms.cell.array
    expected = []
    for i, a in enumerate(index):
        density = pairs = 0.0
        for j, b in enumerate(index):
            r = np.linalg.norm(atoms.positions[j] + shifts - atoms.positions[i], axis=1)
            r = r[r > 0]
            inside = r[r < w.reach[a, b]]
            density += ((1 - (inside / w.reach[a, b]) ** 2) ** 4).sum()
            u = r[r < w.contact[a, b]] / w.contact[a, b]
            pairs += (w.stiffness[a, b] * (1 - u) ** 2 / u).sum()
        x = max(density / w.limit[a] - 1, 0.0) / WIDTH
        expected.append(w.height[a] * 2 * (np.exp(x) - 1 - x) + pairs / 2)
    assert min(expected) > 0
    np.testing.assert_allclose(w.predict(atoms).energies, expected, rtol=1e-10)


def test_nothing_inside():
    loose = cell(5.4)
    found = wall().predict(loose)
    assert not found.energies.any()
    assert not found.forces.any()
    assert not found.virial.any()
    assert found.energies.shape == (4,)
    assert found.forces.shape == (4, 3)
    molecule = Atoms("CuAl", [[0, 0, 0], [0, 0, 2.9]])
    assert energy(wall(), molecule) == 0


@pytest.mark.parametrize("atoms", [Atoms(), Atoms("Cu"), Atoms("CuAl", [[0, 0, 0], [9, 0, 0]])])
def test_no_atoms_and_lonely_atoms(atoms):
    assert energy(wall(), atoms) == 0


@pytest.mark.parametrize("kind", ["crowded", "touching"])
def test_it_sets_in_smoothly(kind):
    """Energy and force are continuous: the rise is a square of the excess."""
    if kind == "crowded":
        w = wall(stiffness=np.zeros((2, 2)))
        lengths = np.linspace(3.8, 4.4, 2001)
        energies = [energy(w, bulk("Cu", "fcc", a=a)) for a in lengths]
        start = lengths[np.flatnonzero(energies)[-1]]
        near = [energy(w, bulk("Cu", "fcc", a=start - d)) for d in (0.02, 0.04)]
    else:
        w = wall(height=np.zeros(2))
        lengths = np.linspace(1.8, 2.3, 2001)
        energies = [energy(w, Atoms("CuAl", [[0, 0, 0], [0, 0, r]])) for r in lengths]
        start = 2.2
        near = [energy(w, Atoms("CuAl", [[0, 0, 0], [0, 0, start - d]])) for d in (0.02, 0.04)]
    assert near[0] > 0
    assert near[1] / near[0] == pytest.approx(4, rel=0.2)
    slope = np.diff(energies) / (lengths[1] - lengths[0])
    assert np.abs(np.diff(slope)).max() < 0.02 * np.abs(slope).max()


@pytest.mark.parametrize("length", [4.0, 3.7, 3.4, 2.6])
def test_forces_and_virial_are_derivatives(length):
    w, atoms, h = wall(), cell(length), 1e-4
    found = w.predict(atoms)
    assert np.abs(found.forces).max() > 0
    for i, d in ((0, 0), (1, 2), (3, 1)):
        ends = []
        for step in (-2, -1, 1, 2):
            moved = atoms.copy()
            moved.positions[i, d] += step * h
            ends.append(energy(w, moved))
        slope = np.array([1, -8, 8, -1]) @ ends / (12 * h)
        assert found.forces[i, d] == pytest.approx(-slope, rel=1e-6, abs=1e-7)
    for k, (a, b) in enumerate(VOIGT):
        ends = []
        for step in (-2, -1, 1, 2):
            strain = np.eye(3)
            strain[a, b] += step * h / 2
            strain[b, a] += step * h / 2
            moved = atoms.copy()
            moved.set_cell(atoms.cell.array @ strain, scale_atoms=True)
            ends.append(energy(w, moved))
        slope = np.array([1, -8, 8, -1]) @ ends / (12 * h)
        assert found.virial[k] == pytest.approx(-slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("structure", ["fcc", "bcc", "sc", "diamond"])
def test_a_compressed_crystal_rises_without_end(structure):
    w = wall()
    bonds = np.linspace(3.4, 0.3, 200)
    factor = {"fcc": 2**0.5, "bcc": 2 / 3**0.5, "sc": 1.0, "diamond": 4 / 3**0.5}[structure]
    energies = [energy(w, bulk("Cu", structure, a=factor * r)) for r in bonds]
    assert np.isfinite(energies).all()
    rise = np.diff(energies)
    assert (rise >= 0).all()
    assert (rise[bonds[1:] < 1.8] > 0).all()
    assert energies[-1] > 1e4


def test_beyond_the_last_density_the_rise_is_linear():
    w = wall()
    x = np.array([LINEAR - 1, LINEAR, LINEAR + 1, LINEAR + 2, LINEAR + 50])
    density = w.limit[0] * (1 + WIDTH * x)
    value, slope = w.embedding(density, np.zeros(5, int))
    assert slope[2] == slope[1] == slope[4]
    np.testing.assert_allclose(np.diff(value)[1], np.diff(value)[2], rtol=1e-12)
    assert slope[0] < slope[1]


@given(st.floats(1e-9, 0.3))
def test_small_excess_loses_no_digits(x):
    """Series and closed form of the rise join; reference in extended precision by its series."""
    value, slope = wall(height=[1.0, 1.0]).embedding(
        np.array([0.2 * (1 + WIDTH * x)]), np.zeros(1, int)
    )
    y = ((0.2 * (1 + WIDTH * x)) / 0.2 - 1) / WIDTH
    expected = 2 * sum(y**k / np.prod(np.arange(1.0, k + 1)) for k in range(2, 20))
    assert value[0] == pytest.approx(expected, rel=1e-7, abs=1e-30)
    assert slope[0] * WIDTH * 0.2 == pytest.approx(
        2 * sum(y**k / np.prod(np.arange(1.0, k + 1)) for k in range(1, 20)), rel=1e-7, abs=1e-30
    )


def test_order_of_species_is_a_matter_of_names():
    atoms = cell(3.8)
    w = wall()
    turned = Wall(
        w.species[::-1],
        w.reach[::-1, ::-1],
        w.limit[::-1],
        w.height[::-1],
        w.contact[::-1, ::-1],
        w.stiffness[::-1, ::-1],
    )
    a, b = w.predict(atoms), turned.predict(atoms)
    np.testing.assert_allclose(a.energies, b.energies, rtol=1e-13)
    np.testing.assert_allclose(a.forces, b.forces, rtol=1e-12, atol=1e-12)
    swapped = atoms.copy()
    swapped.symbols = ["Al", "Cu", "Al", "Cu"]
    assert energy(w, swapped) != pytest.approx(energy(w, atoms))


def test_an_unknown_element_is_named():
    with pytest.raises(SpeciesError, match="Fe"):
        wall().predict(Atoms("Fe"))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(2.4, 6.0), st.integers(0, 99)), min_size=1, max_size=6))
def test_side_by_side_equals_one_by_one(drawn):
    """Walls that touch only some of the configurations included."""
    w = wall()
    configurations = [cell(length, seed) for length, seed in drawn]
    system = System.of(configurations, w.species, w.cutoff)
    found = w.of_system(system)
    assert found.virial.shape == (len(drawn), 6)
    first = 0
    for k, atoms in enumerate(configurations):
        alone = w.predict(atoms)
        mine = slice(first, first + len(atoms))
        np.testing.assert_allclose(found.energies[mine], alone.energies, rtol=1e-12)
        scale = max(np.abs(alone.forces).max(), 1.0)
        np.testing.assert_allclose(found.forces[mine], alone.forces, atol=1e-11 * scale)
        np.testing.assert_allclose(found.virial[k], alone.virial, atol=1e-10 * scale)
        first += len(atoms)


def test_save_and_load(tmp_path):
    w, atoms = wall(), cell(3.5)
    for potential in (w, pl.ZBL(w.species, 1.0, 2.0) + w):
        potential.save(tmp_path / "x.potl")
        again = pl.load(tmp_path / "x.potl")
        assert type(again) is type(potential)
        np.testing.assert_array_equal(again.predict(atoms).forces, potential.predict(atoms).forces)
    assert Wall.from_dict(w.to_dict()).predict(atoms).energy == energy(w, atoms)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reach": [3.0, 3.0]}, r"wall: reach: expected shape \(2, 2\), got \(2,\)"),
        ({"limit": [[1.0]]}, r"wall: limit: expected shape \(2,\)"),
        ({"limit": [1.0, 0.0]}, "wall: limit: expected positive numbers"),
        ({"limit": [1.0, np.nan]}, "wall: limit: expected positive numbers"),
        ({"height": [1.0, -1.0]}, "wall: height: expected numbers of at least 0"),
        ({"height": [1.0, np.inf]}, "wall: height: expected numbers"),
        ({"stiffness": [[1.0, 2.0], [3.0, 4.0]]}, "wall: stiffness: expected a symmetric table"),
        ({"reach": [[3.0, 3.1], [3.2, 3.0]]}, "wall: reach: expected a symmetric table"),
        ({"contact": [[2.1, 4.0], [4.0, 2.4]]}, "wall: expected contacts within the reach"),
        ({"species": ("Cu",)}, r"wall: reach: expected shape \(1, 1\)"),
    ],
)
def test_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        wall(**changes)


def test_pairs_without_contact_do_not_repel():
    w = replace(wall(), height=np.zeros(2), contact=np.zeros((2, 2)))
    assert energy(w, Atoms("CuAl", [[0, 0, 0], [0, 0, 0.5]])) == 0
