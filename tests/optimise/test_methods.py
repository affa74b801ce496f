"""What every method of minimisation keeps; one line of METHODS_UNDER_TEST registers a method."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pytest

from potlearn.errors import OptimisationError
from potlearn.optimise import METHODS, minimize

CENTRE = np.array([[0.3, -0.2], [0.5, 0.1]])
CURVATURE = np.diag([1.0, 2.0, 5.0, 10.0]) + 0.2
WIDE = [(-2.0, 2.0)] * 2


class Case(NamedTuple):
    """Options of a method for the quadratic and for Rosenbrock's function, and its accuracy."""

    name: str
    quadratic: Mapping[str, float] = MappingProxyType({})
    rosenbrock: Mapping[str, float] = MappingProxyType({})
    atol: float = 1e-3


METHODS_UNDER_TEST = [
    Case("lbfgs"),
    Case("bfgs"),
    Case("newton"),
    Case("trust-constr"),
    Case("adam", {"learning_rate": 0.05}, {"learning_rate": 0.05, "max_iterations": 2500}),
    Case(
        "adamw",
        {"learning_rate": 0.05, "weight_decay": 0.0},
        {"learning_rate": 0.05, "max_iterations": 2500},
    ),
    Case("sgd", {"learning_rate": 0.01}, {"learning_rate": 5e-4, "max_iterations": 4000}, 5e-3),
    Case("nelder-mead"),
    Case("powell"),
    Case("differential-evolution"),
    Case("cma"),
]
EVERY = pytest.mark.parametrize("case", METHODS_UNDER_TEST, ids=lambda case: case.name)
WITHOUT_GRADIENT = [c for c in METHODS_UNDER_TEST if not METHODS[c.name].gradient]
WITH_GRADIENT = [c for c in METHODS_UNDER_TEST if METHODS[c.name].gradient]
BOUNDED = [c for c in METHODS_UNDER_TEST if METHODS[c.name].takes_bounds]


def quadratic(x):
    """Value and gradient; the unknowns have shape (2, 2)."""
    away = (x - CENTRE).ravel()
    return 0.5 * away @ CURVATURE @ away + 1.5, (CURVATURE @ away).reshape(2, 2)


def rosenbrock(x):
    a, b = x
    value = (1 - a) ** 2 + 100 * (b - a**2) ** 2
    return value, np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])


def rosenbrock_hessian(x):
    a, b = x
    return np.array([[2 - 400 * (b - 3 * a**2), -400 * a], [-400 * a, 200.0]])


def given(name, hessian=None, box=None):
    """What the method cannot do without."""
    kind = METHODS[name]
    found = {"hessian": hessian} if kind.takes_hessian and hessian else {}
    return found | ({"bounds": box} if kind.box and box else {})


def run(case, function=rosenbrock, x0=(-0.7, 1.2), **options):
    needs = given(case.name, rosenbrock_hessian, WIDE)
    return minimize(function, x0, method=case.name, **{**case.rosenbrock, **needs, **options})


def test_every_method_is_tested():
    assert {case.name for case in METHODS_UNDER_TEST} == set(METHODS)


@EVERY
def test_quadratic_of_an_array(case):
    needs = given(case.name, lambda x: CURVATURE, [(-2.0, 2.0)] * 4)
    found = minimize(quadratic, np.zeros((2, 2)), method=case.name, **case.quadratic, **needs)
    assert found.x.shape == (2, 2)
    np.testing.assert_allclose(found.x, CENTRE, atol=case.atol)
    assert found.value == pytest.approx(1.5, abs=1e-4)
    assert found.converged, found.reason


@EVERY
def test_rosenbrock(case):
    found = run(case)
    np.testing.assert_allclose(found.x, 1, atol=20 * case.atol)
    assert found.value == rosenbrock(found.x)[0]
    assert found.value == found.history.min()
    assert found.n_iterations == len(found.history) - 1 <= found.n_evaluations
    assert found.history[0] == rosenbrock((-0.7, 1.2))[0]
    assert found.seconds > 0


@EVERY
def test_evaluations_are_counted(case):
    calls = []

    def counted(x):
        calls.append(x.copy())
        return rosenbrock(x)

    found = run(case, counted, callback=lambda iteration, x, value: iteration == 5)
    assert found.n_evaluations == len(calls)


@EVERY
def test_twice_the_same(case):
    stop = {"callback": lambda iteration, x, value: iteration == 20}
    first, second = run(case, **stop), run(case, **stop)
    np.testing.assert_array_equal(first.history, second.history)
    np.testing.assert_array_equal(first.x, second.x)


@EVERY
def test_no_global_random_state_changes(case):
    np.random.seed(5)  # noqa: NPY002 (the global one is meant)
    expected = np.random.get_state()[1].copy()  # noqa: NPY002
    run(case, callback=lambda iteration, x, value: iteration == 2)
    np.testing.assert_array_equal(np.random.get_state()[1], expected)  # noqa: NPY002


@EVERY
def test_the_callback_sees_and_stops(case):
    seen = []

    def callback(iteration, x, value):
        seen.append((iteration, x, value))
        return iteration == 3

    found = run(case, callback=callback)
    assert [s[0] for s in seen] == [1, 2, 3]
    assert [s[2] for s in seen] == list(found.history[1:])
    assert all(rosenbrock(x)[0] == pytest.approx(value, rel=1e-12) for _, x, value in seen)
    assert not found.converged
    assert found.reason == "the callback stopped it"


@EVERY
def test_a_limit_of_iterations_is_no_convergence(case):
    found = run(case, max_iterations=2)
    assert found.n_iterations <= 3
    assert not found.converged
    assert found.reason


@EVERY
def test_nan_ends_in_words_with_the_best_point(case):
    def loss(x):
        return rosenbrock(x) if len(calls) < 8 else (np.nan, x)

    calls = []

    def counted(x):
        calls.append(x.copy())
        return loss(x)

    with pytest.raises(OptimisationError, match=r"the loss is nan, in iteration .* x = ") as error:
        run(case, counted)
    assert error.value.value == rosenbrock(error.value.x)[0] <= rosenbrock((-0.7, 1.2))[0]


@pytest.mark.parametrize("case", BOUNDED, ids=lambda case: case.name)
@pytest.mark.parametrize("x0", [(0.1, -1.0), (-0.5, 1.0), (-0.5, -1.0)], ids=str)
def test_bounds_are_never_left(case, x0):
    """The start may lie on a bound; at the minimum the first parameter does."""
    low, high = np.array([-0.5, -1.0]), np.array([0.25, 1.0])
    outside = []

    def loss(x):
        outside.extend(x[(x < low) | (x > high)])
        away = x - 0.5
        return 2 * away[0] ** 2 + away[0] * away[1] + away[1] ** 2, np.array(
            [4 * away[0] + away[1], away[0] + 2 * away[1]]
        )

    hessian = given(case.name, lambda x: np.array([[4.0, 1.0], [1.0, 2.0]]))
    options = {**case.quadratic, **hessian, "bounds": np.stack([low, high], axis=1)}
    found = minimize(loss, x0, method=case.name, **options)
    assert not outside
    np.testing.assert_allclose(found.x, [0.25, 0.625], atol=case.atol)


@pytest.mark.parametrize("case", WITHOUT_GRADIENT, ids=lambda case: case.name)
def test_infinity_is_out_of_the_domain(case):
    def loss(x):
        return rosenbrock(x)[0] if x[0] < 1.5 else np.inf

    np.testing.assert_allclose(run(case, loss).x, 1, atol=20 * case.atol)


@pytest.mark.parametrize("case", WITH_GRADIENT, ids=lambda case: case.name)
def test_the_gradient_may_be_a_function_of_its_own(case):
    first = {"callback": lambda iteration, x, value: iteration == 10}
    apart = run(case, lambda x: rosenbrock(x)[0], gradient=lambda x: rosenbrock(x)[1], **first)
    np.testing.assert_array_equal(apart.history, run(case, **first).history)
    with pytest.raises(OptimisationError, match=r"needs the gradient.*nelder-mead"):
        run(case, lambda x: rosenbrock(x)[0])
    with pytest.raises(OptimisationError, match="gradient has elements that are not finite"):
        run(case, lambda x: (1.0, np.array([np.nan, 0.0])))
