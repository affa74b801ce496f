"""Expected errors of exported potentials against those of the calculator."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from ase import Atoms
from contracts import linear
from neural_potentials import neural

from potlearn import testing
from potlearn.data import from_atoms
from potlearn.descriptors import ACE, POD
from potlearn.errors import DataError, ModelFileError
from potlearn.lammps import write_lammps
from potlearn.lammps.plugin import ExportedModel, Surroundings
from potlearn.potentials.calculator import PotlearnCalculator
from potlearn.potentials.pair import ZBL
from potlearn.uncertainty import (
    EnsembleUncertainty,
    Link,
    QuadraticUncertainty,
    StdGrade,
    make_grade,
)

LINK = Link(scale=0.7, power=0.3, noise=0.02, least=1e-9)
OXIDE = ("Si", "O")


def frames(species):
    """What grades were made from."""
    found = [testing.configurations(species, seed=seed)["bulk"] for seed in range(12)]
    return from_atoms(found)


def grade_of(descriptor, kind):
    if kind == "std":
        rng = np.random.default_rng(5)
        shape = len(descriptor.species), descriptor.n_features
        return StdGrade.from_factor(descriptor, rng.normal(size=(*shape, 3)))
    return make_grade(frames(descriptor.species), descriptor, kind, n_features=6)


def quadratic(descriptor, kind, sets=4, part=True):
    """A linear potential over ZBL with coefficient sets of a part of its features."""
    potential, rng = linear(descriptor, ZBL(descriptor.species, 1.0, 2.4)), np.random.default_rng(6)
    own = descriptor.prune(descriptor.feature_names[:5]) if part else descriptor
    n = len(own.species) * (1 + own.n_features)
    spread = rng.normal(size=(n, sets + 1))
    uncertainty = QuadraticUncertainty(
        "calibrated",
        rng.normal(size=(potential.coefficients.size, 3)) if part else spread,
        spread,
        rng.normal(size=(sets, len(own.species), 1 + own.n_features)),
        {"energy": LINK, "forces": LINK},
        own if part else None,
        grade_of(descriptor, kind),
    )
    return replace(potential, uncertainty=uncertainty)


def ensemble(descriptor, members, kind="maxvol"):
    potential = neural(descriptor, "mlp", members)
    uncertainty = EnsembleUncertainty(members, {"forces": LINK}, grade_of(descriptor, kind))
    return replace(potential, uncertainty=uncertainty)


ACES = {
    "one": lambda: ACE(("Si",), cutoff=4.5, order=3, degree=7),
    "two": lambda: ACE(OXIDE, cutoff=4.5, order=2, degree=6),
}
CASES = {
    "ace, maxvol": lambda: quadratic(ACES["one"](), "maxvol"),
    "ace of two species, mahalanobis": lambda: quadratic(ACES["two"](), "mahalanobis"),
    "ace, many sets of all features, std": lambda: quadratic(ACES["two"](), "std", 11, False),
    "ace, three sets of all features": lambda: quadratic(ACES["one"](), "maxvol", 3, False),
    "pod, maxvol": lambda: quadratic(POD(("Si",), cutoff=4.5), "maxvol", 4, False),
    "ensemble of four": lambda: ensemble(ACES["one"](), 4),
    "ensemble of two, two species": lambda: ensemble(ACES["two"](), 2, "mahalanobis"),
}
POTENTIAL = {name: cache(make) for name, make in CASES.items()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")

    @cache
    def opened(name):
        prefix = folder / str(len(list(folder.iterdir())))
        return ExportedModel(write_lammps(POTENTIAL[name](), prefix, "lammps").paths[0])

    return opened


def systems(species):
    """Inside and outside of what the grade saw; a gas and an atom alone."""
    found = testing.configurations(species, seed=3)
    gas = Atoms(found["bulk"].symbols, positions=6 * found["bulk"].positions, cell=[60] * 3)
    return {**found, "gas": gas, "alone": Atoms(species[:1])}


@pytest.mark.filterwarnings("ignore:.*POD switches its descriptors off")
@pytest.mark.parametrize("system", systems(("Si",)))
@pytest.mark.parametrize("name", CASES)
def test_expected_errors_are_those_of_the_calculator(exported, name, system):
    potential, model = POTENTIAL[name](), exported(name)
    atoms = systems(potential.species)[system]
    assert all(map(model.has, ("gamma", "gamma_configuration", "force_std")))
    atoms.calc = PotlearnCalculator(potential)
    around = Surroundings.of(atoms, model.species, model.cutoff)
    found = model.grades(around, threads=2)
    np.testing.assert_allclose(found, atoms.calc.get_property("gamma", atoms), rtol=1e-9)
    found = model.configuration_grade(model.grade_sums(around, threads=2))
    expected = atoms.calc.get_property("gamma_configuration", atoms)
    assert found == pytest.approx(expected, rel=1e-8)
    whole = around.gathered(model.deviations(around, threads=2), len(atoms))
    expected = atoms.calc.get_property("forces_std", atoms)
    np.testing.assert_allclose(model.forces_std(whole), expected, rtol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_processes_add_up_what_their_centres_give(exported, name):
    model = exported(name)
    atoms = systems(POTENTIAL[name]().species)["bulk"].repeat(2)
    around = Surroundings.of(atoms, model.species, model.cutoff)
    halves = [around.part(np.arange(k, len(atoms), 2)) for k in (0, 1)]
    sum_ = sum(model.deviations(half) for half in halves)
    whole = model.deviations(around)
    np.testing.assert_allclose(sum_, whole, rtol=0, atol=1e-12 * np.abs(whole).max())
    np.testing.assert_allclose(sum(map(model.grade_sums, halves)), model.grade_sums(around), 1e-11)
    found = model.grades(around)
    for k, half in enumerate(halves):
        np.testing.assert_allclose(model.grades(half), found[k::2], rtol=1e-10)


def test_what_no_network_was_trained_on_is_not_known(tmp_path):
    """Within reach of such an atom; the calculator knows nothing of the whole configuration."""
    potential = ensemble(ACES["two"](), 2)
    center, scale = potential.scaling.center.copy(), potential.scaling.scale.copy()
    scale[1] = 0.0
    blind = replace(potential, scaling=type(potential.scaling)(center, scale))
    model = ExportedModel(write_lammps(blind, tmp_path / "x", "lammps").paths[0])
    atoms = Atoms("Si2OSi2", positions=[[0, 0, z] for z in (0, 2.0, 4.4, 10.0, 12.2)])
    around = Surroundings.of(atoms, model.species, model.cutoff)
    found = model.forces_std(model.deviations(around))
    assert np.isnan(found[:3]).all()
    assert np.isfinite(found[3:]).all()


def test_a_species_without_training_has_an_infinite_grade(tmp_path):
    potential = quadratic(ACES["two"](), "maxvol")
    maps = potential.uncertainty.grade.maps.copy()
    maps[1] = np.nan
    grade = replace(potential.uncertainty.grade, maps=maps)
    changed = replace(potential, uncertainty=replace(potential.uncertainty, grade=grade))
    model = ExportedModel(write_lammps(changed, tmp_path / "x", "lammps").paths[0])
    around = Surroundings.of(Atoms("SiO", positions=[[0, 0, 0], [0, 0, 2]]), OXIDE, model.cutoff)
    found = model.grades(around)
    assert np.isfinite(found[0])
    assert np.isposinf(found[1])


def test_a_potential_without_them_says_so(tmp_path):
    model = ExportedModel(write_lammps(linear(ACES["one"]()), tmp_path / "x", "lammps").paths[0])
    around = Surroundings.of(Atoms("Si"), model.species, model.cutoff)
    assert not any(map(model.has, ("gamma", "gamma_configuration", "force_std")))
    with pytest.raises(DataError, match="no grade"):
        model.grades(around)
    with pytest.raises(DataError, match="no grade of configurations"):
        model.configuration_grade(np.zeros(9))
    with pytest.raises(DataError, match="no expected errors of forces"):
        model.deviations(around)


def test_a_grade_of_another_package_is_refused(tmp_path):
    potential = quadratic(ACES["one"](), "maxvol")

    class Own(type(potential.uncertainty.grade)):
        kind = "own"

    old = potential.uncertainty.grade
    grade = Own(old.descriptor, old.maps, old.mean_maps)
    changed = replace(potential, uncertainty=replace(potential.uncertainty, grade=grade))
    with pytest.raises(ModelFileError, match="cannot hold the grade 'own'"):
        write_lammps(changed, tmp_path / "x", "lammps")
