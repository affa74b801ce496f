"""Programs of ACE: folded coefficients give the same energies, and the work is small."""

import numpy as np
import pytest
from ace_bases import BASES, cluster

import potlearn as pl
from potlearn.descriptors import ACE
from potlearn.descriptors.ace.program import folded_program


def multiply_adds(program):
    return len(program.term_b)


def random_coefficients(basis, *shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(*shape, len(basis.species), 1 + basis.n_features))


@pytest.mark.parametrize("name", BASES)
def test_the_folded_polynomials_are_the_linear_model(name):
    basis = BASES[name]
    c = random_coefficients(basis)
    atoms = cluster(basis.species, 8, seed=3)
    energies, forces, virial = basis.fold(c)(atoms)
    expected = basis.engine.energy_forces(basis.system(atoms), c)
    for found, wanted in zip((energies, forces, virial), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12 * np.abs(wanted).max())


def test_two_potentials_share_a_descriptor_and_fold_once_each(monkeypatch):
    basis = BASES["order 4"]
    atoms, folds = cluster(basis.species, 6, seed=0), []
    fold = ACE.folded
    monkeypatch.setattr(ACE, "folded", lambda self, c: folds.append(1) or fold(self, c))
    c = random_coefficients(basis)
    one, two = pl.LinearPotential(basis, c), pl.LinearPotential(basis, 2 * c)
    for _ in range(3):
        first, second = one.predict(atoms), two.predict(atoms)
        np.testing.assert_allclose(second.energies, 2 * first.energies, rtol=1e-12)
    assert len(folds) == 2


def test_coefficients_of_zero_cost_nothing():
    basis = BASES["two species"]
    c = np.zeros((2, 1 + basis.n_features))
    c[:, 0] = 1.0, 2.0
    c[1, 5] = 0.3
    programs = basis.folded(c)
    assert multiply_adds(programs[0]) == 0
    assert multiply_adds(programs[1]) < 10
    atoms = cluster(basis.species, 6, seed=0)
    energies, _, _ = basis.fold(c)(atoms)
    np.testing.assert_allclose(energies[::2], 1.0)
    expected = 2.0 + 0.3 * basis.features(atoms)[1::2, 4]
    np.testing.assert_allclose(energies[1::2], expected, rtol=1e-12)


def test_several_densities_share_their_nodes():
    basis = BASES["order 4"]
    c = np.random.default_rng(1).normal(size=(3, basis.n_features))
    program = folded_program(basis.functions, c, basis.moments, ["a", "b", "c"])
    atoms = cluster(basis.species, 7, seed=2)
    found = basis.engine_of([program]).features(basis.system(atoms))
    expected = basis.features(atoms) @ c.T
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())
    one = folded_program(basis.functions, c[:1], basis.moments, ["a"])
    assert multiply_adds(program) < 3 * multiply_adds(one)


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({"order": 3, "degree": 12, "wL": 1.5}, 2.4),
        ({"order": 3, "nmax": (8, 4, 3), "lmax": (0, 4, 3)}, 6.1),
        ({"order": 3, "nmax": 4, "lmax": 3}, 5.6),
        ({"order": 4, "nmax": 3, "lmax": 2}, 2.4),
        ({"order": 4, "degree": 12, "wL": 1.5}, 1.9),
        ({"order": 5, "nmax": 2, "lmax": 2}, 2.0),
    ],
)
def test_multiply_adds_per_function(settings, most):
    """The numbers of docs/theory/ace.md."""
    basis = ACE(("Ta",), cutoff=5.0, **settings)
    (program,) = basis.folded(random_coefficients(basis))
    ratio = multiply_adds(program) / basis.n_features
    print(f"{settings}: {basis.n_features} functions, {ratio:.2f} multiply-adds each")
    assert ratio < most


def test_moments_that_no_function_reads_are_not_formed():
    basis = ACE(("Si",), cutoff=4.0, order=3, nmax=(5, 3, 2), lmax=(0, 4, 2), lmin=(0, 2, 2))
    assert basis.moments.degrees == (4, 4, 4, 0, 0)
    assert basis.moments.lowest == (0, 0, 0, 0, 0)
    assert basis.moments.per_species == 3 * 25 + 2
    assert BASES["order 1"].moments.per_species == 6
    high = BASES["without low degrees"].moments
    assert (high.lowest, high.degrees, high.per_species) == ((2, 2), (4, 4), 2 * 21)
