"""Errors and force times of many sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from potlearn.typing import Settings

Errors: TypeAlias = dict[str, float]
"""Root mean square errors by quantity: eV/atom, eV/Å, eV/atom of virial."""
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
        From the smallest or cheapest; the last one is that of the whole fit.
    train, held_out : tuple of {quantity: rmse}
        Of every size, in eV/atom, eV/Å and eV/atom (virial).
    held_out_on : str
        What the second are errors on: the test set, or folds.
    times : tuple of float
        Energies and forces of every size, in µs/atom.
    names : tuple of tuple of str
        Functions of every size.
    """

    method: str
    by: str
    what: str
    sizes: tuple[int, ...]
    train: tuple[Errors, ...]
    held_out: tuple[Errors, ...]
    held_out_on: str
    times: tuple[float, ...]
    names: tuple[tuple[str, ...], ...] = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """Quantities whose errors are known."""
        return tuple(q for q in self.train[-1] if q in self.held_out[-1])

    @property
    def losses(self) -> tuple[float, ...]:
        """Growth of the held-out force error of every size, as a part of that of the whole fit."""
        return tuple(growth(errors, self.held_out[-1]) for errors in self.held_out)

    @property
    def gains(self) -> tuple[float, ...]:
        """How many times as fast as the whole fit every size is."""
        return tuple(self.times[-1] / time for time in self.times)

    def rows(self) -> list[dict[str, float]]:
        """One row for every size: errors in eV/atom, eV/Å, time in µs/atom, and gain."""
        return [
            {
                self.what: size,
                **{f"{q}_rmse_train": self.train[k][q] for q in self.quantities},
                **{f"{q}_rmse_held_out": self.held_out[k][q] for q in self.quantities},
                "loss": self.losses[k],
                "us_per_atom": self.times[k],
                "times_as_fast": self.gains[k],
            }
            for k, size in enumerate(self.sizes)
        ]

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows to print: held-out errors in meV."""
        errors = (f"{q} {UNITS[q]}" for q in self.quantities)
        rows: list[tuple[object, ...]] = [
            (
                size,
                *(1e3 * self.held_out[k][q] for q in self.quantities),
                f"{100 * self.losses[k]:+.1f} %",
                self.times[k],
                self.gains[k],
            )
            for k, size in enumerate(self.sizes)
        ]
        return (self.what, *errors, "growth", "µs/atom", "times as fast"), rows

    def to_dict(self) -> Settings:
        """Plain data; functions of every size by their place in the list of all."""
        place = {name: k for k, name in enumerate(self.names[-1])}
        rows = self.rows()
        for row, names in zip(rows, self.names, strict=True):
            row["kept"] = [place[name] for name in names]  # type: ignore[assignment]
        return {
            "method": self.method,
            "by": self.by,
            "held_out_on": self.held_out_on,
            "units": "root mean square errors in eV/atom, eV/Å, eV/atom of virial; µs/atom",
            "functions": list(self.names[-1]),
            "rows": rows,
        }


def growth(errors: Errors, whole: Errors) -> float:
    """Growth of the force error as a part of it; of the energy error where there are no forces."""
    name = "forces" if "forces" in whole else next(iter(whole))
    return errors[name] / max(whole[name], 1e-300) - 1
