"""Offsets of stress against the energies of the same group alone.

Where some groups have errors a hundred times those of others, nothing that the others do shows in
errors of the whole.  The energies of a group of strained cells determine its pressure by
themselves: a fit to them alone tells an offset, if it leaves enough of them free, and if taking the
stress in makes these energies worse.  Cells of one volume do not: the fit to all else has to agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from potlearn.fit.contradictions.faults import StressFault, stress_fault
from potlearn.fit.contradictions.trial import Trials
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.posed import Posed
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.spectrum import Spectrum
from potlearn.fit.weights import Weights

MOST_LEVERAGE = 0.5
"""Mean leverage of energies above which a fit to them alone says little of anything else."""
FEWEST_ENERGIES = 20
"""Energies that a fit to them alone needs, so that harm is more than scatter."""


def own_offsets(
    ledger: Ledger, settings: FitSettings, groups: Sequence[str], allowed: float
) -> dict[str, tuple[StressFault, float]]:
    """Large offsets by group, and by what factor the stress harms the group's own energies.

    Parameters
    ----------
    ledger : Ledger
        Without folds.
    settings : FitSettings
    groups : sequence of str
        Groups to look at.
    allowed : float
        Harm that is allowed, beside scatter.
    """
    found = {}
    for group, alone in _suspects(ledger, settings, groups):
        trials = Trials.of(ledger, alone)
        fault = stress_fault(ledger, group, trials.base.coefficients)
        harm = trials.of_groups([group]).harm(trials.base).energy
        if _is_large(fault) and harm > allowed + trials.scatter:
            found[group] = fault, harm
    return found


def _suspects(
    ledger: Ledger, settings: FitSettings, groups: Iterable[str]
) -> Iterator[tuple[str, FitSettings]]:
    """Groups with a large offset by a quick fit, and the settings of a fit to their energies."""
    for group in groups:
        weights = {q: settings.weights.of(group, q) for q in ("energy", "stress")}
        n = sum(
            e.n for k, e in ledger.entries.items() if (k.group, k.quantity) == (group, "energy")
        )
        if n < FEWEST_ENERGIES or weights["energy"] == 0:
            continue
        alone = replace(settings, weights=Weights(0.0, 0.0, 0.0, {group: weights}))
        energies = {group: {"energy": weights["energy"]}}
        only = replace(settings, weights=Weights(0.0, 0.0, 0.0, energies))
        posed = Posed.of(ledger, only)
        spectrum = Spectrum.of(posed.problem)
        ridge = spectrum.minimise(spectrum.gcv)
        coefficients = posed.coefficients(spectrum.coefficients(ridge))
        free = spectrum.effective_parameters(ridge) < MOST_LEVERAGE * n
        if free and _is_large(stress_fault(ledger, group, coefficients)):
            yield group, alone


def _is_large(fault: StressFault) -> bool:
    return fault.kind == "offset" and fault.is_gross
