"""Rows of two matrices as those of one, not read before they are needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.select.rows import Rows
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class Joined(Rows):
    """Rows of two matrices, one after the other."""

    first: Rows
    second: Rows

    @override
    @property
    def shape(self) -> tuple[int, int]:
        return self.first.shape[0] + self.second.shape[0], self.first.shape[1]

    @override
    def read(self) -> Array:
        return np.concatenate([self.first.read(), self.second.read()])

    @override
    def part(self, start: int, stop: int) -> Rows:
        n = self.first.shape[0]
        if stop <= n:
            return self.first.part(start, stop)
        if start >= n:
            return self.second.part(start - n, stop - n)
        return Joined(self.first.part(start, n), self.second.part(0, stop - n))

    @override
    def take(self, indices: Indices) -> Rows:
        n = self.first.shape[0]
        order = np.argsort(indices >= n, kind="stable")
        if not np.array_equal(order, np.arange(len(order))):
            raise IndexError("rows of the first matrix come before those of the second")
        here = indices[indices < n]
        return Joined(self.first.take(here), self.second.take(indices[len(here) :] - n))
