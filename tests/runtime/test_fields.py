"""Fields of dataclasses against their annotations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le
from typing_extensions import TypedDict

from potlearn.errors import BasisError
from potlearn.runtime import check_fields, shown
from potlearn.typing import Array


class Inner(TypedDict, total=False):
    kind: Literal["a", "b"]
    width: Annotated[float, Gt(0)]


@dataclass(frozen=True)
class Thing:
    name: str = "x"
    n: Annotated[int, Ge(0), Le(10)] = 1
    degree: tuple[Annotated[float, Ge(0)], ...] | Annotated[float, Ge(0)] | None = None
    inner: Inner = field(default_factory=Inner)
    pairs: Mapping[str, Inner] = field(default_factory=dict)
    flag: bool = False
    table: float | Array = 0.0


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"n": np.int64(10), "degree": np.float64(2.0)},
        {"degree": [1, 2.5]},
        {"degree": (1, 2.5), "inner": {"kind": "a", "width": 1}},
        {"pairs": {"A-B": {"width": 0.1}}, "table": np.ones(3)},
    ],
)
def test_what_is_declared_is_taken(settings):
    check_fields(Thing(**settings), "thing", BasisError)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": 3}, "thing: name: expected text, got 3"),
        ({"n": True}, "thing: n: expected a whole number, got True"),
        ({"n": 2.0}, "thing: n: expected a whole number, got 2.0"),
        ({"n": 11}, "thing: n: expected a whole number from 0 up to 10, got 11"),
        ({"n": 10**5000}, "n: .* up to 10, got a whole number of 16610 bits"),
        ({"degree": -1.0}, "degree: expected a finite number from 0, or a list of such, got -1.0"),
        ({"degree": [1, "x"]}, r"degree\[1\]: expected a finite number, got 'x'"),
        ({"degree": float("nan")}, "degree: expected a finite number.*, got nan"),
        ({"degree": 10**400}, "degree: .*, got a whole number of 1329 bits"),
        ({"inner": 3}, r"inner: expected a section \(keys and values\), got 3"),
        ({"inner": {"kind": "c"}}, r"inner\['kind'\]: expected 'a' or 'b', got 'c'"),
        ({"inner": {"kind": ["a"]}}, r"inner\['kind'\]: expected 'a' or 'b'"),
        ({"pairs": {"A-B": {"width": 0}}}, r"pairs\['A-B'\]\['width'\]: .* above 0, got 0"),
        ({"flag": 1}, "flag: expected true or false, got 1"),
        ({"name": None}, "name: expected text, got None"),
    ],
)
def test_what_is_not_declared_is_an_error_in_words(settings, message):
    with pytest.raises(BasisError, match=message):
        check_fields(Thing(**settings), "thing", BasisError)


def test_messages_are_short():
    assert len(shown("x" * 100_000)) < 100
    assert len(shown([["x" * 1000] * 1000] * 1000)) < 300
    assert shown(-(10**5000)) == "a whole number of 16610 bits"
