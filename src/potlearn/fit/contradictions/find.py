r"""Find stress that contradicts energies and forces, and the groups whose stress to leave out.

Energies and forces of one calculation follow each other; stress may not: plane waves whose number
changes with the cell (Pulay stress), another unit in one group, a sign.  A linear fit has to divide
such a fault among all quantities, so that energies pay for it.

1. Fit energies and forces alone; regress the stress of every group on its prediction
   (:mod:`~potlearn.fit.contradictions.faults`).
2. Fit all stress, too.  Where no fault is gross and energies and forces are as good as before,
   that is all: two fits from the ledger.
3. Else fit with the stress of one group at a time.  Faults that do harm are left out, those with
   the most harm first, until the stress that stays does none.
4. The last fit judges again what was left out: what it predicts well comes back.
5. A large offset against the group's own energies is found even where other groups have errors so
   large that nothing shows in them (:mod:`~potlearn.fit.contradictions.own`).

Harm is measured on estimates of held-out errors (:mod:`~potlearn.fit.contradictions.trial`).
Weights of quantities are never chosen by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.contradictions.contradiction import ALLOWED, Contradiction
from potlearn.fit.contradictions.faults import (
    Kind,
    StressFault,
    groups_with_stress,
    stress_fault,
    without_folds,
)
from potlearn.fit.contradictions.own import own_offsets
from potlearn.fit.contradictions.trial import Harm, Trial, Trials
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.settings import FitSettings
from potlearn.linalg.blas import one_blas_thread

ALLOWED_TRADE = 1.25
"""The same for stress that disagrees without the form of a fault: a fit of limited freedom trades
accuracy of energies for stress that is right, too (up to 1.07 on sets without known faults)."""


def find_contradictions(ledger: Ledger, settings: FitSettings) -> tuple[Contradiction, ...]:
    """Groups whose stress contradicts energies and forces, from the ledger alone.

    Parameters
    ----------
    ledger : Ledger
        With factors of the groups' stress, as :func:`~potlearn.fit.fit_linear` makes it.
    settings : FitSettings
        Weights and one-body energies; where its ``contradictions`` is ``"report"`` nothing is left
        out.

    Returns
    -------
    tuple of Contradiction
        In the order of their groups; empty also where there is nothing to compare.
    """
    weights = settings.weights
    groups = [g for g in groups_with_stress(ledger) if weights.of(g, "stress") > 0]
    judged = any(
        key.quantity != "stress" and key.fold >= 0 and weights.of(key.group, key.quantity) > 0
        for key in ledger.entries
    )
    if not groups or not judged:
        return ()
    with one_blas_thread():
        try:
            return _Search.of(without_folds(ledger), settings, groups).found()
        except (FitError, np.linalg.LinAlgError):
            return ()  # the fit itself says what cannot be fitted


SHARED: tuple[Kind, ...] = ("offset", "sign", "unit")
"""Faults that groups may have in common."""


@dataclass(frozen=True)
class _Search:
    """Trials of a ledger, and what the fit without stress says of every group."""

    trials: Trials
    groups: list[str]
    faults: Mapping[str, StressFault]

    @classmethod
    def of(cls, ledger: Ledger, settings: FitSettings, groups: list[str]) -> _Search:
        trials = Trials.of(ledger, settings)
        c = trials.base.coefficients
        return cls(trials, groups, {g: stress_fault(ledger, g, c) for g in groups})

    def found(self) -> tuple[Contradiction, ...]:
        """What contradicts all energies and forces, then what contradicts its own energies."""
        found = self._against_all()
        seen = {item.group for item in found}
        rest = [g for g in self.groups if g not in seen]
        own = own_offsets(self.trials.ledger, self.trials.settings, rest, ALLOWED_TRADE)
        out = [item.group for item in found if item.left_out]
        more = [
            self._item(group, fault, harm, True)
            for group, (fault, harm) in own.items()
            if self._fault(group, self._without([*out, group])).offset / fault.offset > 0.5
        ]
        return tuple(sorted([*found, *more], key=lambda item: item.group))

    def _against_all(self) -> tuple[Contradiction, ...]:
        everything = self._harm(self.trials.of_groups(self.groups))
        gross = [g for g in self.groups if self.faults[g].is_gross]
        if not gross and not self._hurts(everything.overall, ALLOWED):
            return ()
        alone = {g: self._harm(self.trials.of_groups([g])).anywhere for g in self.groups}
        order = sorted(self.groups, key=lambda g: -alone[g])
        out = [g for g in order if g in gross and self._hurts(alone[g], ALLOWED)]
        out, clean = self._eliminated(order, out)
        out = self._confirmed(out, clean)
        alike = self._alike(out)
        clean = self._without([*out, *alike])
        shown = {g: g in out for g in self._shown(out, clean)} | dict.fromkeys(alike, True)
        return tuple(
            self._reported(g, clean, alone[g], shown[g], alike.get(g)) for g in sorted(shown)
        )

    def _eliminated(self, order: list[str], out: list[str]) -> tuple[list[str], Trial]:
        """Groups to leave out, and the fit without them: forms of faults first, then the others."""
        trial = self._without(out)
        for allowed, formless in ((ALLOWED, False), (ALLOWED_TRADE, True)):
            for group in order:
                if not self._hurts(self._harm(trial).overall, allowed):
                    break
                kind = self.faults[group].kind
                if group not in out and kind != "agrees" and formless == (kind == "disagrees"):
                    out = [*out, group]
                    trial = self._without(out)
        return out, trial

    def _confirmed(self, out: list[str], clean: Trial) -> list[str]:
        """Without those that the fit to the stress that stays predicts, and that do no harm."""
        kept = list(out)
        for group in out:
            if self._fault(group, clean).kind == "agrees":
                fewer = [g for g in kept if g != group]
                if not self._hurts(self._harm(self._without(fewer)).overall, ALLOWED):
                    kept = fewer
        return kept

    def _alike(self, out: list[str]) -> dict[str, Kind]:
        """Groups that share the fault of most others: theirs is nearer to it than to none.

        Scatter hides the fault of a small or hot group; the others make it likely.
        """
        found: dict[str, Kind] = {}
        n_all = sum(fault.n for fault in self.faults.values())
        for kind in SHARED:
            faults = [self.faults[g] for g in out if self.faults[g].kind == kind]
            if 2 * sum(fault.n for fault in faults) > n_all:
                offset = float(np.median([fault.offset for fault in faults]))
                scale = float(np.median([fault.scale for fault in faults]))
                rest = [g for g in self.groups if g not in out]
                found |= {g: kind for g in rest if self.faults[g].is_like(kind, offset, scale)}
        return found

    def _shown(self, out: list[str], clean: Trial) -> list[str]:
        """Groups left out, and those with a gross fault by both fits."""
        return [
            g
            for g in self.groups
            if g in out or (self.faults[g].is_gross and self._fault(g, clean).is_gross)
        ]

    def _reported(
        self, group: str, clean: Trial, harm: float, left_out: bool, shared: Kind | None
    ) -> Contradiction:
        """Numbers of the fit to what stays; the form as it was found, where it is hidden there."""
        fault = self._fault(group, clean)
        if shared or fault.kind == "agrees":
            fault = replace(fault, kind=shared or self.faults[group].kind)
        return self._item(group, fault, harm, left_out)

    def _item(self, group: str, fault: StressFault, harm: float, left_out: bool) -> Contradiction:
        acts = self.trials.settings.contradictions == "leave_out"
        is_only = len(self.groups) == 1
        return Contradiction(group, "stress", fault, harm, left_out and acts, is_only)

    def _fault(self, group: str, trial: Trial) -> StressFault:
        return stress_fault(self.trials.ledger, group, trial.coefficients)

    def _without(self, out: list[str]) -> Trial:
        return self.trials.of_groups([g for g in self.groups if g not in out])

    def _harm(self, trial: Trial) -> Harm:
        return trial.harm(self.trials.base)

    def _hurts(self, factor: float, allowed: float) -> bool:
        """Whether errors grow more than is allowed and than scatter does."""
        return factor > allowed + self.trials.scatter
