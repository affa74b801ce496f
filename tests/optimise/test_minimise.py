"""What a caller can get wrong, and what is said of it."""

import pickle
import sys

import numpy as np
import pytest

import potlearn as pl
from potlearn.errors import MissingExtraError, OptimisationError
from potlearn.optimise import METHODS, make_method, minimize
from potlearn.optimise.methods.nelder_mead import NelderMead


def bowl(x):
    return float(np.sum(x**2)), 2 * x


@pytest.mark.parametrize(
    ("x0", "options", "message"),
    [
        ([], {}, "at least one parameter"),
        ([1.0, np.nan], {}, "x0: expected finite numbers"),
        ("somewhere", {}, "x0: expected an array of numbers, got str"),
        ([1.0], {"method": "downhill"}, "unknown method 'downhill'; expected one of lbfgs, bfgs"),
        ([1.0], {"iterations": 3}, "unknown option 'iterations'; expected some of max_iterations"),
        ([1.0], {"max_iterations": 0}, "LBFGS: max_iterations: expected"),
        ([1.0], {"max_iterations": 2.5}, "LBFGS: max_iterations: expected a whole number"),
        ([1.0], {"method": "adam", "keep": "worst"}, "keep"),
        (
            [1.0],
            {"bounds": [(2, 0)]},
            r"parameter 0: expected the lower one below the upper, got \(2.0, 0",
        ),
        ([1.0], {"bounds": [(np.nan, 0)]}, "parameter 0: expected the lower one below"),
        ([1.0], {"bounds": [(1, 1)]}, "parameter 0: expected the lower one below"),
        ([1.0], {"bounds": [(2, 3)]}, "x0: parameter 0 is 1.0, which is out of its bounds"),
        ([1.0, 2.0], {"bounds": [(0, 3)]}, "a pair of numbers for each of 2 parameters"),
        ([1.0], {"bounds": [(0, 3)], "method": "bfgs"}, "takes no bounds; methods that do: lbfgs"),
        ([1.0], {"method": "newton"}, "'newton' needs the Hessian"),
        ([1.0], {"hessian": np.eye}, "'lbfgs' takes no Hessian; methods that do: newton"),
        ([1.0], {"method": "cma"}, "at least 2 parameters, got 1"),
        ([1.0], {"method": "differential-evolution"}, "needs two finite bounds"),
        (
            [1.0],
            {"method": "differential-evolution", "bounds": [(0, None)]},
            "needs two finite bounds",
        ),
    ],
)
def test_what_is_given_is_checked(x0, options, message):
    with pytest.raises(OptimisationError, match=message):
        minimize(bowl, x0, **options)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda x: None, "expected a number or a tuple .number, gradient., got nothing"),
        (lambda x: "low", "expected a number or a tuple .number, gradient., got str"),
        (lambda x: x, r"got an array of shape \(2,\)"),
        (lambda x: (1.0, x[:1]), r"the gradient: expected shape \(2,\), got \(1,\)"),
        (lambda x: (np.inf, x), r"the loss is inf, at the start, x = \[1. 2.\]"),
        (lambda x: (-np.inf, x), "the loss is -inf"),
    ],
)
def test_what_the_loss_gives_is_checked(loss, message):
    with pytest.raises(OptimisationError, match=message):
        minimize(loss, [1.0, 2.0])


def test_a_hessian_of_wrong_size():
    with pytest.raises(OptimisationError, match="the Hessian: expected 4 elements, got 9"):
        minimize(bowl, [1.0, 2.0], method="newton", hessian=lambda x: np.eye(3))


def test_minus_infinity_is_a_mistake_without_gradients_too():
    def loss(x):
        return -np.inf if x[0] < 0.5 else float(x @ x)

    with pytest.raises(OptimisationError, match="the loss is -inf, in iteration") as error:
        minimize(loss, [1.0, 2.0], method="nelder-mead")
    copy = pickle.loads(pickle.dumps(error.value))
    assert str(copy) == str(error.value)
    np.testing.assert_array_equal(copy.x, error.value.x)


def test_an_error_of_the_loss_is_the_callers():
    def loss(x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        minimize(loss, [1.0])


def test_a_number_and_a_scalar_start():
    found = minimize(lambda x: (np.array([(x - 2.0) ** 2]), 2 * (x - 2.0)), 1.0)
    assert found.x.shape == ()
    assert found.x == pytest.approx(2.0)


def test_the_start_is_not_changed_by_the_loss():
    x0 = np.array([1.0, 2.0])

    def loss(x):
        value = bowl(x)
        x[:] = 99.0
        return value

    found = minimize(loss, x0)
    np.testing.assert_array_equal(x0, [1.0, 2.0])
    np.testing.assert_allclose(found.x, 0, atol=1e-6)


def test_a_method_may_be_made_beforehand():
    method = NelderMead(tolerance=1e-9)
    assert make_method(method) is method
    assert minimize(bowl, [1.0, 2.0], method=method).value < 1e-12
    with pytest.raises(OptimisationError, match="options tolerance: expected none"):
        minimize(bowl, [1.0, 2.0], method=method, tolerance=1e-3)


def test_the_last_iterate_where_losses_are_noisy():
    rng = np.random.default_rng(0)

    def loss(x):
        return float(x @ x + rng.normal()), 2 * x

    last = minimize(loss, [1.0], method="sgd", keep="last", max_iterations=50)
    seen = []
    rng = np.random.default_rng(0)
    minimize(loss, [1.0], method="sgd", max_iterations=50, callback=lambda i, x, v: seen.append(x))
    np.testing.assert_array_equal(last.x, seen[-1])
    assert last.value == last.history[-1]


def test_a_rate_that_falls():
    seen = []
    minimize(
        lambda x: (float(x[0]), np.ones(1)),
        [0.0],
        method="sgd",
        momentum=0.0,
        schedule="cosine",
        max_iterations=10,
        learning_rate=1.0,
        callback=lambda i, x, v: seen.append(x[0]),
    )
    steps = -np.diff([0.0, *seen])
    np.testing.assert_allclose(steps, 0.5 * (1 + np.cos(np.pi * np.arange(10) / 10)), rtol=1e-12)


@pytest.mark.parametrize(("method", "package"), [("adam", "optax"), ("sgd", "jax"), ("cma", "cma")])
def test_a_missing_package_is_named_with_its_command(monkeypatch, method, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package}.*pip install 'potlearn\[optimise\]'"):
        minimize(bowl, [1.0, 2.0], method=method)


def test_a_part_of_a_users_own(monkeypatch):
    monkeypatch.setattr(METHODS, "_rows", dict(METHODS.rows))
    METHODS.add("own", "potlearn.optimise.methods.powell:Powell")
    assert pl.optimise.minimize(bowl, [1.0, 2.0], method="own").converged
