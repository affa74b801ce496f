r"""Find stress that contradicts energies and forces, and the groups whose stress to leave out.

Energies and forces of one calculation follow each other; stress may not: plane waves whose number
changes with the cell (Pulay stress), another unit in one group, a sign.  A linear fit has to divide
such a fault among all quantities, so that energies pay for it.

1. Fit energies and forces alone; regress the stress of every group on its prediction
   (:mod:`~potlearn.fit.contradictions.faults`).
2. Fit all stress, too.  Where no fault is gross and energies and forces are as good as before, that
   is all: two fits from the ledger.
3. Else fit with the stress of one group at a time.  Faults that do harm are left out, those with the
   most harm first, until the stress that stays does none.
4. The last fit judges again what was left out: what it predicts well comes back.

Harm is measured on estimates of held-out errors (:mod:`~potlearn.fit.contradictions.trial`).
Weights of quantities are never chosen by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.contradictions.faults import (
    StressFault,
    groups_with_stress,
    stress_fault,
    without_folds,
)
from potlearn.fit.contradictions.trial import Harm, Trial, Trials
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import COLLAPSED
from potlearn.fit.settings import FitSettings
from potlearn.linalg.blas import one_blas_thread

ALLOWED = 1.05
"""Errors of energies or forces may grow by this factor for the sake of a stress with a fault."""
ALLOWED_TRADE = 1.25
"""The same for stress without a fault that has a form: a fit of limited freedom trades some accuracy
of energies for stress that is right (up to 1.07 on sets without known faults)."""


@dataclass(frozen=True)
class Contradiction:
    """Stress of a group that contradicts energies and forces.

    Attributes
    ----------
    group : str
        ``"*"``: the groups of few configurations together.
    quantity : str
    fault : StressFault
        Against the fit without it.
    harm : float
        By what factor it makes energies or forces worse, added alone to a fit of these.
    left_out : bool
        Whether the fit is without it.
    is_only : bool
        Whether it is the only group.
    """

    group: str
    quantity: str
    fault: StressFault
    harm: float
    left_out: bool
    is_only: bool = False

    @property
    def words(self) -> str:
        """One sentence."""
        name = "the groups of few configurations" if self.group == COLLAPSED else self.group
        whose = "" if self.is_only else f" of {name}" if self.group == COLLAPSED else (
            f" of group {name}"
        )
        cost = f"fitted with it, errors grow {self.harm:.3g} times"
        if self.harm <= ALLOWED:
            cost = "it does no harm to energies and forces"
        done = "left out of the fit" if self.left_out else "kept in the fit"
        text = f"{self.quantity}{whose} {self.fault.words} against its energies and forces"
        return f"{text}; {cost}; {done}"


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
            return ()  # what cannot be fitted is told by the fit itself


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
        everything = self._harm(self.trials.of_groups(self.groups))
        gross = [g for g in self.groups if self.faults[g].is_gross]
        if not gross and not self._hurts(everything.overall, ALLOWED):
            return ()
        alone = {g: self._harm(self.trials.of_groups([g])).anywhere for g in self.groups}
        order = sorted(self.groups, key=lambda g: -alone[g])
        out = [g for g in order if g in gross and self._hurts(alone[g], ALLOWED)]
        out, clean = self._eliminated(order, out)
        out = self._confirmed(out, clean)
        clean = self.trials.of_groups([g for g in self.groups if g not in out])
        return tuple(self._told(g, clean, alone[g], g in out) for g in self._shown(out, clean))

    def _eliminated(self, order: list[str], out: list[str]) -> tuple[list[str], Trial]:
        """Groups to leave out, and the fit without them: forms of faults first, then the others."""
        trial = self._without(out)
        for allowed, formless in ((ALLOWED, False), (ALLOWED_TRADE, True)):
            for group in order:
                if not self._hurts(self._harm(trial).overall, allowed):
                    break
                has_form = self.faults[group].kind != "disagrees"
                if group not in out and (formless or has_form):
                    out = [*out, group]
                    trial = self._without(out)
        return out, trial

    def _confirmed(self, out: list[str], clean: Trial) -> list[str]:
        """Without those that the fit to the stress that stays predicts, and that do no harm."""
        kept = list(out)
        for group in out:
            if self._fault(group, clean).kind == "disagrees":
                fewer = [g for g in kept if g != group]
                if not self._hurts(self._harm(self._without(fewer)).overall, ALLOWED):
                    kept = fewer
        return kept

    def _shown(self, out: list[str], clean: Trial) -> list[str]:
        """Groups left out, and those with a gross fault by both fits."""
        return [
            g
            for g in self.groups
            if g in out or (self.faults[g].is_gross and self._fault(g, clean).is_gross)
        ]

    def _told(self, group: str, clean: Trial, harm: float, left_out: bool) -> Contradiction:
        acts = self.trials.settings.contradictions == "leave_out"
        fault, is_only = self._fault(group, clean), len(self.groups) == 1
        return Contradiction(group, "stress", fault, harm, left_out and acts, is_only)

    def _fault(self, group: str, trial: Trial) -> StressFault:
        return stress_fault(self.trials.ledger, group, trial.coefficients)

    def _without(self, out: list[str]) -> Trial:
        return self.trials.of_groups([g for g in self.groups if g not in out])

    def _harm(self, trial: Trial) -> Harm:
        return trial.harm(self.trials.base)

    def _hurts(self, factor: float, allowed: float) -> bool:
        r"""Whether errors grow more than is allowed and than scatter does.

        The ratio of root mean squares of ``n`` errors each scatters by :math:`1/\sqrt{n}` where they
        are independent, and less where they are of the same configurations.
        """
        return factor > allowed + 1 / np.sqrt(max(self.trials.n_configurations, 1))
