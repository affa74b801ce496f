"""A pass that a process has open: its ledger in the form of each candidate, and validation rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

import numpy as np

from potlearn.fit.ledger.ledger import Entry, Ledger
from potlearn.fit.rows.names import COLLAPSED, Key, column_names, column_penalties
from potlearn.linalg.triangular import take_ascending
from potlearn.tune.passes.candidate import Candidate
from potlearn.tune.passes.files import Stored
from potlearn.tune.passes.needs import Needs
from potlearn.typing import Array

Made = TypeVar("Made")
KEPT = 2
"""Ledgers of sub-bases that are kept: trials of other weights often follow with the same one."""


class Opened:
    """Files of a pass, mapped, and what was made of them last."""

    def __init__(self, stored: Stored) -> None:
        stored.check(whole=False)
        self.stored, self.held_out = stored, stored.held_out()
        self._ledger = stored.ledger()
        self._place = {name: j for j, name in enumerate(stored.columns)}
        self._made: OrderedDict[Hashable, Ledger] = OrderedDict()

    def ledger_of(self, candidate: Candidate, needs: Needs, compared: frozenset[str]) -> Ledger:
        """The ledger of a candidate's fit; its columns are in the order of the pass."""
        wanted = set(column_names(candidate.descriptor))
        columns = tuple(name for name in self.stored.columns if name in wanted)
        apart = needs.groups | (compared if needs.judged else frozenset())
        form = (needs.groups, apart, needs.all_groups, needs.folds > 0, needs.quantities)
        with_reference = needs.reference == self.stored.needs.reference
        taken = self._kept(
            (columns, form, with_reference),
            lambda: _taken(self._ledger, needs, apart, columns, with_reference),
        )
        found = Ledger(columns)
        found.entries = dict(taken.entries)
        if candidate.settings.smoothness:
            found.penalties = _penalties(candidate, columns)
        return found

    def spread(self, coefficients: Array, columns: tuple[str, ...]) -> Array:
        """Coefficients of all columns of the pass; zero where a candidate has none."""
        whole = np.zeros(len(self._place))
        whole[[self._place[name] for name in columns]] = coefficients
        return whole

    def _kept(self, key: Hashable, make: Callable[[], Ledger]) -> Ledger:
        if key not in self._made:
            self._made[key] = make()
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]


def _taken(
    ledger: Ledger,
    needs: Needs,
    apart: frozenset[str],
    columns: tuple[str, ...],
    with_reference: bool,
) -> Ledger:
    """Some columns of some quantities, groups and folds merged that a candidate does not tell."""
    some = Ledger(ledger.columns)
    some.entries = {k: e for k, e in ledger.entries.items() if k.quantity in needs.quantities}
    found = some.take(columns, take_ascending)

    def rename(key: Key) -> Key:
        own = needs.groups if key.quantity == "forces" else apart
        group = key.group if needs.all_groups or key.group in own else COLLAPSED
        return Key(key.fold if needs.folds else 0, group, key.quantity)

    if len({*map(rename, found.entries)}) == len(found.entries):
        found.entries = {rename(key): entry for key, entry in found.entries.items()}
    else:
        found = found.relabel(rename)
    return found if with_reference else _without_reference(found)


def _without_reference(ledger: Ledger) -> Ledger:
    """The ledger of the same rows with a reference of zero: the factor's last column is zero."""
    found = Ledger(ledger.columns)
    for key, entry in ledger.entries.items():
        own = Entry(ledger.width)
        own.accumulator.reduced = entry.accumulator.reduce().copy(order="F")
        own.accumulator.reduced[:, -1] = 0.0
        own.n, own.fourth = entry.n, entry.fourth
        own.sums, own.isotropic = entry.sums.copy(), entry.isotropic.copy()
        own.sums[-1] = own.isotropic[-2] = 0.0
        found.entries[key] = own
    return found


def _penalties(candidate: Candidate, columns: tuple[str, ...]) -> Array | None:
    penalties = column_penalties(candidate.descriptor)
    if penalties is None:
        return None
    values = dict(zip(column_names(candidate.descriptor), penalties.tolist(), strict=True))
    return np.array([values[name] for name in columns])
