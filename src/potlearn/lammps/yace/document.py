"""The nested text of a file: every part knows its place, and is checked as it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.lammps.yace.text import Plain, integers, reals

T = TypeVar("T")


@dataclass(frozen=True)
class Mapping:
    """A mapping and its place in the file."""

    values: dict[Any, Plain]
    where: str

    @classmethod
    def of(cls, value: Plain, where: str, keys: tuple[str, ...] = ()) -> Mapping:
        """The mapping at a place, with these keys at least."""
        if not isinstance(value, dict):
            raise ModelFileError(f"{where}: expected a mapping, got {type(value).__name__}")
        mapping = cls(value, where)
        for key in keys:
            mapping[key]
        return mapping

    def __getitem__(self, key: str) -> Plain:
        if key not in self.values:
            raise ModelFileError(f"{self.where}: no key {key!r}")
        return self.values[key]

    def at(self, key: str) -> str:
        """The place of a key, as messages name it."""
        return f"{self.where}.{key}" if self.where != "the file" else key

    def integer(self, key: str) -> int:
        """The integer of a key."""
        return integers([self[key]], self.at(key))[0]

    def real(self, key: str, default: float | None = None) -> float:
        """The number of a key, or the default where the key is absent."""
        if default is not None and key not in self.values:
            return default
        return reals([self[key]], self.at(key))[0]

    def text(self, key: str, default: str | None = None) -> str:
        """The word of a key, or the default where the key is absent."""
        if default is not None and key not in self.values:
            return default
        return text_of(self[key], self.at(key))

    def integers(self, key: str, length: int) -> list[int]:
        """So many integers of a key."""
        return sized(integers(self[key], self.at(key)), length, self.at(key))

    def reals(self, key: str, length: int) -> list[float]:
        """So many numbers of a key."""
        return sized(reals(self[key], self.at(key)), length, self.at(key))


def text_of(value: Plain, where: str) -> str:
    """A word."""
    if not isinstance(value, str):
        raise ModelFileError(f"{where}: expected a word, got a {type(value).__name__}")
    return value


def list_of(value: Plain, where: str) -> list[Plain]:
    """A list of anything."""
    if not isinstance(value, list):
        raise ModelFileError(f"{where}: expected a list, got {value!r:.60}")
    return value


def sized(values: list[T], length: int, where: str) -> list[T]:
    """The list, if it has that length."""
    if len(values) != length:
        raise ModelFileError(f"{where}: expected {length} numbers, got {len(values)}")
    return values


def nested(value: Plain, shape: tuple[int, ...], where: str) -> Any:
    """Nested lists of numbers of the given shape."""
    if len(shape) == 1:
        return np.array(sized(reals(value, where), shape[0], where))
    parts = list_of(value, where)
    if len(parts) != shape[0]:
        raise ModelFileError(f"{where}: expected {shape[0]} entries, got {len(parts)}")
    inner = [nested(part, shape[1:], f"{where}[{k}]") for k, part in enumerate(parts)]
    return np.stack(inner) if inner else np.zeros(shape)
