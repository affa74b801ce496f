"""Grades: bounds on the training, invariances, few environments, absent species, saving."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.errors import BasisError, ConfigError, DataError, ModelFileError, SpeciesError
from potlearn.runtime import Archive, Runtime
from potlearn.select import extrapolation_grade
from potlearn.structure.species import species_indices
from potlearn.uncertainty import (
    GRADES,
    Grade,
    StdGrade,
    grade_from_dict,
    leading_features,
    make_grade,
)

ACE = pl.ACE(("Cu", "Ag"), cutoff=4.0, order=2, degree=5)
POD = pl.POD(("Cu", "Ag"), cutoff=4.0, rin=0.8)
TRAINED = ("maxvol", "mahalanobis")


def crystal(seed, rattle=0.1, silver=0.4, size=2):
    """A rattled cubic cell of copper with some silver."""
    rng = np.random.default_rng(seed)
    atoms = bulk("Cu", a=3.7, cubic=True) * size
    atoms.symbols[rng.random(len(atoms)) < silver] = "Ag"
    atoms.rattle(rattle, seed=seed)
    return atoms


def features_of(grade, atoms):
    """What a grade reads of a configuration."""
    part = grade.descriptor
    return part.features(atoms), species_indices(atoms, part.species)


FRAMES = [crystal(seed) for seed in range(8)]


@pytest.fixture(scope="module", params=TRAINED)
def grade(request):
    return make_grade(pl.from_atoms(FRAMES), ACE, request.param, n_features=12)


class Scaled:
    """A descriptor whose features have other units."""

    def __init__(self, inner, factors):
        self.inner, self.factors = inner, factors

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def features(self, *args, **options):
        return self.inner.features(*args, **options) * self.factors

    def prune(self, names):
        places = [self.inner.feature_names.index(name) for name in names]
        return Scaled(self.inner.prune(names), self.factors[places])


# The training ---------------------------------------------------------------------------------


@pytest.mark.parametrize("descriptor", [ACE, POD], ids=["ace", "pod"])
@pytest.mark.parametrize("kind", TRAINED)
def test_no_training_environment_extrapolates(kind, descriptor):
    grade = make_grade(pl.from_atoms(FRAMES), descriptor, kind, n_features=16)
    assert isinstance(grade, Grade)
    tops = [grade.of(atoms).max() for atoms in FRAMES]
    wholes = [grade.configuration(*features_of(grade, atoms)) for atoms in FRAMES]
    assert max(tops) <= 1
    assert max(tops) > 0.8
    assert max(wholes) <= 1


def test_what_is_far_from_the_training_has_higher_grades(grade):
    near, strained, slab = crystal(100), FRAMES[0].copy(), FRAMES[0].copy()
    strained.set_cell(strained.cell * 0.9, scale_atoms=True)
    slab.set_cell(slab.cell * [1, 1, 2])
    whole = grade.configuration(*features_of(grade, near))
    for far in (strained, slab):
        assert grade.of(far).max() > 1.5 * grade.of(near).max()
        assert grade.configuration(*features_of(grade, far)) > 2 * whole


@pytest.mark.parametrize("kind", TRAINED)
def test_workers_and_progress_change_nothing(kind):
    calls = []
    runtime = Runtime(workers=2, progress=lambda done, total: calls.append((done, total)))
    data = pl.from_atoms(FRAMES)
    one = make_grade(data, ACE, kind, n_features=8)
    two = make_grade(data, ACE, kind, n_features=8, runtime=runtime)
    np.testing.assert_allclose(one.maps, two.maps, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.mean_maps, two.mean_maps, rtol=1e-9, atol=1e-12)
    assert calls[-1] == (len(FRAMES), len(FRAMES))


@pytest.mark.parametrize("kind", TRAINED)
def test_chunks_are_merged(kind, monkeypatch):
    """Many chunks, and sets joined before a pass ends, still bound the training."""
    monkeypatch.setattr("potlearn.features.matrix.ATOMS", 40)
    monkeypatch.setattr("potlearn.uncertainty.grades.active_sets.WAITING", 20)
    whole = make_grade(pl.from_atoms(FRAMES), ACE, "mahalanobis", n_features=12)
    grade = make_grade(pl.from_atoms(FRAMES), ACE, kind, n_features=12)
    assert max(grade.of(atoms).max() for atoms in FRAMES) <= 1
    if kind == "mahalanobis":
        np.testing.assert_allclose(grade.of(FRAMES[0]), whole.of(FRAMES[0]), rtol=1e-9)


@pytest.mark.parametrize("kind", TRAINED)
def test_features_that_are_not_kept_are_made_again(kind, monkeypatch):
    kept = make_grade(pl.from_atoms(FRAMES), ACE, kind, n_features=12)
    monkeypatch.setattr("potlearn.uncertainty.grades.environments.KEPT", 0)
    remade = make_grade(pl.from_atoms(FRAMES), ACE, kind, n_features=12)
    np.testing.assert_array_equal(remade.maps, kept.maps)
    np.testing.assert_array_equal(remade.mean_maps, kept.mean_maps)


def test_passes_that_run_out_keep_the_bound(monkeypatch):
    monkeypatch.setattr("potlearn.uncertainty.grades.maxvol.PASSES", 2)
    monkeypatch.setattr("potlearn.features.matrix.ATOMS", 40)
    grade = make_grade(pl.from_atoms(FRAMES), ACE, "maxvol", n_features=12)
    assert max(grade.of(atoms).max() for atoms in FRAMES) <= 1


# MaxVol ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_active_set_has_nearly_the_largest_volume(seed):
    """Against all choices of three of some twelve environments with two features."""
    atoms = crystal(seed, silver=0.0, rattle=0.15, size=1) * (3, 1, 1)
    atoms.rattle(0.1, seed=seed)
    grade = make_grade(pl.from_atoms([atoms]), pl.ACE(("Cu",), cutoff=4.0), n_features=2)
    rows = np.column_stack([np.ones(len(atoms)), features_of(grade, atoms)[0]])
    volumes = [
        abs(np.linalg.det(rows[list(three)]))
        for three in itertools.combinations(range(len(rows)), 3)
    ]
    # A set in which no exchange gains a hundredth is at most 1.01^3 3^(3/2) away; usually the best.
    found = 1 / abs(np.linalg.det(grade.maps[0]))
    assert found >= 0.7 * max(volumes)
    assert found <= 1.04 * max(volumes)


def test_it_is_the_grade_of_select():
    """The maps are the inverse of chosen training environments, which have a grade of one."""
    atoms = crystal(1, silver=0.0)
    grade = make_grade(pl.from_atoms([atoms]), pl.ACE(("Cu",), cutoff=4.0), n_features=4)
    rows = np.column_stack([np.ones(len(atoms)), features_of(grade, atoms)[0]])
    active = np.linalg.inv(grade.maps[0])
    for row in active / active[:, :1]:
        assert np.abs(rows / row - 1).max(axis=1).min() < 1e-6
    other = crystal(2, silver=0.0)
    other_rows = np.column_stack([np.ones(len(other)), features_of(grade, other)[0]])
    np.testing.assert_allclose(grade.of(other), extrapolation_grade(other_rows, active), rtol=1e-6)


# Invariances ----------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), kind=st.sampled_from(TRAINED))
def test_units_of_features_do_not_matter(seed, kind):
    inner = ACE.prune(leading_features(ACE, 6))
    factors = 10 ** np.random.default_rng(seed).uniform(-1, 1, 6)
    data = pl.from_atoms(FRAMES[:3])
    plain = make_grade(data, inner, kind, n_features=6)
    scaled = make_grade(data, Scaled(inner, factors), kind, n_features=6)
    np.testing.assert_allclose(scaled.of(FRAMES[5]), plain.of(FRAMES[5]), rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_atoms_does_not_matter(grade, seed):
    features, species = features_of(grade, FRAMES[3])
    order = np.random.default_rng(seed).permutation(len(species))
    np.testing.assert_allclose(
        grade.grade(features[order], species[order]), grade.grade(features, species)[order]
    )
    assert grade.configuration(features[order], species[order]) == pytest.approx(
        grade.configuration(features, species)
    )


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(len(FRAMES))))
def test_the_order_of_the_training_does_not_matter(order):
    shuffled = pl.from_atoms([FRAMES[k] for k in order])
    ours = make_grade(shuffled, ACE, "mahalanobis", n_features=12)
    plain = make_grade(pl.from_atoms(FRAMES), ACE, "mahalanobis", n_features=12)
    np.testing.assert_allclose(ours.of(crystal(50)), plain.of(crystal(50)), rtol=1e-6)
    maxvol = make_grade(shuffled, ACE, "maxvol", n_features=12)
    assert max(maxvol.of(atoms).max() for atoms in FRAMES) <= 1


def test_the_grade_of_a_configuration_does_not_depend_on_the_cell(grade):
    atoms = crystal(7)
    one, more = (grade.configuration(*features_of(grade, a)) for a in (atoms, atoms * (2, 1, 1)))
    assert one == pytest.approx(more)


@pytest.mark.parametrize("kind", TRAINED)
def test_few_configurations_read_few_features_of_the_mean(kind):
    """Eight configurations: two features for means, all of them for atoms."""
    grade = make_grade(pl.from_atoms(FRAMES), ACE, kind, n_features=12)
    features, species = features_of(grade, crystal(30))
    plain = grade.configuration(features, species)
    features[:, 2:] *= 1.5
    assert grade.configuration(features, species) == pytest.approx(plain, rel=1e-6)
    features[:, 1] *= 1.5
    assert grade.configuration(features, species) > 2 * plain


# Few environments, absent species -------------------------------------------------------------


@pytest.mark.parametrize("kind", TRAINED)
def test_one_environment_is_enough(kind):
    crystal_ = bulk("Cu", a=3.7)
    grade = make_grade(pl.from_atoms([crystal_]), ACE, kind)
    assert grade.of(crystal_).max() <= 1
    assert grade.of(crystal_ * (3, 2, 1)).max() <= 1 + 1e-6
    strained = bulk("Cu", a=3.5)
    assert 1 < grade.of(strained).max() < 1e6
    assert 1 < grade.configuration(*features_of(grade, strained)) < 1e6


@pytest.mark.parametrize("kind", TRAINED)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_fewer_environments_than_features(kind, n):
    """Rounding does not decide, and what the training does not vary in is seen."""
    atoms = crystal(0, silver=0.0, size=1)
    frames = [atoms.copy() for _ in range(n)]
    for k, frame in enumerate(frames):
        frame.rattle(0.02, seed=k)
    grade = make_grade(pl.from_atoms(frames), ACE, kind, n_features=24)
    assert max(grade.of(frame).max() for frame in frames) <= 1
    shaken = frames[0].copy()
    shaken.positions += 1e-9 * np.random.default_rng(0).normal(size=shaken.positions.shape)
    assert grade.of(shaken).max() <= 1 + 1e-4
    shaken.rattle(0.2, seed=9)
    assert 1.5 < grade.of(shaken).max() < 1e5


def test_an_absent_species_has_an_infinite_grade(grade):
    copper = crystal(0, silver=0.0)
    made = make_grade(pl.from_atoms([copper]), ACE, grade.kind, n_features=12)
    mixed = crystal(0)
    silver = mixed.symbols == "Ag"
    assert np.isinf(made.of(mixed)[silver]).all()
    assert np.isfinite(made.of(mixed)[~silver]).all()
    assert made.of(mixed)[~silver].max() > 1
    assert made.configuration(*features_of(made, mixed)) == np.inf
    assert (made.known, grade.known) == (("Cu",), ("Cu", "Ag"))


@pytest.mark.parametrize("kind", TRAINED)
def test_species_are_graded_by_their_own_environments(kind):
    """An alloy of silver atoms in copper: a copper atom in copper is known, in silver it is not."""
    frames = [crystal(seed, silver=0.1) for seed in range(4)]
    grade = make_grade(pl.from_atoms(frames), ACE, kind, n_features=8)
    known, reverse = crystal(9, silver=0.1), crystal(9, silver=0.1)
    reverse.symbols = np.where(known.symbols == "Ag", "Cu", "Ag")
    copper = reverse.symbols == "Cu"
    assert grade.of(reverse)[copper].min() > grade.of(known)[~copper].max()


def test_no_atoms_have_no_grades(grade):
    features, species = features_of(grade, FRAMES[0])
    assert grade.grade(features[:0], species[:0]).shape == (0,)
    assert grade.configuration(features[:0], species[:0]) == 0.0


# The standard deviation -----------------------------------------------------------------------


def test_the_deviation_is_that_of_the_covariance():
    rng = np.random.default_rng(0)
    F = rng.normal(size=(2, ACE.n_features, 3))
    grade = StdGrade.from_factor(ACE, F)
    features, species = features_of(grade, FRAMES[0])
    expected = [np.sqrt(b @ F[z] @ F[z].T @ b) for b, z in zip(features, species, strict=True)]
    np.testing.assert_allclose(grade.of(FRAMES[0]), expected)
    with pytest.raises(ModelFileError, match="factor"):
        StdGrade.from_factor(ACE, F[0])
    with pytest.raises(ModelFileError, match="finite"):
        StdGrade.from_factor(ACE, F * np.nan)


# Saving ---------------------------------------------------------------------------------------


def test_it_is_the_same_after_saving(grade, tmp_path):
    archive = Archive("grade", ModelFileError, format=1, document="grade.json", compressed=True)
    copper = make_grade(pl.from_atoms([crystal(0, silver=0.0)]), ACE, "maxvol", n_features=4)
    for k, made in enumerate((grade, copper)):
        archive.write(tmp_path / f"{k}", {"grade": made.to_dict()})
        read = grade_from_dict(archive.read(tmp_path / f"{k}")["grade"])
        assert type(read) is type(made)
        np.testing.assert_array_equal(read.of(FRAMES[2]), made.of(FRAMES[2]))
        x = features_of(made, FRAMES[2])
        assert read.configuration(*x) == made.configuration(*x)


# Bad input ------------------------------------------------------------------------------------


def test_wrong_arrays_are_refused(grade):
    features, species = features_of(grade, FRAMES[0])
    with pytest.raises(DataError, match=r"expected features \(N, 12\)"):
        grade.grade(features[:, :3], species)
    with pytest.raises(DataError, match="species"):
        grade.grade(features, species[:-1])
    with pytest.raises(DataError, match="from 0 to 1"):
        grade.grade(features, species + 1)
    broken = features.copy()
    broken[5, 0] = np.nan
    with pytest.raises(DataError, match="atom 5: NaN"):
        grade.grade(broken, species)
    with pytest.raises(SpeciesError, match="Au"):
        grade.of(Atoms("Au"))
    with pytest.raises(ModelFileError, match="shape"):
        replace(grade, maps=grade.maps[:1])
    with pytest.raises(ModelFileError, match="NaN or infinite"):
        replace(grade, maps=np.where(np.arange(grade.maps.shape[2]) == 0, np.inf, grade.maps))


def test_wrong_arguments_are_refused():
    data = pl.from_atoms(FRAMES[:1])
    with pytest.raises(ConfigError, match="unknown grade 'volume'; expected one of maxvol"):
        make_grade(data, ACE, "volume")
    with pytest.raises(ConfigError, match="covariance"):
        make_grade(data, ACE, "std")
    with pytest.raises(BasisError, match="n_features is 0"):
        make_grade(data, ACE, n_features=0)
    with pytest.raises(SpeciesError, match="Ag"):
        make_grade(data, pl.ACE(("Cu",), cutoff=4.0))
    with pytest.raises(DataError, match="empty"):
        make_grade(data.subset([]), ACE)
    with pytest.raises(ConfigError, match="unknown grade"):
        grade_from_dict({"kind": "volume"})
    assert list(GRADES) == ["maxvol", "mahalanobis", "std"]


def test_the_features_that_it_reads_are_few_and_smooth():
    names = leading_features(ACE, 5)
    assert len(names) == 5
    assert set(names) <= set(ACE.feature_names[:20])
    assert leading_features(POD, 5) == POD.feature_names[:5]
    assert len(leading_features(pl.ACE(("Cu",)))) == 32
    assert len(leading_features(ACE, 10**6)) == ACE.n_features
