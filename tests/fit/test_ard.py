"""Relevance determination against scikit-learn, and its own properties."""

import numpy as np
import pytest
from sklearn.linear_model import ARDRegression

from potlearn.errors import FitError
from potlearn.fit import LinearProblem, make_solver
from potlearn.fit.solve.ard import ARD


def data(n=200, k=12, seed=0):
    """Rows of unit columns, three of which matter, and targets with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, k))
    X /= np.linalg.norm(X, axis=0)
    c = np.zeros(k)
    c[[1, 4, 7]] = [30, -20, 10]
    return X, X @ c + 0.3 * rng.normal(size=n)


def test_the_same_coefficients_as_scikit_learn():
    X, y = data()
    endless = {"alpha_1": 0, "alpha_2": 0, "lambda_1": 0, "lambda_2": 0, "threshold_lambda": 1e12}
    theirs = ARDRegression(fit_intercept=False, max_iter=3000, tol=1e-10, **endless).fit(X, y)
    solver = ARD(threshold=1e12, tolerance=1e-10, steps=3000)
    ours = solver.solve(LinearProblem.from_rows(X, y))
    np.testing.assert_allclose(ours.coefficients, theirs.coef_, rtol=1e-4, atol=1e-4)


def test_units_of_columns_and_target_do_not_matter():
    X, y = data()
    units = np.logspace(-6, 5, X.shape[1])
    one = ARD().solve(LinearProblem.from_rows(X, y)).coefficients
    other = ARD().solve(LinearProblem.from_rows(X * units, 1e3 * y)).coefficients
    np.testing.assert_allclose(other * units / 1e3, one, rtol=1e-6, atol=1e-6)


def test_columns_that_say_nothing_leave_and_the_solver_says_so():
    X, y = data()
    solution = make_solver("ard", threshold=10.0).solve(LinearProblem.from_rows(X, y))
    assert np.flatnonzero(solution.coefficients).tolist()[:1] == [1]
    assert solution.info.rank == np.count_nonzero(solution.coefficients) < 12
    assert "columns were removed" in solution.info.notes[0]


def test_one_of_equal_columns_is_enough():
    X, y = data()
    X = np.column_stack([X, X[:, 1]])
    solution = ARD().solve(LinearProblem.from_rows(X, y))
    alone = ARD().solve(LinearProblem.from_rows(X[:, :-1], y))
    np.testing.assert_allclose(X @ solution.coefficients, X[:, :-1] @ alone.coefficients, atol=0.02)


def test_a_group_stays_or_leaves_as_one():
    X, y = data()
    groups = np.arange(12) // 2
    found = ARD(threshold=10.0).relevances(LinearProblem.from_rows(X, y), groups)
    assert found.penalties.shape == (6,)
    for g in range(6):
        kept = found.coefficients[groups == g] != 0
        assert kept.all() == np.isfinite(found.penalties[g]) == kept.any()


def test_steps_that_are_too_few_are_said():
    solution = ARD(steps=1).solve(LinearProblem.from_rows(*data()))
    assert any("had not settled after 1 steps" in note for note in solution.info.notes)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"threshold": 0.0}])
def test_wrong_settings(wrong):
    with pytest.raises(FitError, match="must be positive"):
        ARD(**wrong).solve(LinearProblem.from_rows(*data()))
