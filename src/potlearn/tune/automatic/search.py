r"""The search: a sample, the cutoff, the ladder, the weights; each against the default.

1. Cutoffs are compared by a basis whose pass takes seconds.
2. One pass of a large basis at the cutoff that was found; its sub-bases follow from the ledger.
3. Weights, on the basis that was found (or on a smaller one, if that is large).

Held-out errors are those of five folds; copies of a geometry are in one fold.  All sizes are
bounded by counts of flops, so that the same data give the same choice on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from potlearn.compress.work import Work
from potlearn.data.copies import copies
from potlearn.errors import FitError
from potlearn.fit.contradictions.contradiction import Contradiction
from potlearn.fit.contradictions.find import find_contradictions
from potlearn.fit.contradictions.trial import without_stress
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.file import row_counts
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.runtime import SERIAL, Report, Runtime
from potlearn.tune.automatic import weights as weighting
from potlearn.tune.automatic.budget import (
    CUTOFF_FLOPS,
    LARGER,
    PASS_FLOPS,
    WEIGHED,
    atoms_within,
    functions_within,
)
from potlearn.tune.automatic.cutoff import Radial, candidates
from potlearn.tune.automatic.errors import HeldOut
from potlearn.tune.automatic.found import CutoffTrial, Found
from potlearn.tune.automatic.knee import faster, is_as_good, is_better, knee, more_accurate
from potlearn.tune.automatic.ladder import Ladder, largest
from potlearn.tune.automatic.ledgers import Ledgers, columns_of, held_out, merged
from potlearn.tune.automatic.oddities import oddities
from potlearn.tune.automatic.sample import ATOMS, sample

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors.ace import ACE
    from potlearn.potentials import Potential
    from potlearn.typing import Atoms

FOLDS = 5
FEWEST = 20
"""Configurations below which held-out errors say too little."""
CERTAIN = 1000
"""Configurations among which as many differ, without a look at copies."""
EXAMPLES = 50
"""Configurations that distances are counted on."""

Stages: TypeAlias = Callable[[str], AbstractContextManager[Report | None]]


class CannotSearchError(FitError):
    """The data are too few for a search; the message says why."""


@dataclass(frozen=True)
class Search:
    """Everything that a search needs.

    Attributes
    ----------
    dataset : Dataset
        Training set.
    basis : function
        Given a cutoff, Å, the default basis for these data.
    cutoff : float
        Of the default, Å.
    settings : FitSettings
        Of the fit.
    reference : Potential or None
    nearest : float
        Distance of nearest neighbours, Å.
    any_cutoff, any_weights : bool
        Whether cutoff and weights are searched; else they stay as they are.
    runtime : Runtime
    stages : function
        Given the name of a stage, a context manager whose value is called with (done, total).
    """

    dataset: Dataset
    basis: Callable[[float], ACE]
    cutoff: float
    settings: FitSettings
    reference: Potential | None
    nearest: float
    any_cutoff: bool = True
    any_weights: bool = True
    runtime: Runtime = SERIAL
    stages: Stages | None = None

    def found(self) -> Found:
        """Cutoff, basis and weights.

        Raises
        ------
        CannotSearchError
            Too few configurations.
        FitError
            Data that cannot be fitted.
        """
        self._check()
        cutoffs, best, passes, contradictions = self._cutoffs()
        ladder, ledger = self._large(passes, cutoffs[best].cutoff)
        own = next(i for i, trial in enumerate(cutoffs) if trial.cutoff == self.cutoff)
        known = cutoffs[own].functions == self.default.n_features or best == own
        if not known and not self._confirmed(passes, ladder, ledger):
            best = own
            ladder, ledger = self._large(passes, self.cutoff)
        errors = self._climbed(passes, ladder, ledger)
        costs = [rung.cost for rung in ladder.rungs]
        chosen = knee(costs, errors, ladder.default, [len(rung.features) for rung in ladder.rungs])
        weights, trials, weighed = self._weights(passes, ladder, ledger, chosen)
        rung = ladder.rungs[chosen]
        return Found(
            descriptor=replace(ladder.union, order=rung.order, degree=rung.degree),
            weights=weights,
            rungs=ladder.rungs,
            errors=tuple(errors),
            chosen=chosen,
            default=ladder.default,
            fast=faster(costs, errors, chosen),
            accurate=more_accurate(errors, chosen),
            cutoffs=tuple(cutoffs),
            cutoff=best,
            trials=tuple(trials),
            weighed=weighed,
            contradictions=contradictions,
            sampled=len(self.sample),
            configurations=len(self.dataset),
            notes=tuple(self._oddities(errors[chosen], len(rung.features))),
        )

    @cached_property
    def default(self) -> ACE:
        """The default basis at the default cutoff."""
        return self.basis(self.cutoff)

    @cached_property
    def sample(self) -> Dataset:
        """Configurations that the search fits."""
        n_atoms = self.dataset.n_atoms
        columns = len(self.default.species) * (1 + self.default.n_features)
        rows_per_atom = self._n_rows(self.dataset) / max(int(n_atoms.sum()), 1)
        most = min(ATOMS, atoms_within(columns, rows_per_atom))
        isolated = self.dataset.isolated_mask()
        return self.dataset.subset(sample(n_atoms, self.dataset.by_group(), isolated, most))

    @cached_property
    def examples(self) -> list[Atoms]:
        """Some configurations, spread over the sample."""
        whole = np.flatnonzero(~self.sample.isolated_mask()).tolist()
        step = max(1, len(whole) // EXAMPLES)
        return [self.sample[i] for i in whole[::step][:EXAMPLES]]

    def _n_rows(self, dataset: Dataset) -> int:
        return int(row_counts(dataset, self.settings.weights.used).sum())

    def _oddities(self, errors: HeldOut, functions: int) -> Iterator[str]:
        counts = row_counts(self.sample, self.settings.weights.used).sum(axis=0)
        rows = dict(zip(QUANTITIES, counts.tolist(), strict=True))
        columns = len(self.default.species) * (1 + functions)
        return oddities(self.sample, errors, rows, columns)

    def _check(self) -> None:
        usable = self.dataset.subset(~self.dataset.isolated_mask())
        n = len(usable)
        if FEWEST <= n < CERTAIN:
            n = len(np.unique(copies(usable)))
        if n < FEWEST:
            raise CannotSearchError(
                f"the training set has {n} different configurations, too few to compare settings "
                f"by held-out errors (at least {FEWEST})"
            )
        if self._n_rows(usable) == 0:
            raise CannotSearchError("no label has a weight above zero")

    def _passes(self, weights: Weights | None = None) -> Ledgers:
        settings, _ = self.settings.resolved(self.dataset, self.default.species, self.cutoff)
        settings = replace(settings, n_folds=FOLDS)
        if weights is not None:
            settings = replace(settings, weights=weights, contradictions="keep")
        return Ledgers(self.sample, settings, self.reference, self.runtime)

    def _functions(self, flops: float) -> int:
        return functions_within(flops, self._n_rows(self.sample), len(self.default.species))

    def _cutoffs(self) -> tuple[list[CutoffTrial], int, Ledgers, tuple[Contradiction, ...]]:
        """Cutoffs that were compared, the best, and passes without contradictory stress."""
        radial = Radial.of(self.examples)
        passes, start = self._passes(), self.cutoff
        values = candidates(radial, start, self.nearest) if self.any_cutoff else [start]
        found: dict[float, CutoffTrial] = {}
        contradictions: tuple[Contradiction, ...] = ()
        with self._stage("search: cutoffs") as report:
            for done, cutoff in enumerate(sorted(values, key=lambda c: c != start)):
                basis = largest(self.basis(cutoff), self._functions(CUTOFF_FLOPS))
                ledger = passes.ledger(basis)
                if cutoff == start:
                    contradictions = find_contradictions(ledger, passes.settings)
                    out = [item.group for item in contradictions if item.left_out]
                    passes = self._passes(without_stress(passes.settings.weights, out))
                ledger = merged(ledger, passes.settings)
                cost = Work.of(basis, self.examples).cost_of(basis.feature_names)
                errors = held_out(ledger, passes.settings)
                parts = radial.within(cutoff), basis.n_features, cost, errors
                found[cutoff] = CutoffTrial(cutoff, *parts)
                if report is not None:
                    report(done + 1, len(values))
        trials = [found[cutoff] for cutoff in values]
        own = values.index(start)
        better = [t for t in trials if is_better(t.errors, trials[own].errors) or t is trials[own]]
        best = knee([t.cost for t in better], [t.errors for t in better], better.index(trials[own]))
        return trials, trials.index(better[best]), passes, contradictions

    def _large(self, passes: Ledgers, cutoff: float) -> tuple[Ladder, Ledger]:
        """The ladder at a cutoff, and the ledger of its large basis."""
        default = self.basis(cutoff)
        most = min(self._functions(PASS_FLOPS), int(LARGER * default.n_features))
        ladder = Ladder.of(default, most, self.examples)
        with self._stage("search: large basis") as report:
            return ladder, merged(passes.ledger(ladder.union, report), passes.settings)

    def _confirmed(self, passes: Ledgers, ladder: Ladder, ledger: Ledger) -> bool:
        """Whether the default basis at another cutoff is as good as at the default's.

        Cutoffs were compared with a smaller basis where that of the default takes long.
        """
        with self._stage("search: default") as report:
            before = merged(passes.ledger(self.default, report), passes.settings)
            features = ladder.rungs[ladder.default].features
            changed = held_out(ledger, passes.settings, features)
            return is_as_good(changed, held_out(before, passes.settings))

    def _climbed(self, passes: Ledgers, ladder: Ladder, ledger: Ledger) -> list[HeldOut]:
        """Held-out errors of the rungs."""
        errors = []
        with self._stage("search: ladder") as report:
            for rung in ladder.rungs:
                errors.append(held_out(ledger, passes.settings, rung.features))
                if report is not None:
                    report(len(errors), len(ladder.rungs))
        return errors

    def _weights(
        self, passes: Ledgers, ladder: Ladder, ledger: Ledger, chosen: int
    ) -> tuple[Weights, list[tuple[Weights, HeldOut]], int]:
        """Weights, all that were tried, and the number of functions that they were tried on."""
        features = ladder.below(chosen, WEIGHED // len(self.default.species)).features
        part = ledger.take(columns_of(ledger, features))

        def evaluate(weights: Weights) -> HeldOut:
            return held_out(part, replace(passes.settings, weights=weights))

        with self._stage("search: weights"):
            start = passes.settings.weights
            if not self.any_weights:
                return start, [], 0
            weights, trials = weighting.choose(start, evaluate(start), evaluate)
        return weights, trials, len(features)

    def _stage(self, name: str) -> AbstractContextManager[Report | None]:
        return nullcontext(None) if self.stages is None else self.stages(name)
