"""One pass over the data: a ledger of five folds, and held-out errors of what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from potlearn.fit.diagnose.validation import cross_validate
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.whole import whole_ledger
from potlearn.fit.rows.names import COLLAPSED, Key, column_penalties, one_body_names, species_of
from potlearn.fit.settings import FitSettings
from potlearn.runtime import Report, Runtime
from potlearn.tune.automatic.errors import HeldOut

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


@dataclass(frozen=True)
class Ledgers:
    """Makes ledgers.

    Attributes
    ----------
    dataset : Dataset
        What the ledgers are of.
    settings : FitSettings
        With one-body energies given or fitted, and a number of folds.
    reference : Potential or None
        Taken off the labels.
    runtime : Runtime
        Its workers; they change no bit of a result.
    """

    dataset: Dataset
    settings: FitSettings
    reference: Potential | None
    runtime: Runtime

    def ledger(self, descriptor: Descriptor, report: Report | None = None) -> Ledger:
        """Factors of all rows of a descriptor."""
        parts = self.dataset, descriptor, self.settings, self.reference
        ledger = whole_ledger(*parts, self.runtime.executor, report)
        ledger.penalties = column_penalties(descriptor) if self.settings.smoothness else None
        return ledger


def merged(ledger: Ledger, settings: FitSettings) -> Ledger:
    """The ledger with one factor for all groups that have no weights of their own."""
    own = settings.weights.groups

    def rename(key: Key) -> Key:
        return key if key.group in own else key._replace(group=COLLAPSED)

    return ledger.relabel(rename)


def held_out(
    ledger: Ledger, settings: FitSettings, features: Sequence[str] | None = None
) -> HeldOut:
    """Held-out errors of all features or some, with one penalty by evidence for all folds.

    Raises
    ------
    FitError
        Fewer than two folds, or nothing to fit.
    """
    columns = None if features is None else columns_of(ledger, features)
    if columns is not None and len(columns) < len(ledger.columns):
        ledger = ledger.take(columns)
    plain = replace(settings, solver=None) if settings.ridge is None else settings
    return HeldOut.of(cross_validate(ledger, plain, one_penalty=True))


def columns_of(ledger: Ledger, features: Sequence[str]) -> list[str]:
    """Columns of the features of every species, and the one-body columns."""
    species = species_of(ledger.columns)
    wanted = {f"{s}:{name}" for s in species for name in features} | {*one_body_names(species)}
    return [name for name in ledger.columns if name in wanted]
