"""Datasets as sequences, and their splits."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn.data as pd
from potlearn.errors import DataError


def labelled(symbols, group, energy=0.0, **info):
    """A molecule whose size tells its energy, so that no two are copies."""
    size = (1 + 1e-3 * energy) * np.arange(3.0 * len(Atoms(symbols)))
    atoms = Atoms(symbols, size.reshape(-1, 3))
    atoms.info.update(config_type=group, **info)
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms


@pytest.fixture(scope="module")
def data():
    """40 dimers in group a, 20 trimers in b, 4 in c, one isolated H and O each."""
    frames = [labelled("H2", "a", i, run=i // 8) for i in range(40)]
    frames += [labelled("H2O", "b", 100 + i, run=10 + i // 5) for i in range(20)]
    frames += [labelled("O2", "c", 200 + i, run=20) for i in range(4)]
    frames += [
        labelled("H", "IsolatedAtom", -13.6, run=30),
        labelled("O", "single", -432.0, run=30),
    ]
    return pd.from_atoms(frames, name="m")


def test_sequence(data):
    assert len(data) == 66
    assert data.species == ("H", "O")
    assert data.source(-1) == "m:65"
    assert data[-1].get_potential_energy() == -432.0
    assert data[10:14].energies.tolist() == [10, 11, 12, 13]
    assert data.subset([3, 1]).energies.tolist() == [3, 1]
    assert data.subset(data.energies > 200).source(0) == "m:61"
    assert data.subset([]).species == ()
    assert list(data.by_group()) == ["a", "b", "c", "IsolatedAtom", "single"]
    assert data.composition(45) == {"H": 2, "O": 1}
    with pytest.raises(IndexError):
        data[66]
    with pytest.raises(IndexError, match="outside"):
        data.subset([66])
    with pytest.raises(DataError, match="mask of shape"):
        data.subset([True, False])


def test_isolated_energies(data):
    assert data.isolated_energies() == {"H": -13.6, "O": -432.0}
    with pytest.raises(DataError, match="m:0: group IsolatedAtom holds 2 atoms"):
        pd.from_atoms([labelled("H2", "IsolatedAtom")], name="m").isolated_energies()
    two = [labelled("H", "IsolatedAtom", e) for e in (-1.0, -2.0)]
    with pytest.raises(DataError, match=r"m:1: isolated H has -2.0 eV, another one -1.0 eV"):
        pd.from_atoms(two, name="m").isolated_energies()


@pytest.mark.parametrize("n_atoms", [1, 5, 7, 1000])
def test_batches_cover_everything_in_order(data, n_atoms):
    batches = list(data.batches(n_atoms))
    assert np.concatenate([b.energies for b in batches]).tolist() == data.energies.tolist()
    assert all(b.n_atoms.sum() <= n_atoms or len(b) == 1 for b in batches)


def energies(*parts):
    return [part.energies.tolist() for part in parts]


@pytest.mark.parametrize("split", [pd.random_split, pd.stratified_split, pd.grouped_split])
def test_splits_are_disjoint_complete_and_fixed_by_the_seed(data, split):
    train, test = split(data, test=0.25, seed=3)
    assert sorted([*train.energies, *test.energies]) == sorted(data.energies)
    assert set(train.energies).isdisjoint(test.energies)
    assert energies(train, test) == energies(*split(data, test=0.25, seed=3))
    assert energies(test) == energies(split(data, 0.25, np.random.default_rng(3))[1])
    assert {-13.6, -432.0} <= set(train.energies)
    draws = {tuple(split(data, test=0.25, seed=seed)[1].energies) for seed in range(8)}
    assert len(draws) > 1


def test_random_split_by_number_and_its_limits(data):
    assert len(pd.random_split(data, test=5)[1]) == 5
    assert len(pd.random_split(data, test=0.1)[1]) == 6
    with pytest.raises(DataError, match="of 64 configurations is 64; expected 1 to 63"):
        pd.random_split(data, test=64)
    with pytest.raises(DataError, match="of 64 configurations is 0"):
        pd.random_split(data, test=0.001)


def test_stratified_split_takes_the_fraction_of_every_group(data):
    counts = pd.stratified_split(data, test=0.25)[1].group_counts()
    assert counts == {"a": 10, "b": 5, "c": 1}
    with pytest.raises(DataError, match="expected a fraction between 0 and 1"):
        pd.stratified_split(data, test=5)


def test_grouped_split_shares_no_group(data):
    runs = pd.info_groups(data, "run")
    train, test = pd.grouped_split(data, test=0.25, seed=1, groups=runs)
    assert set(pd.info_groups(train, "run")).isdisjoint(pd.info_groups(test, "run"))
    assert abs(len(test) - 16) <= 4
    with pytest.raises(DataError, match="m:0: no key 'absent' to group by"):
        pd.info_groups(data, "absent")
    with pytest.raises(DataError, match="needs two groups or more, got 1"):
        pd.grouped_split(data[:40])
    with pytest.raises(DataError, match="1 group names for 66"):
        pd.grouped_split(data, groups=["x"])


def test_folds_are_disjoint_balanced_and_stratified(data):
    folds = pd.k_folds(data, k=4, seed=2)
    assert sorted(np.concatenate(folds)) == list(range(64))
    assert {len(fold) for fold in folds} == {16}
    assert all(data.subset(fold).group_counts()["a"] == 10 for fold in folds)
    again = pd.k_folds(data, k=4, seed=2)
    assert all((a == b).all() for a, b in zip(folds, again, strict=True))
    with pytest.raises(DataError, match="cannot make 65 folds of 64 different configurations"):
        pd.k_folds(data, k=65)


def test_content_key_follows_content(data):
    assert data.content_key() == data.subset(range(66)).content_key()
    assert data.content_key() != data[::-1].content_key()
    changed = pd.from_atoms([labelled("H2", "a", 1e-9)])
    assert changed.content_key() != pd.from_atoms([labelled("H2", "a", 0.0)]).content_key()


def test_standardiser_equals_numpy_whatever_the_blocks():
    rows = np.random.default_rng(0).normal(1e6, [1.0, 1e-3, 0.0], (100, 3))
    whole, parts = pd.Standardiser.fit([rows]), pd.Standardiser.fit([rows[:7], rows[7:7], rows[7:]])
    np.testing.assert_allclose(parts.mean, rows.mean(0), rtol=1e-15)
    np.testing.assert_allclose(parts.scale[:2], rows.std(0)[:2], rtol=1e-6)
    assert parts.scale[2] == whole.scale[2] == 1.0
    np.testing.assert_allclose(whole.inverse(whole.transform(rows)), rows, rtol=1e-15)
    with pytest.raises(DataError, match="no rows"):
        pd.Standardiser.fit([])
    with pytest.raises(DataError, match="not finite"):
        pd.Standardiser.fit([[np.nan]])
