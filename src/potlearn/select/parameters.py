"""Checks of selectors' parameters: what is wrong with one is said by its name, in words."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

import numpy as np

from potlearn.errors import SelectionError

# Sizes of lengths by which features of any size (rows.py) can be divided and squared.
SMALLEST, LARGEST = 1e-25, 1e125
# Digits of an integer that a message still shows.
DIGITS = 20


def is_integer(value: object) -> bool:
    """Whether a parameter is a whole number; truth values are not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_positive_integer(value: object) -> bool:
    """Whether a parameter can count something."""
    return is_integer(value) and value > 0  # type: ignore[operator]


def shown(value: object) -> str:
    """A value as a message shows it, however large it is."""
    if isinstance(value, int) and abs(value) >= 10**DIGITS:
        return f"an integer of {value.bit_length()} bits"
    return " ".join(reprlib.repr(value.item() if isinstance(value, np.generic) else value).split())


def check_count(name: str, value: object, expected: str = "a positive integer") -> None:
    """SelectionError unless a parameter is a positive integer."""
    if not is_positive_integer(value):
        raise SelectionError(f"{name} is {shown(value)}; expected {expected}")


def check_number(
    name: str,
    value: object,
    low: float = SMALLEST,
    high: float = LARGEST,
    expected: str = "a positive number",
) -> None:
    """SelectionError unless a parameter is a real number from ``low`` to ``high``."""
    number = is_integer(value) or isinstance(value, float | np.floating)
    if not number or not low <= value <= high:  # type: ignore[operator]
        between = f", {low:g} to {high:g}" if number and value > 0 else ""  # type: ignore[operator]
        raise SelectionError(f"{name} is {shown(value)}; expected {expected}{between}")


def check_flag(name: str, value: object) -> None:
    """SelectionError unless a parameter is true or false."""
    if not isinstance(value, bool | np.bool_):
        raise SelectionError(f"{name} is {shown(value)}; expected True or False")


def check_choice(name: str, value: object, options: Sequence[str]) -> None:
    """SelectionError unless a parameter is one of some words."""
    if not isinstance(value, str) or value not in options:
        known = ", ".join(repr(option) for option in options)
        raise SelectionError(f"{name} is {shown(value)}; expected one of {known}")
