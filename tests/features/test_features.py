"""Features of configurations and atoms, against their definitions."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.errors import BasisError, DataError, SpeciesError
from potlearn.features import (
    KINDS,
    configuration_features,
    environment_features,
    feature_names,
    scaled,
)
from potlearn.runtime import Runtime

ACE = pl.ACE(("Cu", "Ag"), cutoff=4.0, order=2, degree=5)
POD = pl.POD(("Cu", "Ag"), cutoff=4.0, rin=0.8)
FAMILIES = {"ace": ACE, "pod": POD}


def frames(n=12, seed=0, largest=3):
    """Unlabelled crystals of one to some tens of atoms, a dimer and an isolated atom."""
    rng = np.random.default_rng(seed)
    made = [Atoms("Cu"), Atoms("CuAg", [[0, 0, 0], [2.3, 0, 0]])]
    for _ in range(n - 2):
        atoms = bulk("Cu", a=3.7, cubic=bool(rng.integers(2))) * int(rng.integers(1, largest))
        atoms.symbols[rng.random(len(atoms)) < 0.4] = "Ag"
        atoms.rattle(0.1, seed=int(rng.integers(1000)))
        made.append(atoms)
    return made


def by_definition(kind, descriptor, atoms):
    """Features of one configuration, atom by atom."""
    b = descriptor.features(atoms)
    symbols = np.array(atoms.get_chemical_symbols())
    of = [b[symbols == s] for s in descriptor.species]
    match kind:
        case "mean":
            return sum(b) / len(b)
        case "sum":
            return sum(b)
        case "species_sum":
            return np.concatenate([x.sum(axis=0) for x in of])
        case "species_mean":
            return np.concatenate([x.sum(axis=0) / max(len(x), 1) for x in of])
        case "composition":
            return np.array([len(x) / len(b) for x in of])
        case "correlation":
            matrix = sum(np.outer(x, x) for x in b) / len(b)
            n = len(matrix)
            factor = [(1.0 if i == j else 2**0.5, i, j) for i in range(n) for j in range(i, n)]
            return np.array([f * matrix[i, j] for f, i, j in factor])
        case "forces":
            rows = descriptor.rows(atoms).forces.reshape(3 * len(b), len(of), -1)
            return np.sqrt((rows[:, :, 1:] ** 2).mean(axis=0)).ravel()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_by_its_definition(family, kind):
    descriptor, made = FAMILIES[family], frames()
    found = configuration_features(pl.from_atoms(made), descriptor, kind)
    assert found.shape == (len(made), len(feature_names(descriptor, kind)))
    expected = [by_definition(kind, descriptor, atoms) for atoms in made]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_features_do_not_depend_on_orientation_order_or_images(kind):
    atoms = frames()[-1]
    turned = atoms.copy()
    turned.rotate(50, (1, 2, 3), rotate_cell=True)
    turned = turned[np.random.default_rng(0).permutation(len(atoms))]
    shifted = atoms.copy()
    shifted.positions += [1.0, 2.0, 3.0]
    shifted.wrap()
    X = configuration_features(pl.from_atoms([atoms, turned, shifted]), ACE, kind)
    np.testing.assert_allclose(X[1:], X[[0, 0]], rtol=1e-9, atol=1e-9 * np.abs(X[0]).max())


@pytest.mark.parametrize("kind", ["mean", "species_mean", "composition", "correlation", "forces"])
def test_means_do_not_depend_on_the_size_of_the_cell(kind):
    atoms = frames()[-1]
    X = configuration_features(pl.from_atoms([atoms, atoms * (2, 1, 1)]), ACE, kind)
    np.testing.assert_allclose(X[1], X[0], rtol=1e-9, atol=1e-9 * np.abs(X[0]).max())


def test_the_dot_product_of_correlations_is_that_of_the_matrices():
    made = frames()[2:4]
    X = configuration_features(pl.from_atoms(made), ACE, "correlation")
    a, b = (ACE.features(atoms) for atoms in made)
    expected = np.sum((a.T @ a / len(a)) * (b.T @ b / len(b)))
    assert X[0] @ X[1] == pytest.approx(expected, rel=1e-12)


def test_kinds_stand_side_by_side():
    dataset = pl.from_atoms(frames())
    both = configuration_features(dataset, ACE, ["composition", "mean"])
    single = [configuration_features(dataset, ACE, k) for k in ("composition", "mean")]
    np.testing.assert_array_equal(both, np.hstack(single))
    assert feature_names(ACE, ["composition", "mean"])[:2] == ["share of Cu", "share of Ag"]


@given(seed=st.integers(0, 10**6), largest=st.integers(2, 5), n=st.integers(3, 40))
@settings(max_examples=20)
def test_batches_change_no_bit(seed, largest, n):
    made = frames(n, seed, largest)
    found = environment_features(pl.from_atoms(made), ACE)
    rows = [ACE.features(atoms) for atoms in made]
    np.testing.assert_array_equal(found.features, np.concatenate(rows))
    assert np.diff(found.first).tolist() == [len(atoms) for atoms in made]
    owner = np.repeat(np.arange(len(made)), [len(atoms) for atoms in made])
    np.testing.assert_array_equal(found.owner(np.arange(len(owner))), owner)


def test_workers_and_files_change_no_bit(tmp_path, monkeypatch):
    monkeypatch.setattr("potlearn.features.matrix.CONFIGURATIONS", 4)
    dataset = pl.from_atoms(frames(30))
    plain = configuration_features(dataset, ACE)
    seen = []
    path = tmp_path / "X.npy"
    mapped = configuration_features(
        dataset, ACE, path=path, runtime=Runtime(2, progress=lambda *x: seen.append(x))
    )
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, plain)
    np.testing.assert_array_equal(np.load(path), plain)
    assert seen[-1] == (30, 30)
    assert len(seen) == 8


def test_an_interrupted_matrix_is_continued(tmp_path, monkeypatch):
    monkeypatch.setattr("potlearn.features.matrix.CONFIGURATIONS", 4)
    dataset, path = pl.from_atoms(frames(30)), tmp_path / "X.npy"

    def interrupt(done, total):
        if done >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        configuration_features(dataset, ACE, path=path, runtime=Runtime(progress=interrupt))
    with (tmp_path / "X.npy.journal").open("a") as file:
        file.write('{"chunk": 7')  # torn by a kill
    seen = []
    runtime = Runtime(progress=lambda n, _: seen.append(n))
    continued = configuration_features(dataset, ACE, path=path, runtime=runtime)
    assert seen == [16, 20, 24, 28, 30]
    np.testing.assert_array_equal(continued, configuration_features(dataset, ACE))


def test_files_of_other_features_are_refused(tmp_path):
    dataset, path = pl.from_atoms(frames()), tmp_path / "X.npy"
    configuration_features(dataset, ACE, path=path)
    message = r"X\.npy: this matrix belongs to another dataset or descriptor \(other {}\)"
    with pytest.raises(DataError, match=message.format("features, shape")):
        configuration_features(dataset, POD, path=path)
    with pytest.raises(DataError, match=message.format("data, shape")):
        configuration_features(dataset[:-1], ACE, path=path)
    path.unlink()  # a matrix that was removed is made again, whatever its journal says
    configuration_features(dataset, POD, path=path)
    np.save(tmp_path / "mine.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"mine\.npy: exists"):
        configuration_features(dataset, ACE, path=tmp_path / "mine.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "mine.npy"), np.zeros(3))


def test_bad_input_is_told_in_words():
    dataset = pl.from_atoms(frames())
    with pytest.raises(BasisError, match=r"expected some of mean, .*, got 'median'"):
        configuration_features(dataset, ACE, "median")
    with pytest.raises(BasisError, match="got none"):
        configuration_features(dataset, ACE, [])
    with pytest.raises(SpeciesError, match="atoms:12: element H"):
        configuration_features(pl.from_atoms([*frames(), molecule("H2")]), ACE)
    with pytest.raises(DataError, match="the dataset is empty"):
        configuration_features(dataset[:0], ACE)


class Broken:
    """A descriptor that fails for atoms far from the origin."""

    def __getattr__(self, name):
        return getattr(ACE, name)

    def features(self, atoms, neighbors=None, *, threads=1):
        b = ACE.features(atoms, neighbors)
        b[ACE.system(atoms).positions[:, 0] > 50] = np.nan
        return b


def test_features_that_are_not_finite_name_the_configuration():
    made = frames(8)
    made[4].positions += 100.0
    with pytest.raises(DataError, match="atoms:4: NaN or Inf in its features"):
        configuration_features(pl.from_atoms(made), Broken())


@pytest.mark.parametrize("mapped", [False, True])
def test_scaled_columns(tmp_path, mapped, monkeypatch):
    monkeypatch.setattr("potlearn.features.scaling.BLOCK", 64)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6)) * [1e-6, 1, 1e6, 1, 1, 1] + 7.0
    X = np.column_stack([X, np.full(300, 3.0)])
    path = tmp_path / "scaled.npy" if mapped else None
    standard = scaled(X, "standard", path)
    np.testing.assert_allclose(standard[:, :6].mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(standard[:, :6].std(axis=0), 1, rtol=1e-9)
    np.testing.assert_array_equal(standard[:, 6], 0)
    white = scaled(X, "whiten", path)
    assert white.shape == (300, 6)
    np.testing.assert_allclose(white.T @ white / 300, np.eye(6), atol=1e-8)
    assert isinstance(white, np.memmap) == mapped
    assert scaled(X, "none") is X


def test_scaling_that_cannot_be_done():
    with pytest.raises(DataError, match="expected one of standard, whiten, none"):
        scaled(np.zeros((3, 2)), "log")
    with pytest.raises(DataError, match="the same for all rows"):
        scaled(np.ones((3, 2)), "whiten")
    with pytest.raises(DataError, match="not finite"):
        scaled(np.array([[np.nan], [1.0]]))
