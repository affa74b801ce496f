"""Errors and force times of many sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from potlearn.typing import Settings

Errors: TypeAlias = dict[str, float]
"""Root mean square errors by quantity: eV/atom, eV/Å, eV/atom of virial."""
ErrorsOf: TypeAlias = Callable[[int], Errors]
"""Held-out errors of a size."""
POINTS = 24
UNITS = {"energy": "meV/atom", "forces": "meV/Å", "stress": "meV/atom (virial)"}


@dataclass(frozen=True)
class Curve:
    """Errors against size and force time.

    Attributes
    ----------
    method : str
        Name of the compressor.
    by : str
        ``"error"`` or ``"cost"``.
    what : str
        What sizes count: ``"functions"`` or ``"directions"``.
    sizes : tuple of int
        Ascending; the last one is that of the whole fit.
    train, held_out : tuple of {quantity: rmse}
        Of every size, in eV/atom, eV/Å and eV/atom (virial).
    held_out_on : str
        What the second are errors on: the test set, or folds.
    times : tuple of float
        Energies and forces of every size, in µs/atom.
    names : tuple of str
        Functions, those that are kept longest first; empty where directions are chosen.
    """

    method: str
    by: str
    what: str
    sizes: tuple[int, ...]
    train: tuple[Errors, ...]
    held_out: tuple[Errors, ...]
    held_out_on: str
    times: tuple[float, ...]
    names: tuple[str, ...] = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """Quantities whose errors are known."""
        return tuple(q for q in self.train[-1] if q in self.held_out[-1])

    def loss(self, place: int, quantity: str = "forces") -> float:
        """Growth of the held-out error at one size, as a part of that of the whole fit."""
        return growth(self.held_out[place], self.held_out[-1], quantity)

    def rows(self) -> list[dict[str, float]]:
        """One row for every size: size, errors, time and how many times faster it is."""
        return [
            {
                self.what: float(size),
                **{f"{q}_train": train[q] for q in self.quantities},
                **{f"{q}_held_out": held[q] for q in self.quantities},
                "us_per_atom": time,
                "faster": self.times[-1] / time,
            }
            for size, train, held, time in zip(
                self.sizes, self.train, self.held_out, self.times, strict=True
            )
        ]

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows to print: errors in meV."""
        errors = [f"{q} {UNITS[q]}" for q in self.quantities]
        heads = (self.what, *errors, f"on {self.held_out_on}", "µs/atom", "times as fast")
        rows: list[tuple[object, ...]] = []
        for place, size in enumerate(self.sizes):
            held = (1e3 * self.held_out[place][q] for q in self.quantities)
            time = self.times[place]
            grown = f"{100 * self.loss(place):+.1f} %"
            rows.append((size, *held, grown, time, self.times[-1] / time))
        return heads, rows

    def to_dict(self) -> Settings:
        """Plain data."""
        return {
            "method": self.method,
            "by": self.by,
            "held_out_on": self.held_out_on,
            "units": "root mean square errors in eV/atom, eV/Å, eV/atom of virial; µs/atom",
            "rows": self.rows(),
            "names": list(self.names),
        }


def growth(errors: Errors, whole: Errors, quantity: str = "forces") -> float:
    """Growth of an error, as a part of that of the whole fit; of energies where no forces are."""
    name = quantity if quantity in whole else next(iter(whole))
    return errors[name] / max(whole[name], 1e-300) - 1


def usual_sizes(available: Sequence[int], points: int = POINTS) -> list[int]:
    """Some of the sizes, evenly on a logarithmic scale, with the smallest and the largest."""
    sizes = np.array(available)
    wanted = np.geomspace(sizes[0], sizes[-1], points)
    nearest = np.abs(np.log(sizes[None, :] / wanted[:, None])).argmin(axis=1)
    return sorted({int(sizes[k]) for k in nearest})


def smallest_within(sizes: Sequence[int], errors_of: ErrorsOf, loss: float) -> int:
    """The smallest size whose held-out force error grows by ``loss`` at most.

    Some sizes are looked at, then those between the smallest good one and the next one below, by
    bisection.  The whole fit is the last one and always good.
    """
    whole = errors_of(sizes[-1])

    def is_good(k: int) -> bool:
        return k == sizes[-1] or growth(errors_of(k), whole) <= loss

    coarse = usual_sizes(sizes)
    good = next(k for k in coarse if is_good(k))
    below = [k for k in coarse if k < good]
    between = [k for k in sizes if (below[-1] if below else 0) < k <= good]
    low, high = 0, len(between) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_good(between[middle]) else (middle + 1, high)
    return between[high]
