"""A pass that a process has open: its ledger in the form of each candidate, and validation rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import RLock

import numpy as np

from potlearn.fit.ledger.ledger import Entry, Ledger
from potlearn.fit.rows.names import COLLAPSED, Key, column_names, column_penalties
from potlearn.linalg.triangular import take_ascending
from potlearn.tune.passes.candidate import Candidate
from potlearn.tune.passes.files import Stored
from potlearn.tune.passes.needs import Needs
from potlearn.typing import Array

KEPT = 4
"""Ledgers that are kept: trials of other weights often follow with the same basis."""


@dataclass(frozen=True)
class Form:
    """How a candidate tells rows apart.

    Attributes
    ----------
    own, compared : frozenset of str
        Groups whose rows are apart, and further ones whose energies and stresses are.
    all_groups, folds : bool
        Whether every group is apart, and every fold.
    quantities : frozenset of str
        Rows that it has.
    """

    own: frozenset[str]
    compared: frozenset[str]
    all_groups: bool
    folds: bool
    quantities: frozenset[str]

    @classmethod
    def of(cls, needs: Needs, compared: frozenset[str]) -> Form:
        """The form of a candidate's ledger."""
        judged = compared if needs.judged else frozenset()
        return cls(needs.groups, judged, needs.all_groups, needs.folds > 0, needs.quantities)

    def key(self, key: Key) -> Key:
        """Key of the candidate's ledger for one of the pass."""
        own = self.own if key.quantity == "forces" else self.own | self.compared
        group = key.group if self.all_groups or key.group in own else COLLAPSED
        return Key(key.fold if self.folds else 0, group, key.quantity)


class Opened:
    """Files of a pass, mapped, and what was made of them last."""

    def __init__(self, stored: Stored) -> None:
        stored.check(whole=False)
        self.stored, self.held_out = stored, stored.held_out()
        self._ledger = stored.ledger()
        self._place = {name: j for j, name in enumerate(stored.columns)}
        self._made: OrderedDict[Hashable, Ledger] = OrderedDict()
        self._lock = RLock()

    def ledger_of(self, candidate: Candidate, needs: Needs, compared: frozenset[str]) -> Ledger:
        """The ledger of a candidate's fit; its columns are in the order of the pass."""
        wanted = set(column_names(candidate.descriptor))
        columns = tuple(name for name in self.stored.columns if name in wanted)
        form = Form.of(needs, compared)
        with_reference = needs.reference == self.stored.needs.reference

        def make() -> Ledger:
            merged = self._kept(form, lambda: _merged(self._ledger, form))
            taken = merged.take(columns, take_ascending)
            return taken if with_reference else _without_reference(taken)

        taken = self._kept((columns, form, with_reference), make)
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
        with self._lock:
            if key not in self._made:
                made = make()
                self._made[key] = made
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]


def _merged(ledger: Ledger, form: Form) -> Ledger:
    """Rows that a candidate does not tell apart, merged; a factor that is alone stays mapped."""
    members: dict[Key, list[Key]] = {}
    for key in sorted(ledger.entries):
        if key.quantity in form.quantities:
            members.setdefault(form.key(key), []).append(key)
    found, several = Ledger(ledger.columns), Ledger(ledger.columns)
    for name, keys in members.items():
        if len(keys) == 1:
            found.entries[name] = ledger.entries[keys[0]]
        else:
            several.entries |= {key: ledger.entries[key] for key in keys}
    found.entries |= several.relabel(form.key).entries
    return found


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
