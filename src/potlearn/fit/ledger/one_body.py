r"""One-body energies of a linear fit: given, or fitted.

Given ones (isolated atoms, or a table) are taken off the labels and stay as they are; an intercept
then adds one constant per atom, the same for all species.  Fitted ones are free: they count from
the composition's own least-squares energies

.. math:: \min_{e} \sum_{\rm configurations} w \Big( \sum_s x_s e_s - E/N \Big)^2,

of least norm where the compositions are dependent, so that a penalty on coefficients draws them to
these and not to zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potlearn.data.free_atoms import free_atoms
from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import one_body_names
from potlearn.fit.weights import Weights
from potlearn.linalg.triangular import merge_all
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset

FITTED = "fitted"
KINDS = ("auto", "isolated", FITTED)
INTERCEPT = "intercept"


@dataclass(frozen=True)
class OneBody:
    """The one-body columns: ``given`` energies by species, or None where they are fitted."""

    given: Mapping[str, float] | None
    intercept: bool = False

    @classmethod
    def of(cls, e0: str | Mapping[str, float], intercept: bool = False) -> OneBody:
        """From ``"fitted"`` or energies by species; FitError where a dataset must decide."""
        if not isinstance(e0, str):
            return cls(e0, intercept)
        if e0 != FITTED:
            raise FitError(
                f"e0 is {e0!r}, which depends on a dataset; expected {FITTED!r} or energies by "
                "species, as the settings of a fit's result have them"
            )
        return cls(None)

    def options(self, ledger: Ledger, weights: Weights, species: Sequence[str]) -> Settings:
        """Arguments of :meth:`Ledger.problem` that make it so."""
        names = one_body_names(species)
        if self.given is None:
            return {"offset": composition_energies(ledger, weights, names)}
        fixed = {name: self.given[s] for s, name in zip(species, names, strict=True)}
        return {"fixed": fixed, "combined": {INTERCEPT: names} if self.intercept else {}}


def resolve(
    e0: str | Mapping[str, float],
    dataset: Dataset,
    species: Sequence[str],
    intercept: bool,
    cutoff: float = 0.0,
) -> tuple[str | Mapping[str, float], str]:
    """``"fitted"`` or energies by species in eV, and a note where the data decided.

    ``e0`` is ``"isolated"``, ``"fitted"``, ``"auto"`` or energies by species.  An atom with a
    periodic image within ``cutoff`` (Å) is not isolated.

    Raises
    ------
    FitError
        A species has no isolated atom or is not in the table; an unknown word; an intercept beside
        fitted one-body energies, which hold it already.
    """
    if isinstance(e0, str) and e0 not in KINDS:
        raise FitError(f"e0 is {e0!r}; expected one of {', '.join(KINDS)}, or energies by species")
    free = free_atoms(dataset.catalog, cutoff) if isinstance(e0, str) else {}
    absent = [s for s in species if s not in (free if isinstance(e0, str) else e0)]
    if e0 == FITTED or (e0 == "auto" and absent):
        if intercept:
            raise FitError(
                "an intercept needs given one-body energies: fitted ones hold it already"
            )
        note = f"fitted one-body energies: no isolated atom of {', '.join(absent)}"
        return FITTED, note if e0 == "auto" else ""
    if absent:
        what = "isolated atom with an energy" if isinstance(e0, str) else "one-body energy"
        raise FitError(f"no {what} of {', '.join(absent)}; give e0 by species, or take 'fitted'")
    table = {s: free[s].energy if isinstance(e0, str) else float(e0[s]) for s in species}
    bad = [s for s in species if not np.isfinite(table[s])]
    if bad:
        raise FitError(f"one-body energy of {bad[0]} is {table[bad[0]]}; expected a finite number")
    return table, "; ".join(free[s].note for s in species if s in free and free[s].note)


def composition_energies(
    ledger: Ledger, weights: Weights, names: Sequence[str]
) -> dict[str, float]:
    """Least-squares energies per atom of the composition alone, in eV, by column name."""
    columns, target = ledger.positions(names), ledger.target({})
    parts = [np.zeros((0, len(names) + 1))]
    for key in sorted(ledger.entries):
        weight = weights.of(key.group, key.quantity)
        if key.quantity == "energy" and weight > 0:
            triangle = ledger.factor(key)
            rows = np.column_stack([triangle[:, columns], triangle @ target])
            parts.append(np.sqrt(weight) * rows)
    rows = merge_all([np.vstack(parts)], len(names) + 1)
    if len(rows) == 0:
        return dict.fromkeys(names, 0.0)
    energies = np.linalg.lstsq(rows[:, :-1], rows[:, -1], rcond=1e-10)[0]
    return dict(zip(names, energies.tolist(), strict=True))
