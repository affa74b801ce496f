"""A space of settings: keys, what each can be, and when it applies."""

from __future__ import annotations

import difflib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np

from potlearn.errors import ConfigError
from potlearn.runtime import shown
from potlearn.tune.search.parameters import Parameter
from potlearn.tune.trial import Value
from potlearn.typing import Settings

Values: TypeAlias = Mapping[str, Value]
Conditions: TypeAlias = Mapping[str, Mapping[str, tuple[Value, ...]]]

# Spaces of at most that many points are listed, so that none is tried twice and the end is seen.
LISTED = 20_000
# Random points of a larger space that are tried for one that is new.
TRIES = 100


@dataclass(frozen=True)
class Space:
    """Keys, what each can be, and when it applies.

    Parameters
    ----------
    parameters : mapping of str to Choice or Range
    when : mapping of str to mapping of str to tuple of values
        Conditions of a key: other keys and their values for which it applies.  All of them must
        hold, and the other keys must apply themselves.

    Raises
    ------
    ConfigError
        A condition of or with a key that is not in the space, or with a value that its key never
        has; conditions in a circle.
    """

    parameters: Mapping[str, Parameter]
    when: Conditions = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, conditions in self.when.items():
            self._check_key(key, "when")
            for other, values in conditions.items():
                self._check_key(other, f"when: {key}")
                self._check_values(key, other, values)
        _ = self.order

    def _check_key(self, key: str, where: str) -> None:
        if key not in self.parameters:
            near = difflib.get_close_matches(key, self.parameters, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"space: {where}: {key!r} is not a key of the space{hint}")

    def _check_values(self, key: str, other: str, values: tuple[Value, ...]) -> None:
        if isinstance(values, str) or not values:
            raise ConfigError(
                f"space: when: {key}: {other}: expected a list of values, got {shown(values)}"
            )
        for value in values:
            if not self.parameters[other].has(value):
                raise ConfigError(f"space: when: {key}: {other} never has the value {shown(value)}")

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Keys, each after those of its conditions."""
        left, order = dict.fromkeys(self.parameters), list[str]()
        while left:
            free = [key for key in left if not self.when.get(key, {}).keys() & left.keys()]
            if not free:
                raise ConfigError(f"space: when: the conditions of {_joined(left)} form a circle")
            order += free
            left = {key: None for key in left if key not in free}
        return tuple(order)

    @cached_property
    def _allowed(self) -> dict[str, dict[str, frozenset[str]]]:
        return {
            key: {
                other: frozenset(text_of(self.parameters[other].nearest(v)) for v in values)
                for other, values in conditions.items()
            }
            for key, conditions in self.when.items()
        }

    def applies(self, key: str, values: Values) -> bool:
        """Whether a key applies; ``values`` has the keys before it that apply, and no others."""
        return all(
            other in values and text_of(values[other]) in allowed
            for other, allowed in self._allowed.get(key, {}).items()
        )

    def applying(self, values: Values) -> dict[str, Value]:
        """Those of the values of all keys that apply."""
        found: dict[str, Value] = {}
        for key in self.order:
            if self.applies(key, found):
                found[key] = values[key]
        return found

    @cached_property
    def points(self) -> tuple[dict[str, Value], ...] | None:
        """All points of a small space; None of one that has a range without steps, or too many."""
        counts = [self.parameters[key].count for key in self.order]
        if any(count is None for count in counts) or math.prod(c or 0 for c in counts) > LISTED:
            return None
        return tuple({text_of(point): point for point in self._all()}.values())

    def _all(self) -> Iterator[dict[str, Value]]:
        options = (self.parameters[key].options() for key in self.order)
        for values in itertools.product(*options):
            yield self.applying(dict(zip(self.order, values, strict=True)))

    def new_point(self, rng: np.random.Generator, seen: Set[str]) -> dict[str, Value] | None:
        """A random point that was not tried; None where there is none.

        Parameters
        ----------
        rng : Generator
        seen : set of str
            :func:`text_of` of the points that were tried.
        """
        if self.points is not None:
            left = [point for point in self.points if text_of(point) not in seen]
            return left[rng.integers(len(left))] if left else None
        for _ in range(TRIES):
            point = self.applying(self.at(rng.random(len(self.order))))
            if text_of(point) not in seen:
                break
        return point

    def at(self, coordinates: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, Value]:
        """Values of all keys at a point (n keys,) of the unit cube."""
        pairs = zip(self.order, coordinates, strict=True)
        return {key: self.parameters[key].at(float(u)) for key, u in pairs}

    def to_dict(self) -> Settings:
        """Plain data: what can be searched, key by key."""
        found: Settings = {}
        for key, parameter in self.parameters.items():
            conditions = {k: list(v) for k, v in self.when.get(key, {}).items()}
            found[key] = parameter.to_dict() | ({"when": conditions} if conditions else {})
        return found


def text_of(value: Value) -> str:
    """A value or a point as text: the same for equal ones, ``[1, 2]`` and ``(1, 2)`` included."""
    return json.dumps(value, sort_keys=True)


def _joined(keys: Mapping[str, None]) -> str:
    return ", ".join(sorted(keys))
