"""Repulsive cores: radii from the data, and inequalities that make every dimer repel."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from potlearn.data import from_atoms
from potlearn.descriptors import POD
from potlearn.errors import FitError
from potlearn.fit import QR
from potlearn.fit.core import (
    check_dimers,
    default_zbl,
    dimers,
    pairs_of,
    shortest_distances,
)
from potlearn.fit.core.constraints import CoreConstraints, CoreSampling, core_constraints
from potlearn.fit.core.inequalities import constrained, with_repulsive_core
from potlearn.fit.core.paths import approaches, compression, contraction, packing
from potlearn.fit.solve.problem import LinearProblem
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pair import ZBL, LennardJones
from potlearn.structure.neighbors import neighbors

SPECIES = ("Ni", "Al")
SMALL = {
    "bessel_polynomial_degree": 3,
    "inverse_polynomial_degree": 6,
    "twobody_number_radial_basis_functions": 6,
    "threebody_number_radial_basis_functions": 4,
    "threebody_angular_degree": 3,
    "fourbody_number_radial_basis_functions": 2,
    "fourbody_angular_degree": 2,
    **{
        f"{n}body_{what}": 0
        for n in ("five", "six", "seven")
        for what in ("number_radial_basis_functions", "angular_degree")
    },
}


def alloys(n=12):
    """Rattled Ni-Al crystals."""
    rng = np.random.default_rng(0)
    for k in range(n):
        atoms = bulk("Ni", "fcc", 3.6 * rng.uniform(0.95, 1.06), cubic=True)
        atoms.symbols[rng.choice(4, 2, replace=False)] = "Al"
        atoms.rattle(0.12, seed=k)
        yield atoms


@pytest.fixture(scope="module")
def fitted():
    """A fit to Lennard-Jones energies and forces: descriptor, problem, coefficients, penalty."""
    truth = LennardJones(SPECIES, 5.0, epsilon=0.4, sigma=2.25)
    descriptor = POD(SPECIES, cutoff=5.0, **SMALL)
    rows, labels = [], []
    for atoms in alloys():
        design, prediction = descriptor.rows(atoms), truth.predict(atoms)
        rows += [design.energy[None], design.forces]
        labels += [[prediction.energy], prediction.forces.ravel()]
    problem = LinearProblem.from_rows(np.concatenate(rows), np.concatenate(labels))
    penalty = 1e-5 * problem.column_norms()
    stacked = np.vstack([problem.R, np.diag(penalty)])
    target = np.concatenate([problem.z, np.zeros(len(penalty))])
    return descriptor, problem, np.linalg.lstsq(stacked, target, rcond=None)[0], penalty


def test_shortest_distances_and_the_fallback():
    atoms = Atoms("NiNiAl", positions=[[0, 0, 0], [0, 0, 2.1], [0, 2.4, 0]])
    far = Atoms("AlAl", positions=[[0, 0, 0], [0, 0, 9.0]])
    found = shortest_distances([atoms, far], SPECIES)
    assert found[("Ni", "Ni")] == pytest.approx(2.1)
    assert found[("Ni", "Al")] == pytest.approx(2.4)
    assert found[("Al", "Al")] == pytest.approx(0.7 * 2 * 1.21)
    assert list(found) == pairs_of(SPECIES)


def test_images_count_as_neighbours():
    assert shortest_distances([Atoms("Ni", cell=[2.2, 3, 4], pbc=True)], ["Ni"]) == {
        ("Ni", "Ni"): pytest.approx(2.2)
    }


def test_the_default_repulsion_leaves_the_data_alone():
    data = list(alloys(5))
    zbl = default_zbl(shortest_distances(data, SPECIES), SPECIES)
    assert all(zbl.predict(atoms).energy == 0.0 for atoms in data)
    assert 0 < zbl.inner < zbl.outer


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"outer": 3.0}, (1.5, 3.0)), ({"inner": 0.4}, (0.4, 2.0)), ({"inner": 2.5}, (2.5, 5.0))],
)
def test_given_radii_are_kept(given, expected):
    zbl = default_zbl({("Ni", "Ni"): 2.0}, ("Ni",), **given)
    assert (zbl.inner, zbl.outer) == expected


def test_dimers_do_not_see_each_other():
    potential = LennardJones(SPECIES, 5.0, epsilon=0.4, sigma=2.25)
    r = np.array([1.9, 2.5, 4.0])
    together = potential.predict(dimers(("Ni", "Al"), r, 5.0)).energies
    apart = [potential.predict(dimers(("Ni", "Al"), r[[k]], 5.0)).energies for k in range(3)]
    np.testing.assert_allclose(together, np.concatenate(apart), rtol=1e-13)


def test_the_check_finds_attraction():
    shortest = {("Ni", "Ni"): 2.0}
    assert check_dimers(ZBL(("Ni",), 1.5, 3.0), shortest)[0].repulsive
    (soft,) = check_dimers(LennardJones(("Ni",), 5.0, epsilon=0.4, sigma=1.7), shortest)
    assert not soft.repulsive
    assert soft.at == pytest.approx(2.0)


def test_paths_bring_the_named_pair_together():
    (path, *_) = approaches(list(alloys()), ("Ni", "Al"), 2.0, 3, np.random.default_rng(1))
    lengths = [shortest_distances([atoms], SPECIES)[("Ni", "Al")] for atoms in path.configurations]
    np.testing.assert_allclose(lengths, path.distances)
    assert path.pair == ("Ni", "Al")


def test_a_large_configuration_lends_what_surrounds_the_pair():
    large = bulk("Ni", "fcc", 3.5, cubic=True) * (4, 4, 4)
    large.rattle(0.1, seed=6)
    (path,) = approaches([large], ("Ni", "Ni"), 2.0, 1, np.random.default_rng(7))
    assert {len(atoms) for atoms in path.configurations} == {150}
    assert shortest_distances(path.configurations[:1], ["Ni"])[("Ni", "Ni")] == pytest.approx(2.0)


def test_crystals_start_in_contact():
    shortest = {("Ni", "Ni"): 2.0, ("Ni", "Al"): 2.2, ("Al", "Al"): 2.6}
    path = compression(SPECIES, shortest, np.random.default_rng(2))
    first, last = path.configurations[0], path.configurations[-1]
    assert shortest_distances([first], SPECIES)[path.pair] == pytest.approx(shortest[path.pair])
    assert last.get_volume() == pytest.approx(0.7**3 * first.get_volume())


def test_packings_are_dense_and_hardly_overlap():
    shortest = {("Ni", "Ni"): 2.0, ("Ni", "Al"): 2.2, ("Al", "Al"): 2.6}
    rng = np.random.default_rng(4)
    for _ in range(6):
        atoms = packing(SPECIES, shortest, rng)
        list_ = neighbors(atoms, 3.0)
        assert np.linalg.norm(list_.vectors(atoms.positions), axis=1).min() > 1.5
        assert 5 < atoms.get_volume() / len(atoms) < 90


def test_shells_contract_to_the_stated_distance():
    shortest = {("Ni", "Ni"): 2.0, ("Ni", "Al"): 2.2, ("Al", "Al"): 2.6}
    rng = np.random.default_rng(5)
    path = contraction(packing(SPECIES, shortest, rng), shortest, rng)
    end = shortest_distances(path.configurations[-1:], SPECIES)
    assert end[path.pair] <= path.distances[-1] + 1e-9
    assert np.all(np.diff(path.distances) < 0)


@pytest.mark.parametrize("zbl", [True, False], ids=["zbl", "none"])
def test_every_dimer_of_the_constrained_fit_repels(fitted, zbl):
    descriptor, problem, free, penalty = fitted
    data = list(alloys())
    shortest = shortest_distances(data, SPECIES)
    reference = default_zbl(shortest, SPECIES) if zbl else None
    rows, bounds = core_constraints(descriptor, reference, shortest, data)
    held = constrained(problem, free, rows, bounds, penalty)
    before = check_dimers(LinearPotential(descriptor, free, reference), shortest)
    after = check_dimers(LinearPotential(descriptor, held, reference), shortest)
    assert not all(check.repulsive for check in before)
    assert all(check.repulsive for check in after), after
    scale = np.linalg.norm(rows, axis=1) * np.abs(held).max()
    assert (rows @ held - bounds > -1e-9 * scale).all()
    assert problem.residual(held) < 1.1 * problem.residual(free) + 1e-3


def test_unseen_crystals_repel_too(fitted):
    descriptor, problem, free, penalty = fitted
    data = list(alloys())
    shortest = shortest_distances(data, SPECIES)
    rows, bounds = core_constraints(descriptor, None, shortest, data)
    held = constrained(problem, free, rows, bounds, penalty)
    other = CoreSampling(fraction=0.0, n_environments=4, n_packings=4, n_crystals=20, seed=5)
    rows, bounds = core_constraints(descriptor, None, shortest, data, other)
    assert (rows @ free < bounds).mean() > 0.1
    assert (rows @ held < bounds).mean() < 0.02


def test_the_projection_is_the_constrained_minimum():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(30, 5)), rng.normal(size=30)
    problem = LinearProblem.from_rows(X, y)
    free = np.linalg.lstsq(X, y, rcond=None)[0]
    G, h = rng.normal(size=(4, 5)), None
    h = G @ free + np.array([0.3, -1.0, 0.2, 0.1])
    found = constrained(problem, free, G, h, np.zeros(5))
    slack = G @ found - h
    assert slack.min() > -1e-12
    # Karush-Kuhn-Tucker: the gradient is a non-negative combination of the tight rows
    tight = slack < 1e-10
    gradient = 2 * X.T @ (X @ found - y)
    multipliers, *_ = np.linalg.lstsq(G[tight].T, gradient, rcond=None)
    np.testing.assert_allclose(G[tight].T @ multipliers, gradient, atol=1e-10)
    assert multipliers.min() > 0


def test_columns_are_taken_by_name():
    problem = LinearProblem.from_rows(np.eye(3), np.ones(3), ("b", "a", "intercept"))
    solution = QR().solve(problem)
    core = CoreConstraints(np.array([[0.0, 5.0, 1.0]]), np.array([2.0]))
    found = with_repulsive_core(problem, solution, core, ("one-body", "a", "b"))
    assert found.coefficients @ [1, 5, 0] == pytest.approx(6.0)
    core = CoreConstraints(np.array([[0.0, 5.0, 1.0]]), np.array([32.0]))
    found = with_repulsive_core(problem, solution, core, ("one-body", "a", "b"))
    np.testing.assert_allclose(found.coefficients, [2.0, 6.0, 1.0])
    assert found.info.residual == pytest.approx(26.0)
    assert "repulsive core" in found.info.notes[-1]


def test_inequalities_that_hold_change_nothing():
    problem = LinearProblem.from_rows(np.eye(3), np.ones(3))
    free = np.ones(3)
    assert constrained(problem, free, np.eye(3), np.zeros(3), np.zeros(3)) is free


def test_impossible_inequalities_are_an_error():
    problem = LinearProblem.from_rows(np.eye(2), np.ones(2))
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    with pytest.raises(FitError, match="no coefficients keep the core repulsive"):
        constrained(problem, np.zeros(2), rows, np.array([1.0, 1.0]), np.zeros(2))


def test_an_archive_of_atoms_is_an_environment(fitted):
    descriptor = fitted[0]
    dataset = from_atoms(list(alloys(4)))
    shortest = shortest_distances(dataset, SPECIES)
    few = CoreSampling(n_environments=2, n_packings=0, n_crystals=0)
    rows, bounds = core_constraints(descriptor, None, shortest, dataset, few)
    assert rows.shape == (3 * 64 + 3 * 2 * 6, 2 * (1 + descriptor.n_features))
    assert bounds.shape == rows.shape[:1]
