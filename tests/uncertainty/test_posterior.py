"""The posterior against dense algebra and scikit-learn."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from uncertain_fits import CASES, Case, covariance, dense

from potlearn.errors import UncertaintyError
from potlearn.fit import EvidenceRidge, LinearProblem, Ridge
from potlearn.uncertainty import Posterior


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_covariance_equals_dense_algebra(case):
    result = case.fit()
    factor = Posterior.of(result).factor()
    expected = covariance(result, case)
    np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-6, atol=1e-9 * expected.max())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_joint_covariance_of_energy_forces_and_stress(case):
    result = case.fit()
    posterior, c = Posterior.of(result), covariance(result, case)
    for index in (0, 5):
        rows = np.concatenate([b.rows for b in result.rows.blocks(index).values()])
        expected = rows @ c @ rows.T
        found = posterior.covariance(rows)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * expected.max())


EXCLUDED = {
    "atoms": [(0, "forces", 2), (3, "forces", 0), (3, "forces", 1)],
    "an energy": [(1, "energy", -1)],
    "all forces": [(k, "forces", -1) for k in range(4)],
    "a configuration": [(2, q, -1) for q in ("energy", "forces", "stress")],
}


@pytest.mark.parametrize("exclude", EXCLUDED.values(), ids=EXCLUDED.keys())
def test_labels_left_out_do_not_count(exclude):
    case = CASES["fitted e0"]
    result = case.fit(exclude=exclude)
    factor, expected = Posterior.of(result).factor(), covariance(result, case)
    np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-6, atol=1e-9 * expected.max())


def test_configurations_of_weight_zero_do_not_count_as_rows():
    """Nor do quantities of a group whose weight is zero."""
    own = np.ones(12)
    own[[1, 7]] = 0.0
    case = Case(options={"e0": "fitted", "configuration_weights": own})
    result = case.fit()
    rest = Case(options={"e0": "fitted"}).fit(np.flatnonzero(own))
    np.testing.assert_allclose(
        Posterior.of(result).factor(), Posterior.of(rest).factor(), rtol=1e-6, atol=1e-9
    )


def test_rows_of_a_group_without_weight_do_not_count():
    from potlearn.fit import Weights

    weights = Weights(energy=100.0, forces=2.0, stress=0.5, groups={"b": {"forces": 0.0}})
    case = Case(options={"e0": "fitted", "weights": weights})
    factor, expected = Posterior.of(case.fit()).factor(), covariance(case.fit(), case)
    np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-6, atol=1e-9 * expected.max())


def toy(m=60, c=8, seed=0, noise=0.3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(m, c)) * np.logspace(0, -1, c)
    return x, x @ rng.normal(size=c) + noise * rng.normal(size=m)


@pytest.mark.parametrize("ridge", [1e-3, 0.7, 30.0])
def test_evidence_is_the_marginal_likelihood(ridge):
    """N(0, sigma^2 (1 + X X^T / lambda)) with the noise level that maximises it."""
    x, y = toy()
    info = Ridge(ridge=ridge, scaling="none").solve(LinearProblem.from_rows(x, y)).info
    shape = np.eye(len(y)) + x @ x.T / ridge
    noise = y @ np.linalg.solve(shape, y) / len(y)
    expected = multivariate_normal(np.zeros(len(y)), noise * shape).logpdf(y)
    assert info.log_evidence == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_scikit_learn_finds_the_same_model(seed):
    """Penalty, coefficients, covariance, evidence; its priors made flat."""
    from sklearn.linear_model import BayesianRidge

    x, y = toy(seed=seed)
    flat = {"alpha_1": 0.0, "alpha_2": 0.0, "lambda_1": 0.0, "lambda_2": 0.0}
    other = BayesianRidge(
        fit_intercept=False, tol=1e-10, max_iter=3000, compute_score=True, **flat
    ).fit(x, y)
    problem = LinearProblem.from_rows(x, y)
    ours = EvidenceRidge(scaling="none", step=0.02).solve(problem)
    assert ours.info.ridge == pytest.approx(other.lambda_ / other.alpha_, rel=0.02)
    assert ours.info.log_evidence == pytest.approx(other.scores_[-1], abs=1e-3)
    np.testing.assert_allclose(ours.coefficients, other.coef_, atol=1e-3)
    # Ours has the degrees of freedom that the fit leaves in its noise; both are the same here.
    noise = ours.info.residual / (len(y) - ours.info.effective_parameters)
    assert noise == pytest.approx(1 / other.alpha_, rel=1e-3)
    dense_ = noise * np.linalg.inv(x.T @ x + ours.info.ridge * np.eye(x.shape[1]))
    np.testing.assert_allclose(dense_, other.sigma_, rtol=0.01, atol=1e-6)


def test_bayesian_is_the_penalty_of_largest_evidence():
    from potlearn.fit import BayesianRidge

    problem = LinearProblem.from_rows(*toy())
    a, b = BayesianRidge().solve(problem), EvidenceRidge().solve(problem)
    np.testing.assert_array_equal(a.coefficients, b.coefficients)
    assert (a.info.solver, a.info.ridge) == ("bayesian", b.info.ridge)
    for ridge in (0.5 * a.info.ridge, 2 * a.info.ridge):
        other = Ridge(ridge=ridge).solve(problem).info
        assert other.log_evidence < a.info.log_evidence


def test_fewer_rows_than_coefficients_are_refused():
    from uncertain_fits import FEW

    case = Case(n=6, n_features=12, options={"e0": "fitted", "weights": FEW})
    with pytest.raises(UncertaintyError, match=r"6 rows for 13 coefficients.*smaller basis"):
        Posterior.of(case.fit())


@pytest.mark.parametrize("solver", ["qr", "svd"])
def test_a_singular_covariance_is_refused(solver):
    """Two species that always come in one proportion: their energies cannot be told apart."""
    from pair_descriptor import PairDescriptor, configurations

    from potlearn.errors import FitError
    from potlearn.fit import FitSettings, fit_linear

    data = configurations(10, noise=0.3)
    frames = list(data)
    for atoms in frames:
        atoms.symbols[:] = ["Si", "Ge"] * 4
    import potlearn as pl

    descriptor = PairDescriptor(("Si", "Ge"))
    try:
        result = fit_linear(
            pl.from_atoms(frames), descriptor, FitSettings(solver=solver, e0="fitted")
        )
    except FitError:
        return  # refused already by the solver
    with pytest.raises(UncertaintyError, match=r"covariance is singular, 1 columns.*'bayesian'"):
        Posterior.of(result)


def test_residuals_are_of_the_rows_in_the_fit():
    rows, errors, where = dense(CASES["no stress"].fit())
    assert len(rows) == len(errors) == len(where)
    assert {quantity for _, quantity in where} == {"energy", "forces"}
