"""Expected errors of ensembles: the members' variance, its calibration, contracts, files."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from archives import rewritten
from ase.calculators.singlepoint import SinglePointCalculator
from neural_potentials import neural
from pod_bases import cell

import potlearn as pl
from potlearn import testing
from potlearn.descriptors import ACE
from potlearn.errors import ModelFileError, PotlearnWarning, UncertaintyError
from potlearn.metrics import coverage, evaluate
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import ZBL
from potlearn.uncertainty import (
    EnsembleUncertainty,
    Link,
    QuadraticUncertainty,
    calibrated_ensemble,
    make_grade,
    recalibrate,
)

SI, WB = ("Si",), ("W", "Be")
PLAIN = {"energy": Link(), "forces": Link(), "stress": Link()}


@cache
def model(species=SI, members=4):
    return neural(
        ACE(species, cutoff=3.8, order=3, degree=5), "mlp", members, ZBL(species, 0.8, 1.6)
    )


def configuration(species, seed):
    """Dense or sparse, crowded or not: environments differ in size of error."""
    made = testing.configurations(species, seed=seed)
    atoms = made[("bulk", "slab", "thin")[seed % 3]]
    atoms.rattle(0.05 * (seed % 4), seed=seed)
    return atoms


@cache
def dataset(seeds=range(40), species=SI):
    """Labels of one network more, so that errors are as large as members are apart."""
    frames, truth = [], replace(neural(model(species).descriptor, "mlp", 9), reference=None)
    truth = replace(truth, heads=truth.heads[-1:], reference=model(species).reference, fade=None)
    for seed in seeds:
        atoms = configuration(species, seed)
        found = truth.predict(atoms)
        labels = {"energy": found.energy, "forces": found.forces}
        if atoms.cell.rank == 3:
            labels["stress"] = found.stress(atoms.get_volume())
        atoms.calc = SinglePointCalculator(atoms, **labels)
        frames.append(atoms)
    return pl.from_atoms(frames)


@cache
def calibrated(species=SI):
    train = pl.from_atoms([configuration(species, seed) for seed in range(100, 110)])
    unfaded = replace(model(species), fade=None)
    return calibrated_ensemble(unfaded, dataset(species=species), train=train)


def test_variances_are_those_of_the_members():
    potential, atoms = model(WB), cell(WB, 6, seed=1)
    found = replace(potential, uncertainty=EnsembleUncertainty(4, PLAIN)).spread(atoms)
    unfaded = replace(potential, fade=None)
    members = [unfaded.member(k).predict(atoms) for k in range(4)]
    energies = [m.energy for m in members]
    assert found.energy == pytest.approx(np.std(energies, ddof=1), rel=1e-8)
    forces = np.std([m.forces for m in members], axis=0, ddof=1)
    np.testing.assert_allclose(found.forces, forces, rtol=1e-6)
    stress = np.std([m.stress(atoms.get_volume()) for m in members], axis=0, ddof=1)
    np.testing.assert_allclose(found.stress, stress, rtol=1e-6)


@pytest.mark.parametrize("species", [SI, WB])
@pytest.mark.parametrize("system", ["bulk", "thin", "slab", "molecule"])
@pytest.mark.parametrize("contract", testing.SPREAD_CONTRACTS)
def test_contracts(species, system, contract):
    atoms = testing.configurations(species, seed=3)[system]
    testing.SPREAD_CONTRACTS[contract](calibrated(species), atoms)


def test_errors_do_not_fade_beyond_the_data():
    potential = replace(model(), uncertainty=EnsembleUncertainty(4, PLAIN))
    atoms = testing.configurations(SI, seed=12)["bulk"]
    inside = potential.spread(atoms)
    atoms.set_cell(0.7 * atoms.cell, scale_atoms=True)
    outside = potential.spread(atoms)
    linear = potential.linear.predict(atoms)
    np.testing.assert_allclose(potential.predict(atoms).energies, linear.energies, rtol=1e-12)
    assert outside.energy > 2 * inside.energy
    assert outside.forces_atom.max() > 2 * inside.forces_atom.max()


def test_errors_of_a_species_that_training_lacked_are_not_known():
    whole = model(WB)
    scale = whole.scaling.scale * [[1.0], [0.0]]
    potential = replace(whole, scaling=replace(whole.scaling, scale=scale))
    potential = replace(potential, uncertainty=EnsembleUncertainty(4, PLAIN))
    found = potential.spread(cell(WB, 4, seed=1))
    assert np.isnan([found.energy, *found.forces.ravel(), *found.stress]).all()
    assert np.isfinite(potential.spread(cell(("W",), 4, seed=1)).forces).all()


def test_intervals_cover_new_errors():
    found = coverage(evaluate(calibrated(), dataset(range(40, 100))))["all"]
    for quantity in ("energy", "forces", "stress"):
        one, two = found[quantity].at
        assert 0.5 < one.share < 0.86, quantity
        assert two.share > 0.85, quantity
    assert found["forces"].rank > 0.3


def test_the_calculator_gives_them_when_asked():
    potential, atoms = calibrated(), cell(SI, 5, seed=1)
    atoms.calc, spread = potential.calculator(), potential.spread(atoms)
    atoms.get_potential_energy()
    assert "energy_std" not in atoms.calc.results
    expected = {
        "energy_std": spread.energy,
        "forces_std": spread.forces,
        "forces_std_atom": spread.forces_atom,
        "stress_std": spread.stress,
        "gamma": spread.gamma,
        "gamma_configuration": spread.gamma_configuration,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(atoms.calc.get_property(name, atoms), value, rtol=1e-9)


def test_the_grade_is_that_of_the_training_set():
    potential = calibrated()
    for seed in (100, 105):
        assert potential.spread(configuration(SI, seed)).gamma.max() <= 1
    given = make_grade(dataset(), model().descriptor, n_features=4)
    found = calibrated_ensemble(model(), dataset(), grade=given)
    assert found.uncertainty.grade is given
    without = calibrated_ensemble(model(), dataset())
    assert without.uncertainty.parts == ("energy", "forces", "stress")
    atoms = cell(SI, 5, seed=1)
    with pytest.raises(UncertaintyError, match=r"gamma: .*without a grade"):
        without.calculator().get_property("gamma", atoms)


def test_one_network_says_nothing():
    with pytest.raises(UncertaintyError, match=r"got 1: a single network .* members: 4"):
        calibrated_ensemble(model().member(0), dataset())
    with pytest.raises(UncertaintyError, match=r"no uncertainty; train members: 4.*calibrated_ens"):
        model().spread(cell(SI, 5, seed=1))


def test_members_that_agree_say_nothing():
    same = replace(model(), heads=(model().heads[0],) * 3)
    with pytest.raises(UncertaintyError, match="all members of the ensemble predict the same"):
        calibrated_ensemble(same, dataset())


def test_what_training_saw_is_refused():
    with pytest.raises(UncertaintyError, match=r"5 of 40 configurations were in the fit.*atoms:0"):
        calibrated_ensemble(model(), dataset(), train=dataset().subset(np.arange(5)))
    seen = calibrated_ensemble(
        model(), dataset().subset(np.arange(20)), train=dataset().subset(np.arange(20, 40))
    )
    with pytest.raises(UncertaintyError, match="20 of 40 configurations were in the fit"):
        recalibrate(seen, dataset())
    with pytest.raises(UncertaintyError, match="20 of 40 configurations were in the fit"):
        calibrated_ensemble(model(), dataset(), before=seen)


def test_few_labels_are_refused_or_left_out():
    with pytest.raises(UncertaintyError, match=r"at least 5 independent configurations.*got 3"):
        calibrated_ensemble(model(), dataset().subset(np.arange(3)))
    frames = [dataset()[i] for i in range(8)]
    for k, atoms in enumerate(frames):
        labels = {"energy": dataset().labels(k).energy, "forces": dataset().labels(k).forces}
        if k >= 3:
            del labels["energy"]
        atoms.calc = SinglePointCalculator(atoms, **labels)
    with pytest.warns(PotlearnWarning, match=r"errors of energy: .* it has no expected error"):
        found = calibrated_ensemble(model(), pl.from_atoms(frames))
    assert found.uncertainty.parts == ("forces",)


def test_recalibration_follows_new_errors():
    twice = dataset(range(40, 80))
    before = calibrated()
    after = recalibrate(before, twice)
    assert type(after) is type(before)
    assert after.uncertainty.grade is before.uncertainty.grade
    assert after.uncertainty.links["forces"].scale != before.uncertainty.links["forces"].scale
    found = coverage(evaluate(after, twice))["all"]["forces"].at[0]
    assert found.share == pytest.approx(0.68, abs=0.03)


def test_it_comes_back_from_a_file(tmp_path):
    potential, atoms = calibrated(WB), cell(WB, 6, seed=1)
    potential.save(tmp_path / "x.potl")
    again = pl.load(tmp_path / "x.potl")
    a, b = potential.spread(atoms), again.spread(atoms)
    for name in ("energy", "forces", "stress", "gamma", "gamma_configuration"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert again.uncertainty.factor("forces", 0.95) == potential.uncertainty.factor("forces", 0.95)
    np.testing.assert_array_equal(again.uncertainty.known, potential.uncertainty.known)


def at(*keys):
    def change(value):
        def apply(document):
            place = document["potential"]["uncertainty"]
            for key in keys[:-1]:
                place = place[key]
            place[keys[-1]] = value

        return apply

    return change


CORRUPT = {
    "members": (at("n_members")(7), "uncertainty: of 7 members; the potential has 4"),
    "one member": (at("n_members")(1), "an ensemble has 2 members or more, got 1"),
    "members of text": (at("n_members")("x"), "."),
    "scale": (at("links", "energy", "scale")(-1.0), "scale"),
    "quantity": (at("links", "x")({}), "."),
    "links": (at("links")([]), "."),
    "grade": (at("grade")({"kind": "x"}), "unknown grade"),
    "known": (at("known")("x"), "."),
}


@pytest.mark.parametrize(("change", "words"), CORRUPT.values(), ids=CORRUPT.keys())
def test_a_corrupt_uncertainty_is_refused_in_words(tmp_path, change, words):
    path = tmp_path / "x.potl"
    calibrated().save(path)
    with pytest.raises(ModelFileError, match=words) as caught:
        pl.load(rewritten(path, change))
    assert str(path) in str(caught.value)


def test_kinds_do_not_mix():
    linear = model().linear
    with pytest.raises(ModelFileError, match="expected that of a linear model, got another kind"):
        LinearPotential(
            linear.descriptor, linear.coefficients, uncertainty=calibrated().uncertainty
        )
    shape = linear.coefficients.shape
    factor = np.eye(shape[1])
    own = QuadraticUncertainty("posterior", factor, factor, factor.reshape(-1, *shape), PLAIN)
    with pytest.raises(ModelFileError, match="expected that of an ensemble, got another kind"):
        replace(model(), uncertainty=own)
