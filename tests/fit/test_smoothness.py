"""A descriptor's smoothness as the penalty of its coefficients, in every solver and after a fit."""

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, configurations

from potlearn.errors import FitError
from potlearn.fit import (
    SOLVERS,
    FitSettings,
    Ridge,
    Weights,
    fit_linear,
    influences,
    load_ledger,
    save_ledger,
    solve_ledger,
)
from potlearn.fit.solve.problem import LinearProblem
from potlearn.fit.solve.spectrum import Spectrum, column_scales

GAMMA = np.array([1.0, 3.0, 10.0, 500.0])


MILD = np.array([1.0, 2.0, 3.0, 5.0])


def smooth(gamma=GAMMA):
    """The pair descriptor with an opinion on its features."""
    return PairDescriptor(smoothness=tuple(gamma))


def problem(penalties, n=40, columns=4):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, columns)) * [1.0, 20.0, 0.1, 3.0], rng.normal(size=n)
    plain = LinearProblem.from_rows(X, y)
    return X, y, LinearProblem(plain.R, plain.z, plain.rho, n, plain.names, (), penalties)


def test_penalised_coefficients_are_those_of_the_normal_equations():
    X, y, p = problem(GAMMA)
    found = Ridge(ridge=1e-2).solve(p).coefficients
    s = GAMMA * np.median(np.linalg.norm(X, axis=0) / GAMMA)
    expected = np.linalg.solve(X.T @ X + 1e-2 * np.diag(s**2), X.T @ y)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    spectral = Spectrum.of(p).coefficients(1e-2)
    np.testing.assert_allclose(spectral, expected, rtol=1e-10)


def test_only_ratios_of_penalties_matter():
    _, _, p = problem(GAMMA)
    _, _, q = problem(1e5 * GAMMA)
    np.testing.assert_allclose(column_scales(p, "columns"), column_scales(q, "columns"), rtol=1e-12)
    assert (column_scales(p, "none") == 1).all()


def test_penalties_must_fit_the_columns():
    with pytest.raises(FitError, match="3 penalties for 4 columns"):
        problem(GAMMA[:3])
    with pytest.raises(FitError, match="penalties must be positive"):
        problem(np.array([1.0, 0.0, 1.0, 1.0]))


@pytest.mark.parametrize("solver", sorted(set(SOLVERS) - {"qr"}))
@pytest.mark.parametrize("e0", ["fitted", {"Si": -5.0}])
def test_every_solver_takes_them(solver, e0):
    data = configurations(n=12, noise=0.05)
    found = fit_linear(data, smooth(MILD), FitSettings(solver=solver, e0=e0))
    np.testing.assert_array_equal(found.ledger.penalties, np.append(1.0, MILD))
    plain = fit_linear(data, smooth(MILD), FitSettings(solver=solver, e0=e0, smoothness=False))
    assert plain.ledger.penalties is None
    errors = [result.rmse()["all"]["forces"] for result in (found, plain)]
    np.testing.assert_allclose(*errors, rtol=0.02)


def test_rough_features_get_smaller_coefficients():
    data = configurations(n=12, noise=0.3)
    rough = [
        abs(
            fit_linear(data, smooth(), FitSettings(solver=Ridge(3e-3), smoothness=on)).coefficients[
                0, 4
            ]
        )
        for on in (True, False)
    ]
    assert rough[0] < 0.1 * rough[1]


def test_an_intercept_beside_them():
    data = configurations(n=12)
    result = fit_linear(
        data, smooth(MILD), FitSettings(ridge=1e-12, e0={"Si": -6.0}, intercept=True)
    )
    np.testing.assert_allclose(result.coefficients[0, 0], -5.0, atol=1e-3)


def test_a_saved_ledger_keeps_them(tmp_path):
    data = configurations(n=12, noise=0.05)
    result = fit_linear(data, smooth())
    save_ledger(result.ledger, tmp_path / "ledger")
    again = load_ledger(tmp_path / "ledger")
    np.testing.assert_array_equal(again.penalties, result.ledger.penalties)
    c, _ = solve_ledger(again, result.settings)
    np.testing.assert_array_equal(c, result.coefficients)
    merged = result.ledger.relabel(lambda key: key._replace(fold=0))
    np.testing.assert_array_equal(merged.penalties, result.ledger.penalties)


def test_leave_one_out_residuals_are_those_of_a_fit_without_the_configuration():
    data, rough = configurations(n=10, noise=0.3), smooth()
    result = fit_linear(data, rough, FitSettings(solver=Ridge(1e-4)))
    found = influences(result)
    # The same absolute penalty without the configuration.
    whole = result.ledger.problem(Weights(), offset={"Si:one-body": 0.0})
    rest = data.subset(np.arange(1, 10))
    some = fit_linear(rest, rough, FitSettings(solver=Ridge(1e-4)))
    less = some.ledger.problem(Weights(), offset={"Si:one-body": 0.0})
    ratio = column_scales(whole, "columns")[0] / column_scales(less, "columns")[0]
    without = fit_linear(rest, rough, FitSettings(solver=Ridge(1e-4 * ratio**2)))
    energy = next(x for x in found if x.configuration == 0 and x.quantity == "energy")
    c = without.coefficients.ravel()
    expected = (rough.rows(data[0]).energy @ c - data.labels(0).energy) / 8
    np.testing.assert_allclose(energy.left_out, expected, rtol=1e-2)
