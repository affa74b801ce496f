"""Rules that end learning."""

import pytest

from potlearn.errors import LearningError
from potlearn.workflows.learning import (
    STOPS,
    Budget,
    Converged,
    Quiet,
    Rounds,
    Standing,
    Validation,
)


def standing(**changes):
    parts = {"rounds": 3, "labels": 20, "quiet": 1.5, "errors": {}, "values": {}}
    return Standing(**{**parts, **changes})


@pytest.mark.parametrize(
    ("stop", "reached"),
    [
        (Budget(20), True),
        (Budget(21), False),
        (Budget(0), True),
        (Quiet(1.5), True),
        (Quiet(1.6), False),
        (Rounds(3), True),
        (Rounds(4), False),
    ],
)
def test_limits(stop, reached):
    assert (stop.reached(standing()) is not None) == reached


def test_errors_on_a_validation_set():
    errors = {"forces": {"rmse": 0.12, "mae": 0.08}, "energy": {"rmse": 0.003, "mae": 0.002}}
    assert "0.12" in Validation(0.13).reached(standing(errors=errors))
    assert Validation(0.12).reached(standing(errors=errors)) is None
    assert Validation(0.1, measure="mae").reached(standing(errors=errors))
    assert Validation(0.0025, quantity="energy").reached(standing(errors=errors)) is None
    with pytest.raises(LearningError, match=r"expected labels of stress.*energy"):
        Validation(0.1, quantity="stress").reached(standing(errors=errors))


def test_a_property_that_no_longer_changes():
    rule = Converged("math:sqrt", within=0.1, rounds=3)
    for values, reached in (
        ([5.0, 1.0], False),
        ([5.0, 1.0, 1.02, 1.04], True),
        ([1, 1.2, 1], False),
    ):
        found = rule.reached(standing(values={"math:sqrt": values}))
        assert (found is not None) == reached
    assert rule.reached(standing(values={"math:sqrt": [float("nan")] * 3})) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Converged("no.such.module:f", 0.1), "expected module:function"),
        (lambda: Converged("math:nothing", 0.1), "expected module:function"),
        (lambda: Budget(-1), "expected a whole number from 0"),
        (lambda: STOPS.load("never"), "unknown stop rule"),
    ],
)
def test_rules_without_a_meaning_are_refused(make, words):
    with pytest.raises(LearningError, match=words):
        make()
