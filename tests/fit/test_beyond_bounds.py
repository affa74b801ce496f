"""One-sided soft bounds on a fit: against SciPy, and what they leave alone."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from pair_descriptor import PairDescriptor
from scipy.optimize import minimize

import potlearn as pl
from potlearn.fit import FitSettings, fit_linear
from potlearn.fit.beyond import bounds as module
from potlearn.fit.beyond.bounds import SoftBounds

DESCRIPTOR = PairDescriptor(("Cu",), 4.0)


def data(n=20, symbols=("Cu",)):
    rng = np.random.default_rng(0)
    made = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", a=3.6 * rng.uniform(0.95, 1.05), cubic=True)
        atoms.symbols[:] = symbols[k % len(symbols)]
        atoms.rattle(0.1, seed=k)
        atoms.calc = EMT()
        atoms.get_stress()
        made.append(atoms)
    return pl.from_atoms(made)


@pytest.fixture(scope="module")
def result():
    return fit_linear(data(), DESCRIPTOR, FitSettings(solver="qr"))


def test_bounds_that_hold_change_no_bit(result):
    c = result.coefficients.ravel()
    bounds = SoftBounds(result)
    found, weight = bounds.solve()
    assert (found == c).all()
    assert weight == np.inf
    rows = np.eye(len(c))[:2]
    bounds.add(rows, rows @ c - 1.0)
    found, weight = bounds.solve()
    assert (found == c).all()
    assert weight == np.inf
    assert len(bounds) == 2


def test_against_a_general_minimiser(result, monkeypatch):
    """Slack and coefficients minimise the stated objective."""
    monkeypatch.setattr(module, "ALLOWANCE", 1e6)
    monkeypatch.setattr(module, "WEIGHTS", (10.0,))
    c = result.coefficients.ravel()
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(3, len(c))) * np.abs(c)
    limits = rows @ c + np.array([0.3, -5.0, 0.2])
    bounds = SoftBounds(result)
    bounds.add(rows, limits)
    found, weight = bounds.solve()
    assert weight == 10.0
    problem = result.ledger.problem(result.settings.weights)
    assert problem.names == result.columns
    least = problem.residual(c)

    def objective(step):
        now = c + np.abs(c) * step
        slack = np.maximum(limits - rows @ now, 0)
        return problem.residual(now) - least + 10 * float(slack @ slack)

    best = minimize(objective, np.zeros(len(c)), method="BFGS", options={"gtol": 1e-9})
    step = (found - c) / np.abs(c)
    assert objective(step) <= best.fun * (1 + 1e-4) + 1e-9


def test_errors_stay_within_the_allowance(result):
    """A bound that contradicts the data gives way."""
    c = result.coefficients.ravel()
    bounds = SoftBounds(result)
    bounds.add(np.eye(len(c))[1:2], c[1:2] + 100.0)
    found, weight = bounds.solve()
    before, after = (result.ledger.rmse(x)["all"] for x in (c, found))
    assert weight < np.inf
    for quantity, error in before.items():
        assert after[quantity] <= 1.1 * error
    assert bounds.is_allowed(found)


def test_columns_that_no_data_have_do_not_move():
    """Gold occurs in no configuration: bounds on its coefficients are met by nothing."""
    descriptor = PairDescriptor(("Cu", "Au"), 4.0)
    result = fit_linear(data(), descriptor, FitSettings(ridge=1e-8))
    c = result.coefficients.ravel()
    bounds = SoftBounds(result)
    bounds.add(np.eye(len(c))[-2:], c[-2:] + 1.0)
    found, _ = bounds.solve()
    np.testing.assert_array_equal(found[5:], c[5:])


def test_given_one_body_energies_stay():
    result = fit_linear(data(), DESCRIPTOR, FitSettings(solver="qr", e0={"Cu": 0.1}))
    c = result.coefficients.ravel()
    bounds = SoftBounds(result)
    rows = np.ones((1, len(c)))
    bounds.add(rows, rows @ c + 1e-3)
    found, _ = bounds.solve()
    assert found[0] == c[0] == 0.1
    assert not np.array_equal(found, c)
