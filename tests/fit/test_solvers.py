"""One contract for every registered solver, and agreement with NumPy and scikit-learn."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, configurations

from potlearn.errors import FitError
from potlearn.fit import QR, SOLVERS, SVD, FitSettings, Ridge, Solution, fit_linear, make_solver
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import Key
from potlearn.fit.solve.problem import LinearProblem, Solver
from potlearn.fit.weights import Weights

NAMES = sorted(SOLVERS)
REGULARISED = [name for name in NAMES if name != "qr"]
# One penalty for all columns; relevance determination chooses one of two equal columns.
SHARING = [name for name in REGULARISED if name != "ard"]


def rows_of(m, k, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, k)) * np.logspace(0, -3, k)


def problem_of(X, y, folds=4):
    """Problem with folds, through the ledger, as a fit makes it."""
    ledger = Ledger([f"column {j}" for j in range(X.shape[1])])
    for fold in range(folds):
        ledger.add(Key(fold, "all", "forces"), X[fold::folds], y[fold::folds])
    return ledger.problem(Weights(), n_folds=folds)


def solve(name, X, y):
    return make_solver(name).solve(problem_of(np.asarray(X, float), np.asarray(y, float)))


@pytest.mark.parametrize("name", NAMES)
def test_is_a_solver(name):
    assert isinstance(make_solver(name), Solver)


@pytest.mark.parametrize("name", NAMES)
def test_recovers_noiseless_coefficients(name):
    X, c = rows_of(60, 7), np.arange(1.0, 8.0)
    found = solve(name, X, X @ c)
    tolerance = 1e-5 if name == "ridge" else 1e-8
    np.testing.assert_allclose(found.coefficients, c, rtol=tolerance)
    assert found.info.solver == name
    np.testing.assert_allclose(found.info.effective_parameters, 7, rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_near_least_squares_on_well_posed_noisy_data(name):
    X, noise = rows_of(400, 5), np.random.default_rng(1).normal(size=400)
    y = X @ np.array([1.0, -20, 30, -400, 1000]) + 0.01 * noise
    expected = np.linalg.lstsq(X, y)[0]
    found = solve(name, X, y)
    np.testing.assert_allclose(X @ found.coefficients, X @ expected, atol=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_order_of_rows_does_not_matter(name):
    X, rng = rows_of(80, 6), np.random.default_rng(2)
    y = X @ np.ones(6) + 0.1 * rng.normal(size=80)
    order = np.concatenate([rng.permutation(np.arange(f, 80, 4)) for f in range(4)])
    order = order.reshape(4, 20).T.ravel()
    a, b = solve(name, X, y), solve(name, X[order], y[order])
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=1e-7)


@pytest.mark.parametrize("name", SHARING)
def test_collinear_columns_share(name):
    X = rows_of(50, 3)
    X = np.column_stack([X, X[:, 0]])
    y = X @ np.array([1.0, 2.0, 3.0, 1.0])
    found = solve(name, X, y)
    np.testing.assert_allclose(X @ found.coefficients, y, atol=1e-4)
    np.testing.assert_allclose(found.coefficients[0], found.coefficients[3], rtol=1e-5)


def test_qr_names_collinear_columns():
    X = rows_of(50, 3)
    with pytest.raises(FitError, match=r"1 of 4 columns depend on the others: column 3"):
        solve("qr", np.column_stack([X, X[:, 0]]), X[:, 0])


@pytest.mark.parametrize("name", REGULARISED)
def test_more_columns_than_rows(name):
    X = rows_of(8, 20)
    y = X @ np.ones(20)
    found = solve(name, X, y)
    assert np.isfinite(found.coefficients).all()
    if name != "cv":
        np.testing.assert_allclose(X @ found.coefficients, y, atol=1e-3)


def test_qr_refuses_more_columns_than_rows():
    with pytest.raises(FitError, match="20 columns but only 8 rows"):
        solve("qr", rows_of(8, 20), np.ones(8))


@pytest.mark.parametrize("name", NAMES)
def test_one_column(name):
    x = np.linspace(1, 2, 40)[:, None]
    np.testing.assert_allclose(solve(name, x, 3 * x[:, 0]).coefficients, [3.0], rtol=1e-6)


@pytest.mark.parametrize("name", REGULARISED)
def test_zero_column_gets_zero(name):
    X = np.column_stack([rows_of(40, 2), np.zeros(40)])
    found = solve(name, X, X @ np.array([1.0, 2.0, 0.0]))
    assert found.coefficients[2] == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_scale_of_a_column_does_not_matter(name):
    X = rows_of(60, 5)
    y = X @ np.ones(5) + 0.05 * np.random.default_rng(3).normal(size=60)
    scales = np.array([1e-6, 1.0, 1e3, 1e7, 10.0])
    a, b = solve(name, X, y), solve(name, X * scales, y)
    np.testing.assert_allclose(b.coefficients * scales, a.coefficients, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_target_of_zeros(name):
    assert np.abs(solve(name, rows_of(30, 3), np.zeros(30)).coefficients).max() == 0.0


def test_empty_rows_are_refused():
    with pytest.raises(FitError, match="no rows"):
        Ledger(["a", "b"]).problem(Weights())


def test_weights_of_zero_leave_no_rows():
    ledger = Ledger(["a"])
    ledger.add(Key(0, "all", "forces"), np.ones((3, 1)), np.ones(3))
    with pytest.raises(FitError, match="no label has a weight above zero"):
        ledger.problem(Weights(forces=0.0))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused(bad):
    X = rows_of(10, 3)
    X[4, 1] = bad
    with pytest.raises(FitError, match="NaN or Inf"):
        LinearProblem.from_rows(X, np.ones(10))
    with pytest.raises(FitError, match="NaN or Inf in the forces rows of group 'all', column 1"):
        solve("ridge", X, np.ones(10))


def test_qr_vs_numpy_lstsq():
    X, y = rows_of(100, 10), np.random.default_rng(5).normal(size=100)
    found = QR().solve(LinearProblem.from_rows(X, y))
    np.testing.assert_allclose(found.coefficients, np.linalg.lstsq(X, y)[0], rtol=1e-9)
    np.testing.assert_allclose(found.info.residual, np.sum((X @ found.coefficients - y) ** 2))


def test_svd_vs_numpy_lstsq_of_deficient_columns():
    X = rows_of(40, 5)
    X[:, 4] = X[:, 0] + X[:, 1]
    y = np.random.default_rng(6).normal(size=40)
    found = SVD(cut=1e-9, scaling="none").solve(LinearProblem.from_rows(X, y))
    np.testing.assert_allclose(found.coefficients, np.linalg.lstsq(X, y, rcond=1e-9)[0], rtol=1e-8)
    assert found.info.rank == 4


@pytest.mark.parametrize("ridge", [1e-6, 1.0, 100.0])
@pytest.mark.parametrize(("m", "k"), [(50, 6), (6, 9)])
def test_ridge_vs_sklearn(ridge, m, k):
    from sklearn.linear_model import Ridge as Theirs

    X, y = rows_of(m, k), np.random.default_rng(7).normal(size=m)
    found = Ridge(ridge=ridge, scaling="none").solve(LinearProblem.from_rows(X, y))
    theirs = Theirs(alpha=ridge, fit_intercept=False, solver="svd").fit(X, y)
    np.testing.assert_allclose(found.coefficients, theirs.coef_, rtol=1e-6, atol=1e-9)
    hat = np.trace(X @ np.linalg.solve(X.T @ X + ridge * np.eye(k), X.T))
    np.testing.assert_allclose(found.info.effective_parameters, hat, rtol=1e-6)


def noisy_smooth(m=200, k=60, seed=8):
    """Ill-posed problem: wide Gaussians, nearly collinear, and a noisy smooth target."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, m)
    X = np.exp(-0.5 * ((x[:, None] - np.linspace(-1, 1, k)) / 0.1) ** 2)
    truth = np.sin(3 * x)
    return X, truth, truth + 0.3 * rng.normal(size=m)


@pytest.mark.parametrize("name", ["gcv", "evidence", "cv"])
def test_chosen_penalty_beats_least_squares_and_is_near_the_best(name):
    X, truth, y = noisy_smooth()
    problem = problem_of(X, y)
    error = {
        ridge: np.mean((X @ Ridge(ridge=ridge).solve(problem).coefficients - truth) ** 2)
        for ridge in np.logspace(-8, 3, 23)
    }
    found = make_solver(name).solve(problem)
    ours = np.mean((X @ found.coefficients - truth) ** 2)
    assert ours < 0.6 * error[min(error)]
    assert ours < 1.5 * min(error.values())


def test_gcv_vs_sklearn_efficient_leave_one_out():
    """GCV of the hat matrix, computed directly from the rows."""
    X, _, y = noisy_smooth(m=80, k=12)
    problem = LinearProblem.from_rows(X, y)

    def score(ridge):
        scale = np.linalg.norm(X, axis=0) ** 2
        hat = X @ np.linalg.solve(X.T @ X + ridge * np.diag(scale), X.T)
        return len(y) * np.sum((y - hat @ y) ** 2) / (len(y) - np.trace(hat)) ** 2

    chosen = make_solver("gcv").solve(problem).info.ridge
    assert score(chosen) <= min(score(r) for r in np.logspace(-6, 2, 60)) * (1 + 1e-6)


@pytest.mark.parametrize(
    ("solver", "message"),
    [
        (lambda: make_solver("magic"), "unknown solver 'magic'"),
        (lambda: solve_with(Ridge(ridge=0.0)), "expected a positive number"),
        (lambda: solve_with(SVD(cut=2.0)), "expected 0 <= cut < 1"),
        (lambda: solve_with(Ridge(scaling="rows")), "unknown column scaling 'rows'"),
    ],
)
def test_bad_options(solver, message):
    with pytest.raises(FitError, match=message):
        solver()


def solve_with(solver):
    return solver.solve(LinearProblem.from_rows(rows_of(10, 3), np.ones(10)))


def test_cv_needs_folds():
    with pytest.raises(FitError, match="at least two folds"):
        make_solver("cv").solve(LinearProblem.from_rows(rows_of(10, 3), np.ones(10)))


@dataclass(frozen=True)
class Halved(Solver):
    """Half of the least-squares solution."""

    n_folds: int = 0

    def solve(self, problem):
        whole = QR().solve(problem)
        return Solution(whole.coefficients / 2, replace(whole.info, solver="halved"))


def test_a_solver_is_its_class_and_one_row(monkeypatch):
    monkeypatch.setattr(SOLVERS, "_rows", dict(SOLVERS._rows))
    SOLVERS.add("halved", f"{__name__}:Halved")
    data, e0 = configurations(n=10), {"Si": -5.0}
    half, whole = (
        fit_linear(data, PairDescriptor(), FitSettings(solver=s, e0=e0)) for s in ("halved", "qr")
    )
    assert half.info.solver == "halved"
    np.testing.assert_allclose(half.coefficients[:, 1:], whole.coefficients[:, 1:] / 2)
    with pytest.raises(FitError, match=r"expected one of qr, .*, halved"):
        FitSettings(solver="magic")
