"""States beyond the data: crystals, packings, molecules, side by side."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import neighbor_list
from beyond_data import alloy, copper
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.fit.beyond.cells import Cells, deformed, have_contact
from potlearn.fit.beyond.crystals import UNARY, crystals
from potlearn.fit.beyond.floor import Floor
from potlearn.fit.beyond.states import approaches, crystal_paths, packings, strained
from potlearn.potentials.pair import LennardJones

THREE = ("Ag", "Cu", "Pd")
NEAREST = 40.0


def prepared(data, species):
    coverage = pl.Coverage.of(data, species)
    return coverage, Floor.of(coverage, LennardJones(species, 5.0, epsilon=0.2, sigma=2.3))


@pytest.fixture(scope="module")
def one():
    return prepared(copper(), ("Cu",))


@pytest.fixture(scope="module")
def ternary():
    kinds = [["Ag"], ["Cu"], ["Pd"], ["Ag", "Cu"], ["Ag", "Pd"], ["Cu", "Pd"]]
    return prepared(alloy(kinds, 24, 3), THREE)


def nearest(cells, cutoff):
    """Shortest distance in each configuration."""
    system = cells.system(cutoff)
    r = np.linalg.norm(system.neighbors.vectors(cells.positions), axis=1)
    found = np.full(len(cells), np.inf)
    np.minimum.at(found, cells.owner[system.neighbors.i], r)
    return found


def test_names_of_crystals():
    assert [name for name, _ in crystals(("Cu",))] == [f"Cu {s}" for s in UNARY]
    two = [name for name, _ in crystals(("Cu", "Ag"))]
    assert len(two) == 13
    assert two[-3:] == ["CuAg B1", "CuAg B2", "CuAg B3"]
    three = dict(crystals(THREE))
    names = [name for name in three if name.endswith("C1b")]
    assert len(names) == 3
    assert len(three) == 15 + 9 + 3
    assert len({three[name].get_chemical_symbols()[1] for name in names}) == 3


def test_crystals_are_those_of_ase():
    """All distances up to a few cells away, and the volume."""
    known = {"B1": "rocksalt", "B2": "cesiumchloride", "B3": "zincblende"}
    for name, atoms in crystals(("Cu", "Ag")):
        symbols, kind = name.split()
        ratio = 1.633 if kind == "hcp" else None
        expected = bulk(symbols, known.get(kind, kind), a=1.0, c=ratio)
        assert atoms.get_chemical_symbols() == expected.get_chemical_symbols()
        assert atoms.get_volume() == pytest.approx(expected.get_volume(), rel=1e-12)
        found, wanted = (
            [np.sort(neighbor_list("d", a, {pair: 3.01})) for pair in pairs(a)]
            for a in (atoms, expected)
        )
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def pairs(atoms):
    """Pairs of elements."""
    return list(combinations_with_replacement(sorted(set(atoms.get_chemical_symbols())), 2))


def test_paths_go_inwards_from_expansion(one):
    paths = crystal_paths(*one)
    assert [p.name for p in paths] == [f"Cu {s}" for s in UNARY]
    typical = one[0].typical[0, 0]
    for path in paths:
        assert len(path.cells) == len(path.scales)
        np.testing.assert_allclose(nearest(path.cells, 8.0), path.scales * typical, rtol=1e-9)
        assert (np.diff(path.scales) < 0).all()
        assert path.cells.periodic.all()


def test_paths_of_alloys_keep_every_pair_at_its_scale(ternary):
    coverage, floor = ternary
    paths = crystal_paths(coverage, floor)
    assert {"AgCu B2", "CuPd B3", "Pd hcp"} < {p.name for p in paths}
    assert sum(p.name.endswith("C1b") for p in paths) == 3
    for path in paths:
        system = path.cells.system(6.0)
        list_ = system.neighbors
        r = np.linalg.norm(list_.vectors(path.cells.positions), axis=1)
        r /= coverage.typical[system.species[list_.i], system.species[list_.j]]
        least = np.full(len(path.cells), np.inf)
        np.minimum.at(least, path.cells.owner[list_.i], r)
        seen = np.isfinite(least)
        np.testing.assert_allclose(least[seen], path.scales[seen], rtol=1e-9)


def test_compositions_that_the_data_do_not_mix_to_are_left_out():
    coverage, floor = prepared(alloy([["Ag", "Cu"]], 12, 0), THREE)
    names = [p.name for p in crystal_paths(coverage, floor)]
    assert not any("Pd" in name for name in names)
    assert not (packings(20, coverage, floor, np.random.default_rng(0)).species == 2).any()


@pytest.mark.parametrize("which", ["one", "ternary"])
def test_no_state_has_unintended_contacts(which, request):
    """All of them can be evaluated: no distance is near the inner end of radial tables."""
    coverage, floor = request.getfixturevalue(which)
    cutoff, rng = 5.0, np.random.default_rng(0)
    paths = crystal_paths(coverage, floor)
    for cells in (
        strained(paths, 4, rng),
        packings(100, coverage, floor, rng),
        *(p.cells for p in paths),
        *(a.cells for a in approaches(coverage, cutoff)),
    ):
        assert not have_contact(cells, cells.system(cutoff), cutoff / NEAREST).any()
    assert nearest(packings(100, coverage, floor, rng), 5.0).min() > 0.4 * coverage.typical.min()


def test_packings_are_dense_and_sparse_and_small(one):
    coverage, floor = one
    cells = packings(200, coverage, floor, np.random.default_rng(2))
    ratio = cells.volumes / coverage.typical[0, 0] ** 3
    assert 0.39 < ratio.min() < 0.45
    assert 4.3 < ratio.max() < 5.01
    assert set(cells.sizes) == set(range(3, 10))


def test_no_packings_are_none(one):
    assert len(packings(0, *one, np.random.default_rng(0))) == 0


def test_the_same_seed_gives_the_same_states(ternary):
    first, again, other = (packings(20, *ternary, np.random.default_rng(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.positions, again.positions)
    np.testing.assert_array_equal(first.cells, again.cells)
    assert (
        first.positions.shape != other.positions.shape or (first.positions != other.positions).any()
    )


def test_approaches_are_clean(ternary):
    coverage, _ = ternary
    found = approaches(coverage, 5.0)
    assert len(found) == 6 * 3
    assert {a.kind for a in found} == {"dimer", "linear trimer", "bent trimer"}
    for approach in found:
        assert approach.distances[0] == pytest.approx(coverage.shortest[approach.pair])
        assert (np.diff(approach.distances) < 0).all()
        assert not approach.cells.periodic.any()
        np.testing.assert_allclose(nearest(approach.cells, 5.0), approach.distances, rtol=1e-9)
        symbols = [THREE[k] for k in approach.cells.take([0]).species]
        assert tuple(symbols[:2]) == approach.pair


# Cells side by side


@settings(max_examples=30)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.data())
def test_cells_taken_and_joined(sizes, data):
    rng = np.random.default_rng(sum(sizes))
    atoms = [
        Atoms(
            rng.choice(THREE, n), rng.random((n, 3)), cell=4 * np.eye(3) + rng.random((3, 3)), pbc=p
        )
        for n, p in zip(sizes, rng.random(len(sizes)) < 0.5, strict=True)
    ]
    cells = Cells.of(atoms, THREE)
    which = data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=5))
    taken = cells.take(np.array(which, int))
    assert len(taken) == len(which)
    expected = Cells.of([atoms[k] for k in which], THREE)
    for name in ("positions", "species", "sizes", "cells", "periodic"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(expected, name))
    both = Cells.joined([cells, taken])
    assert len(both) == len(cells) + len(taken)
    np.testing.assert_array_equal(both.take(np.arange(len(cells))).positions, cells.positions)
    np.testing.assert_array_equal(cells.sums(np.ones(len(cells.species))), sizes)
    np.testing.assert_allclose(cells.compositions(3).sum(1), 1.0)


def test_a_system_of_cells_is_that_of_the_atoms():
    atoms = [
        bulk("Cu", "fcc", a=3.6),
        Atoms("CuAg", [[0, 0, 0], [0, 0, 2.4]]),
        bulk("Ag", "fcc", a=4.1),
    ]
    potential = LennardJones(THREE, 5.0, epsilon=0.2, sigma=2.3)
    found = potential.of_system(Cells.of(atoms, THREE).system(5.0))
    alone = [potential.predict(a) for a in atoms]
    np.testing.assert_allclose(found.energies, np.concatenate([p.energies for p in alone]))
    np.testing.assert_allclose(found.virial, [p.virial for p in alone], atol=1e-12)


def test_deformed_cells_move_with_their_atoms():
    atoms = bulk("Si", "diamond", a=5.4)
    strain = np.eye(3) + 0.1 * np.random.default_rng(0).random((3, 3))
    found = deformed(Cells.of([atoms], ("Si",)), strain[None])
    atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
    np.testing.assert_allclose(found.positions, atoms.positions, atol=1e-12)
    np.testing.assert_allclose(found.cells[0], atoms.cell.array)
