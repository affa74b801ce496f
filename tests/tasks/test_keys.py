"""Dotted keys: where they lead, and values at them."""

import pytest

from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.keys import places, with_values


@pytest.mark.parametrize(
    ("key", "families"),
    [
        ("descriptor.cutoff", ["ace", "pod"]),
        ("descriptor.degree", ["ace"]),
        ("descriptor.degree.2", ["ace"]),
        ("descriptor.pairs.Si-O.cutoff", ["ace"]),
        ("descriptor.threebody_angular_degree", ["pod"]),
    ],
)
def test_a_key_of_a_descriptor_belongs_to_families(key, families):
    assert [place.when["descriptor.family"] for place in places(FitConfig, key)] == families


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("descriptor.order", True),
        ("descriptor.degree", False),
        ("descriptor.cutoff", False),
        ("fit.weights.groups.Bulk.energy", False),
        ("data.split.seed", True),
    ],
)
def test_numbers_are_whole_where_their_place_says_so(key, whole):
    assert {place.whole(1, 2) for place in places(FitConfig, key)} == {whole}


def test_where_both_are_possible_the_numbers_decide():
    (place,) = places(FitConfig, "data.select.size")
    assert place.whole(20, 100)
    assert not place.whole(0.2, 0.8)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("descriptor.cutof", "did you mean 'descriptor.cutoff'"),
        ("fit.wieghts.energy", "did you mean 'fit.weights.energy'"),
        ("descriptor.pairs.Si-O.cuttoff", "did you mean 'descriptor.pairs.Si-O.cutoff'"),
        ("nothing", "known are data, "),
        ("fit.ridge.more", "unknown key"),
    ],
)
def test_unknown_keys_have_near_ones(key, words):
    with pytest.raises(ConfigError, match=words):
        places(FitConfig, key)


def test_values_are_set_in_a_copy():
    base = {"a": {"list": [1, [2, 3]]}, "b": None}
    found = with_values(base, {"a.list.1.0": 5, "b.c.d": 7, "a.new": [1]})
    assert found == {"a": {"list": [1, [5, 3]], "new": [1]}, "b": {"c": {"d": 7}}}
    assert base == {"a": {"list": [1, [2, 3]]}, "b": None}


@pytest.mark.parametrize("key", ["a.list.7", "a.list.x", "n.deeper"])
def test_places_that_are_not_there_are_named(key):
    with pytest.raises(ConfigError, match=key.split(".")[0]):
        with_values({"a": {"list": [1]}, "n": 5}, {key: 1})
