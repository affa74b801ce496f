"""A space of settings: what a key can be, and when it applies."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from searches import space

from potlearn.errors import ConfigError
from potlearn.tune import Choice, Range, Space


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Choice([]), "a choice needs at least one value"),
        (lambda: Choice(["pod", "pod"]), "the value 'pod' more than once"),
        (lambda: Choice([[1, 2], (1, 2)]), "more than once"),
        (lambda: Choice([float("nan")]), "expected numbers, words"),
        (lambda: Choice([{1, 2}]), "expected numbers, words"),
        (lambda: Range(7, 4), "range from 7 to 4: low is above high; exchange them"),
        (lambda: Range(4, 7, 0.4), r"step 0.4 does not lead to high: the last value is 6.8"),
        (lambda: Range(4, 7, -0.5), "step: expected a number above 0, got -0.5"),
        (lambda: Range(0, 7, log=True), "log: expected low above 0, got 0"),
        (lambda: Range(1, 7, 0.5, log=True), "expected a step or log, got both"),
        (lambda: Range(1, 7.5, integer=True), "high: expected a whole number, got 7.5"),
        (lambda: Range(1, float("inf")), "high: expected a number, got inf"),
        (lambda: Range("1", 2), "low: expected a number, got '1'"),
        (lambda: Range(True, 2), "low: expected a number, got True"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_an_error_in_words(make, words):
    with pytest.raises(ConfigError, match=words):
        make()


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (
            {"ordre": {"family": ("pod",)}},
            "'ordre' is not a key of the space; did you mean",
        ),
        ({"order": {"famly": ("pod",)}}, "when: order: 'famly' is not a key of the space; did you"),
        ({"order": {"family": ("mtp",)}}, "family never has the value 'mtp'"),
        ({"order": {"cutoff": (4.2,)}}, "cutoff never has the value 4.2"),
        ({"order": {"family": "pod"}}, "expected a list of values, got 'pod'"),
        ({"order": {"order": (1,)}}, "the conditions of order form a circle"),
        (
            {"order": {"family": ("pod",)}, "family": {"order": (1,)}},
            "the conditions of family, order form a circle",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_an_error_in_words(when, words):
    with pytest.raises(ConfigError, match=words):
        Space(space().parameters, when)


def test_a_key_applies_where_its_conditions_do():
    chain = Space(
        {"c": Range(1, 2, integer=True), "b": Range(4, 5, 0.5), "a": Choice([True, False])},
        {"c": {"b": (4, 5)}, "b": {"a": (True,)}},
    )
    assert chain.applying({"a": True, "b": 5.0, "c": 1}) == {"a": True, "b": 5.0, "c": 1}
    assert chain.applying({"a": True, "b": 4.5, "c": 1}) == {"a": True, "b": 4.5}
    assert chain.applying({"a": False, "b": 4.0, "c": 1}) == {"a": False}
    assert len(chain.points) == 1 + 1 + 2 * 2


@given(st.integers(-5, 5), st.integers(1, 40), st.sampled_from([1.0, 0.5, 0.1, 0.05, 0.3]))
def test_values_with_a_step_are_free_of_rounding(low, n, step):
    values = Range(low, low + n * step, step)
    assert values.count == n + 1
    assert len(set(values.options())) == n + 1
    for k, value in enumerate(values.options()):
        assert value == round(low + k * step, 6)
        assert values.has(value)
        assert values.at((k + 0.5) / (n + 1)) == value


@given(st.floats(0, 1, exclude_max=True))
def test_every_coordinate_gives_a_value_of_the_range(u):
    for made in (
        Range(1e-8, 1e-2, log=True),
        Range(1, 7, integer=True, log=True),
        Range(-2, 3),
        Range(0, 10, 2, integer=True),
        Choice([1, [2], None]),
    ):
        value = made.at(u)
        assert made.has(value)
        assert json.loads(json.dumps(value)) == value


def test_a_random_point_of_a_small_space_is_new_until_there_is_none():
    small = Space({"a": Choice([1, 2]), "b": Range(0, 1, 0.5)}, {"b": {"a": (1,)}})
    rng, seen = np.random.default_rng(0), set()
    while (point := small.new_point(rng, seen)) is not None:
        text = json.dumps(point, sort_keys=True)
        assert text not in seen
        seen.add(text)
    assert len(seen) == 4
