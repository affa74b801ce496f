"""Functions from the most to the least worth keeping: every size from one search."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from potlearn.errors import FitError


@dataclass(frozen=True)
class Path:
    """Names of functions, those that are kept longest first.

    Attributes
    ----------
    names : tuple of str
        All functions.
    sizes : tuple of int
        Sizes at which the path stops, ascending: where functions leave together, there is none
        between.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of_order(cls, names: Iterable[str]) -> Path:
        """A path that stops at every size."""
        names = tuple(names)
        return cls(names, tuple(range(1, len(names) + 1)))

    @classmethod
    def of_removals(cls, removed: Sequence[Sequence[str]]) -> Path:
        """From groups of functions in the order in which they were removed."""
        names = tuple(name for group in reversed(removed) for name in group)
        sizes, n = [], 0
        for group in reversed(removed):
            n += len(group)
            sizes.append(n)
        return cls(names, tuple(sizes))

    def size(self, most: int) -> int:
        """The largest size of at most so many functions.

        Raises
        ------
        FitError
            Fewer than one, more than there are, or fewer than the path's smallest size.
        """
        n = len(self.names)
        if not 1 <= most <= n:
            raise FitError(f"expected 1 to {n} functions to keep, got {most}")
        place = bisect_right(self.sizes, most)
        if place == 0:
            raise FitError(f"the smallest set of this path has {self.sizes[0]} functions")
        return self.sizes[place - 1]

    def at(self, most: int) -> tuple[str, ...]:
        """The functions of :meth:`size`."""
        return self.names[: self.size(most)]
