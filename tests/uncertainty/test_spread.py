"""Spreads of potentials: against design rows, symmetries, several species, molecules, samples."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from archives import rewritten
from ase.build import bulk
from pod_bases import cell

import potlearn as pl
from potlearn import testing
from potlearn.descriptors import ACE
from potlearn.errors import ModelFileError, UncertaintyError
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import ZBL
from potlearn.uncertainty import Link, QuadraticUncertainty, Scores, calibrate, make_grade
from potlearn.uncertainty.quantify import directions

SI, WB = ("Si",), ("W", "Be")


@cache
def descriptor(species):
    return ACE(species, cutoff=3.8, order=3, degree=5)


def uncertain(species=SI, sets=None, seed=0, *, grade=False, links=None):
    """A potential with a random covariance, and as many sets as are exact unless stated."""
    ace, rng = descriptor(species), np.random.default_rng(seed)
    shape = (len(species), 1 + ace.n_features)
    n = shape[0] * shape[1]
    factor = np.random.default_rng(7).normal(size=(n, n)) / n
    columns = factor @ directions(n, n if sets is None else sets, rng)
    power = Link(scale=2.0, power=0.3)
    uncertainty = QuadraticUncertainty(
        name="posterior",
        coefficient_factor=factor,
        spread_factor=factor,
        sets=np.ascontiguousarray(columns.T).reshape(-1, *shape),
        links={"energy": power, "forces": power, "stress": power} if links is None else links,
        grade=made_grade(species) if grade else None,
        known=np.array([1, 5, 9]),
    )
    coefficients = np.random.default_rng(3).normal(size=shape) / n
    return LinearPotential(
        ace, coefficients, ZBL(species, inner=0.8, outer=1.6), uncertainty=uncertainty
    )


@cache
def made_grade(species):
    return make_grade(
        pl.from_atoms([cell(species, 6, seed) for seed in range(5)]), descriptor(species)
    )


@pytest.mark.parametrize("species", [SI, WB])
def test_all_sets_are_the_exact_quadratic_form(species):
    potential, atoms = uncertain(species), cell(species, 6, seed=1)
    found, rows = potential.spread(atoms), descriptor(species).rows(atoms)
    factor, link, n = potential.uncertainty.coefficient_factor, Link(scale=2.0, power=0.3), 6

    def std(x):
        return link.std(np.sum((x @ factor) ** 2, axis=-1))

    assert found.energy == pytest.approx(n * std(rows.energy / n), rel=1e-9)
    np.testing.assert_allclose(found.forces, std(rows.forces).reshape(-1, 3), rtol=1e-8)
    virial = n * std(rows.virial / n) / atoms.get_volume()
    np.testing.assert_allclose(found.stress, virial, rtol=1e-8)
    np.testing.assert_allclose(found.forces_atom, np.linalg.norm(found.forces, axis=1))


def test_few_sets_are_unbiased_over_seeds():
    atoms, plain = cell(SI, 5, seed=1), {"forces": Link(), "energy": Link()}
    exact = uncertain(links=plain).spread(atoms)
    spreads = [uncertain(sets=4, seed=k, links=plain).spread(atoms) for k in range(120)]
    variances = [s.forces**2 for s in spreads]
    np.testing.assert_allclose(np.mean(variances, axis=0), exact.forces**2, rtol=0.35)
    assert np.mean(variances) == pytest.approx(np.mean(exact.forces**2), rel=0.05)
    relative = np.std(variances, axis=0) / exact.forces**2
    assert np.mean(relative) == pytest.approx(np.sqrt(2 / 4), rel=0.2)
    assert {s.energy for s in spreads} == {exact.energy}


@pytest.mark.parametrize("species", [SI, WB])
@pytest.mark.parametrize("system", ["bulk", "thin", "slab", "molecule"])
@pytest.mark.parametrize("contract", testing.SPREAD_CONTRACTS)
def test_contracts(species, system, contract):
    atoms = testing.configurations(species, seed=3)[system]
    testing.SPREAD_CONTRACTS[contract](uncertain(species, sets=5, grade=True), atoms)


def test_errors_of_equal_cells_are_one_error():
    """Not eight independent ones, whose sum would be the root of 8 times as large."""
    potential, atoms = uncertain(), cell(SI, 5, seed=1)
    one, many = potential.spread(atoms), potential.spread(atoms * (2, 2, 2))
    assert many.energy == pytest.approx(8 * one.energy, rel=1e-9)
    np.testing.assert_allclose(many.stress, one.stress, rtol=1e-6)


def test_no_atoms_have_no_error():
    found = uncertain(grade=True).spread(cell(SI, 4, seed=1)[:0])
    assert found.energy == 0
    assert found.forces.shape == (0, 3)
    np.testing.assert_array_equal(found.stress, 0.0)


@pytest.mark.parametrize("wanted", [("energy",), ("forces",), ("stress", "gamma"), ()])
def test_only_what_is_wanted_is_there(wanted):
    found = uncertain(grade=True).spread(cell(SI, 5, seed=1), wanted=wanted)
    present = [q for q in ("energy", "forces", "stress", "gamma") if getattr(found, q) is not None]
    assert set(present) == set(wanted)
    assert (found.forces_atom is None) == ("forces" not in wanted)


def test_unknown_parts_are_refused():
    with pytest.raises(UncertaintyError, match="unknown part 'force'; expected energy, forces"):
        uncertain().spread(cell(SI, 5, seed=1), wanted=["force"])


def test_molecules_and_crystals_where_symmetry_decides():
    molecule = testing.configurations(SI, seed=3)["molecule"]
    found = uncertain(grade=True).spread(molecule)
    assert np.isnan(found.stress).all()
    assert np.isfinite(found.forces).all()
    assert found.gamma.shape == (6,)
    least = {q: Link(scale=2.0, power=0.3, least=1e-15) for q in ("energy", "forces", "stress")}
    perfect = uncertain(links=least).spread(bulk("Si", cubic=True))
    np.testing.assert_array_equal(perfect.forces, 0.0)
    assert perfect.energy > 0


def test_a_longer_list_and_threads_change_nothing():
    from potlearn.structure.neighbors import neighbors

    potential, atoms = uncertain(sets=4, grade=True), cell(SI, 6, seed=1)
    one = potential.spread(atoms)
    for found in (
        potential.spread(atoms, neighbors(atoms, 6.0)),
        potential.spread(atoms, threads=3),
    ):
        np.testing.assert_allclose(found.forces, one.forces, rtol=1e-9)
        assert found.energy == pytest.approx(one.energy, rel=1e-12)


def test_samples_have_the_mean_and_covariance():
    potential = uncertain()
    drawn = potential.sample(4000, random_state=1)
    c = np.array([p.coefficients.ravel() for p in drawn])
    factor = potential.uncertainty.coefficient_factor
    expected = factor @ factor.T
    scale = np.sqrt(np.diag(expected))
    mean = (c.mean(axis=0) - potential.coefficients.ravel()) / scale
    assert np.abs(mean).max() < 5 / np.sqrt(4000)
    deviation = (np.cov(c.T) - expected) / np.outer(scale, scale)
    assert np.abs(deviation).max() < 7 / np.sqrt(4000)
    again = potential.sample(2, random_state=1)
    other = potential.sample(2, random_state=2)
    assert not np.array_equal(again[0].coefficients, other[0].coefficients)
    np.testing.assert_array_equal(
        again[1].coefficients, potential.sample(2, random_state=1)[1].coefficients
    )


def test_samples_export_and_are_certain(tmp_path):
    potential = uncertain(WB)
    for k, drawn in enumerate(potential.sample(2)):
        assert drawn.uncertainty is None
        assert drawn.reference is potential.reference
        pl.write_lammps(drawn, tmp_path / f"{k}")
        exported = pl.load(tmp_path / f"{k}.yace").predict(cell(WB, 4, seed=1)).forces
        expected = replace(drawn, reference=None).predict(cell(WB, 4, seed=1)).forces
        np.testing.assert_allclose(exported, expected, atol=1e-5)
        drawn.save(tmp_path / f"{k}.potl")
        assert pl.load(tmp_path / f"{k}.potl").uncertainty is None
        with pytest.raises(UncertaintyError, match="has no uncertainty"):
            drawn.spread(cell(WB, 4, seed=1))
    assert potential.sample(0) == []


def test_samples_of_pod_export(tmp_path):
    from pod_bases import BASES

    pod = BASES["two-body"]
    shape = (1, 1 + pod.n_features)
    factor = 0.01 * np.eye(shape[1])
    uncertainty = QuadraticUncertainty(
        "posterior", factor, factor, factor.reshape(-1, *shape), {"energy": Link()}
    )
    potential = LinearPotential(pod, np.ones(shape), uncertainty=uncertainty)
    for k, drawn in enumerate(potential.sample(2)):
        paths = pl.write_pod(drawn, tmp_path / f"Si{k}")
        np.testing.assert_allclose(pl.load(*paths).coefficients, drawn.coefficients, rtol=1e-12)


@pytest.mark.parametrize("seed", [-1, 2.5, "3"])
def test_seeds_are_whole(seed):
    with pytest.raises(UncertaintyError, match="random_state: expected an integer from 0 on"):
        uncertain().sample(1, random_state=seed)


@pytest.mark.parametrize("n", [-1, 2.5, "3", True])
def test_numbers_of_samples_are_whole(n):
    with pytest.raises(UncertaintyError, match="n: expected a number of potentials"):
        uncertain().sample(n)


def test_a_potential_without_uncertainty_says_what_to_do():
    certain = replace(uncertain(), uncertainty=None)
    for call in (lambda: certain.spread(cell(SI, 4, seed=1)), lambda: certain.sample(3)):
        with pytest.raises(UncertaintyError, match=r"'bayesian', or.*uncertainty.*calibrated"):
            call()


@pytest.mark.parametrize("grade", [True, False])
def test_it_comes_back_from_a_file(tmp_path, grade):
    rng = np.random.default_rng(0)
    scores = Scores.of(rng.normal(size=40), rng.uniform(0.1, 1, 40), np.arange(40))
    links = {"energy": Link(dof=4.0), "forces": Link(noise=0.1), "stress": calibrate(scores)}
    potential, atoms = uncertain(WB, sets=3, grade=grade, links=links), cell(WB, 6, seed=1)
    potential.save(tmp_path / "x.potl")
    again = pl.load(tmp_path / "x.potl")
    a, b = potential.spread(atoms), again.spread(atoms)
    for name in ("energy", "forces", "stress", "gamma"):
        if getattr(a, name) is not None:
            np.testing.assert_allclose(getattr(b, name), getattr(a, name), rtol=1e-12)
    assert again.uncertainty.name == "posterior"
    assert again.uncertainty.factor("stress", 0.95) == potential.uncertainty.factor("stress", 0.95)
    np.testing.assert_array_equal(again.uncertainty.seen(np.array([5, 6])), [True, False])
    np.testing.assert_array_equal(
        again.sample(1)[0].coefficients, potential.sample(1)[0].coefficients
    )


def test_a_file_without_uncertainty_loads_as_before(tmp_path):
    certain = replace(uncertain(), uncertainty=None)
    certain.save(tmp_path / "x.potl")
    path = rewritten(tmp_path / "x.potl", lambda d: d["potential"].pop("uncertainty"))
    assert pl.load(path).uncertainty is None


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
    "kind": (at("kind")("deep"), "unknown kind of saved uncertainty 'deep'"),
    "factor": (at("factor")([[1.0]]), "coefficient sets of shape"),
    "no sets": (at("sets")([]), "coefficient sets of shape"),
    "sets of another basis": (
        lambda d: d["potential"]["uncertainty"].update(
            factor=[[1.0]] * 4, sets=[[[1.0] * 4]] * 2
        ),
        r"uncertainty: .*\(1, 4\).* expected \(1, \d+\)",
    ),
    "text": (at("sets")("x"), "."),
    "nan": (at("factor")(float("nan")), "."),
    "scale": (at("links", "energy", "scale")(-1.0), "scale"),
    "power": (at("links", "energy", "power")("x"), "."),
    "power of nan": (at("links", "energy", "power")(float("nan")), "power"),
    "dof": (at("links", "energy", "dof")(0.0), "dof"),
    "levels": (at("links", "energy", "levels")([0.5, 0.4]), "levels"),
    "factors": (at("links", "energy", "factors")([1.0]), "levels"),
    "quantity": (at("links", "x")({}), "."),
    "links": (at("links")([]), "."),
    "grade": (at("grade")({"kind": "x"}), "unknown grade"),
    "known": (at("known")("x"), "."),
    "no links": (lambda d: d["potential"]["uncertainty"].pop("links"), "links"),
    "list": (lambda d: d["potential"].update(uncertainty=[1]), "."),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CORRUPT.values(), ids=CORRUPT.keys())
def test_a_corrupt_uncertainty_is_refused_in_words(tmp_path, change, words):
    path = tmp_path / "x.potl"
    uncertain(grade=True).save(path)
    with pytest.raises(ModelFileError, match=words) as caught:
        pl.load(rewritten(path, change))
    assert str(path) in str(caught.value)


def test_a_quantity_without_labels_has_no_interval():
    potential = uncertain(links={"energy": Link()})
    with pytest.raises(UncertaintyError, match=r"no uncertainty of stress; the model has.*energy"):
        potential.uncertainty.factor("stress", 0.5)
    found = potential.spread(cell(SI, 4, seed=1))
    assert found.forces is None
    assert found.energy is not None
