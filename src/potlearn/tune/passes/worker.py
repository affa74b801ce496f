"""Answers from passes: what travels to the processes that answer candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.diagnose.validation import cross_validate
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import column_names
from potlearn.fit.settings import FitSettings
from potlearn.fit.solved import solved
from potlearn.linalg.blas import one_blas_thread
from potlearn.tune.passes.cache import Cache
from potlearn.tune.passes.candidate import Answer, Candidate, Spread
from potlearn.tune.passes.files import TEXT, Stored
from potlearn.tune.passes.held_out import HeldOut
from potlearn.tune.passes.needs import Data, Needs
from potlearn.tune.passes.opened import Opened
from potlearn.tune.passes.smaller import compressed
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

OPEN = 4
"""Passes that a process keeps open."""


@dataclass(frozen=True)
class Worker:
    """Answers candidates whose passes are made; rows and factors stay on the disk.

    Attributes
    ----------
    cache : Cache
    data : Data
        Keys of the training and validation data.
    free : Dataset
        Free atoms of the training data, which decide one-body energies.
    compared : frozenset of str
        Groups whose stress is compared with energies and forces.
    configurations : bool
        Whether answers hold the errors of every validation configuration.
    """

    cache: Cache
    data: Data
    free: Dataset
    compared: frozenset[str]
    configurations: bool = False

    def __call__(self, candidate: Candidate) -> Answer:
        """The fit of a candidate: that of :func:`~potlearn.fit.fit_linear` on the training data.

        Raises
        ------
        FitError
            No pass for it, or a fit that cannot be made as asked.
        """
        shared, needs = self.data.shared(candidate), Needs.of(candidate)
        stored = self.cache.serving(shared, needs)
        if stored is None:
            raise FitError("no pass serves this candidate; make it by Passes.prepare")
        species, cutoff = candidate.descriptor.species, candidate.descriptor.cutoff
        settings, note = candidate.settings.resolved(self.free, species, cutoff)
        candidate = replace(candidate, settings=settings)
        with one_blas_thread():
            opened = _opened(stored.path, (stored.path / TEXT).stat().st_mtime_ns)
            ledger = opened.ledger_of(candidate, needs, self.compared)
            return self._answer(candidate, opened, ledger, note)

    def _answer(self, candidate: Candidate, opened: Opened, ledger: Ledger, note: str) -> Answer:
        fit, descriptor = solved(ledger, candidate.settings), candidate.descriptor
        coefficients, info, notes = fit.coefficients.ravel(), fit.info, fit.notes
        if candidate.compress is not None:
            reduced, descriptor = compressed(ledger, fit, descriptor, *candidate.compress)
            coefficients, info = reduced.coefficients, reduced.info
            notes += info.notes
        whole = opened.spread(coefficients, ledger.columns)
        with_reference = candidate.reference is not None
        errors, configurations = self._errors(opened.held_out, whole, with_reference)
        return Answer(
            coefficients=_ordered(coefficients, ledger.columns, descriptor),
            descriptor=descriptor,
            errors=errors | _folds(ledger, fit.settings, column_names(descriptor)),
            info=info,
            settings=fit.settings,
            reference=candidate.reference,
            notes=tuple(dict.fromkeys(text for text in (note, *notes) if text)),
            configurations=configurations,
        )

    def _errors(
        self, held_out: HeldOut | None, coefficients: Array, with_reference: bool
    ) -> tuple[dict[str, float], Mapping[str, Spread]]:
        if held_out is None:
            return {}, {}
        errors = held_out.errors(coefficients, with_reference)
        spreads = held_out.spreads(errors) if self.configurations else {}
        return held_out.measures(errors), spreads


def _folds(ledger: Ledger, settings: FitSettings, columns: tuple[str, ...]) -> dict[str, float]:
    """Held-out errors of the folds, where there are and the solver does not use them itself."""
    if max(ledger.folds) < 1 or settings.make_solver().n_folds:
        return {}
    rmse = cross_validate(ledger, settings, columns=columns).rmse["all"]
    names = {"energy": "energy", "forces": "forces", "stress": "virial"}
    return {f"folds.{names[quantity]}_rmse": value for quantity, value in rmse.items()}


def _ordered(coefficients: Array, columns: tuple[str, ...], descriptor: Descriptor) -> Array:
    """Coefficients (S, 1 + M) in the order of the descriptor."""
    values = dict(zip(columns, coefficients.tolist(), strict=True))
    found = np.array([values[name] for name in column_names(descriptor)])
    return found.reshape(len(descriptor.species), -1)


@lru_cache(maxsize=OPEN)
def _opened(stored: Path, time: int) -> Opened:
    """A pass, opened once by a process; ``time`` tells a new one of the same name."""
    return Opened(Stored.read(stored))
