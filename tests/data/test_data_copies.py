"""Copies of one geometry: found, counted, kept together in splits; and isolated atoms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import potlearn.data as pd
from potlearn.data.copies import copies
from potlearn.data.shape import sorted_distances
from potlearn.errors import DataError


def labelled(atoms, energy=0.0, group="all"):
    atoms.info["config_type"] = group
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms


def rattled(seed, group="all"):
    """A crystal that no other seed gives."""
    atoms = bulk("Cu", cubic=True) * (2, 1, 1)
    atoms.rattle(0.1, seed=seed)
    return labelled(atoms, float(seed), group)


def moved(atoms, seed=0):
    """The same configuration translated, rotated, with its atoms in another order."""
    rng = np.random.default_rng(seed)
    turn = Rotation.random(random_state=seed).as_matrix()
    order = rng.permutation(len(atoms))
    other = atoms[order]
    other.positions = (other.positions + rng.normal(size=3)) @ turn
    other.cell = np.asarray(atoms.cell) @ turn
    other.wrap()
    return labelled(other, atoms.get_potential_energy(), atoms.info["config_type"])


def findings(frames, kind):
    return [f for f in pd.inspect(pd.from_atoms(frames)).findings if f.kind == kind]


def test_copies_are_found_whatever_their_labels_or_orientation():
    frames = [rattled(s) for s in range(6)]
    frames += [labelled(frames[1].copy(), 7.0), moved(frames[2]), moved(frames[2], 1)]
    assert copies(pd.from_atoms(frames)).tolist() == [0, 1, 2, 3, 4, 5, 1, 2, 2]


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.tuples(*[st.booleans()] * 3))
def test_distances_are_those_of_the_nearest_images(seed, pbc):
    """Also in skewed cells; against all images up to nine cells away."""
    rng = np.random.default_rng(seed)
    cell = 4 * np.eye(3) + rng.uniform(-1.3, 1.3, (3, 3))
    atoms = Atoms("Cu4", 4 * rng.normal(size=(4, 3)), cell=cell, pbc=pbc)
    i, j = np.triu_indices(4, 1)
    vectors = atoms.positions[j] - atoms.positions[i]
    steps = [range(-9, 10) if periodic else [0] for periodic in pbc]
    images = vectors[:, None] + np.array(list(product(*steps))) @ cell
    expected = np.linalg.norm(images, axis=2).min(1)
    np.testing.assert_allclose(sorted_distances(atoms), np.sort(expected), rtol=1e-10)


def test_equal_energies_make_no_copies():
    frames = [labelled(rattled(s), 1.0) for s in range(6)]
    frames += [labelled(bulk("Cu", a=5.2 + x), 1.0) for x in range(3)]
    assert copies(pd.from_atoms(frames)).tolist() == list(range(9))


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("split", [pd.random_split, pd.stratified_split])
def test_a_split_of_a_file_read_twice_has_no_copy_on_both_sides(split, times):
    frames = [rattled(s, "ab"[s % 2]) for s in range(20)]
    data = pd.from_atoms(frames * times)
    train, test = split(data, test=0.2, seed=1)
    assert len(test) == 4 * times
    assert set(train.energies).isdisjoint(test.energies)


def test_copies_in_several_groups_leave_every_group_its_share():
    frames = [rattled(s, group) for s in range(20) for group in "ab"]
    train, test = pd.stratified_split(pd.from_atoms(frames), test=0.25, seed=0)
    assert test.group_counts() == {"a": 5, "b": 5}
    assert set(train.energies).isdisjoint(test.energies)


def test_folds_keep_copies_together():
    data = pd.from_atoms([rattled(s) for s in range(8)] * 3)
    folds = pd.k_folds(data, k=4, seed=0)
    assert sorted(np.concatenate(folds)) == list(range(24))
    sets = [set(data.energies[fold]) for fold in folds]
    assert sum(map(len, sets)) == len(set().union(*sets)) == 8
    with pytest.raises(DataError, match="cannot make 9 folds of 8 different configurations"):
        pd.k_folds(data, k=9)


def test_grouped_split_gives_shared_configurations_to_the_train_set():
    frames = [rattled(s + 10 * g, f"g{g}") for g in range(5) for s in range(4)]
    frames += [rattled(99, f"g{g}") for g in range(5)]
    data = pd.from_atoms(frames)
    train, test = pd.grouped_split(data, test=0.2, seed=0)
    assert len(train) + len(test) == 25
    assert len(test) == 4
    assert len(test.group_counts()) == 1
    assert set(train.energies).isdisjoint(test.energies)
    with pytest.raises(DataError, match="has a copy in another group"):
        pd.grouped_split(pd.from_atoms(rattled(1, g) for g in "abc"), test=0.3)


def test_copies_larger_than_the_test_set_are_an_error_in_words():
    with pytest.raises(DataError, match="copies stay together"):
        pd.random_split(pd.from_atoms([rattled(1)] * 10 + [rattled(2)] * 10), test=0.1)


BOX = 500.0


def in_box(atoms, energy, box=BOX):
    atoms.set_cell([box] * 3)
    atoms.pbc = True
    return labelled(atoms, energy)


def bent(angle, energy=0.0, box=BOX):
    """Hydrogen peroxide with a dihedral angle: all bonds and angles equal."""
    atoms = molecule("H2O2")
    atoms.set_dihedral(2, 0, 1, 3, angle, indices=[3])
    return in_box(atoms, energy, box)


@pytest.mark.parametrize("box", [15.0, 500.0, 9000.0])
def test_conformers_in_a_large_box_are_not_the_same(box):
    frames = [bent(40 + 10 * k, 0.1 * k, box) for k in range(6)]
    assert not findings(frames, "inconsistent_energy")
    assert not findings([labelled(a, 0.0) for a in frames], "equivalent")
    assert len(set(copies(pd.from_atoms(labelled(a, 0.0) for a in frames)))) == 6


@pytest.mark.parametrize("box", [15.0, 500.0, 9000.0])
def test_the_same_molecule_in_a_large_box_is_found(box):
    frames = [bent(40 + 10 * k, 0.1 * k, box) for k in range(6)]
    other = moved(frames[2])
    (found,) = findings([*frames, other], "equivalent")
    assert found.value == 1
    other.calc.results["energy"] += 1.0
    (found,) = findings([*frames, other], "inconsistent_energy")
    assert found.source == "atoms:6"


def test_fragments_apart_by_other_distances_are_not_the_same():
    frames = []
    for k, gap in enumerate((6.0, 7.0, 8.0)):
        pair = molecule("H2O") + molecule("H2O")
        pair.positions[3:, 2] += gap
        frames.append(in_box(pair, 0.1 * k, 40.0))
    assert not findings(frames, "inconsistent_energy")


def test_a_small_molecule_beside_a_large_crystal_keeps_its_own_scale():
    large = labelled(bulk("Cu", cubic=True) * 5, -5.0)
    small = [labelled(Atoms("H2", [[0, 0, 0], [0, 0, r]]), r) for r in (0.7, 0.7001, 0.701)]
    assert not findings([large, *small], "inconsistent_energy")


def cell(a, energy, group="all", symbol="Cs"):
    return labelled(Atoms(symbol, cell=[a, a, a], pbc=True), energy, group)


def test_one_atom_in_a_wide_cell_is_isolated_and_in_no_test_set():
    frames = [rattled(s) for s in range(8)] + [cell(20.0, -96.5, symbol="Cu")]
    data = pd.from_atoms(frames)
    assert data.isolated_mask().tolist() == [False] * 8 + [True]
    assert data.isolated_energies() == {"Cu": -96.5}
    for seed in range(20):
        assert -96.5 not in pd.random_split(data, test=0.5, seed=seed)[1].energies
    (found,) = [f for f in pd.inspect(data).findings if f.kind == "isolated_atom"]
    assert "atoms:8, one atom without a periodic image within 20 Å" in found.message


@pytest.mark.parametrize(
    "name", ["IsolatedAtom", "isolated_atom", "Isolated-Atom", "isolatedatom", "ISOLATED ATOM"]
)
def test_the_name_of_isolated_atoms_is_read_in_any_spelling(name):
    data = pd.from_atoms([cell(6.0, -1.0, name), cell(6.0, -2.0, "crystal")])
    assert data.isolated_mask().tolist() == [True, False]
    assert data.isolated_energies() == {"Cs": -1.0}


def test_crystals_of_one_atom_are_not_isolated():
    crystals = [labelled(bulk("Cs"), -1.0), cell(7.9, -0.5)]
    skewed = Atoms("Cs", cell=[[30, 0, 0], [30, 5, 0], [0, 30, 5]], pbc=True)
    chain = Atoms("Cs", cell=[4, 50, 50], pbc=[True, False, False])
    data = pd.from_atoms([*crystals, labelled(skewed), labelled(chain)])
    assert not data.isolated_mask().any()
    assert data.isolated_energies() == {}


def test_an_image_within_the_cutoff_counts():
    data = pd.from_atoms([cell(9.0, -1.0)])
    assert data.isolated_mask(cutoff=6.0).all()
    assert data.isolated_energies(cutoff=6.0) == {"Cs": -1.0}
    assert not data.isolated_mask(cutoff=10.0).any()
    assert data.isolated_energies(cutoff=10.0) == {}


def test_a_series_of_wide_cells_gives_the_widest_and_a_named_atom_wins():
    series = [cell(a, -1.0 - 0.01 / a) for a in (9.0, 20.0, 12.0)]
    data = pd.from_atoms(series)
    assert data.isolated_energies() == {"Cs": -1.0 - 0.01 / 20}
    (found,) = [f for f in pd.inspect(data).findings if f.kind == "isolated_atom"]
    assert "others differ from it by up to 0.000611 eV" in found.message
    named = pd.from_atoms([*series, cell(9.0, -3.0, "isolated_atom")])
    assert named.isolated_energies() == {"Cs": -3.0}
