"""Weights of energies and stress beside forces, by held-out errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from potlearn.fit.weights import Weights
from potlearn.tune.automatic.errors import HeldOut
from potlearn.tune.automatic.knee import is_as_good, is_better

ENERGY = (0.1, 0.3, 3.0, 10.0)
STRESS = (0.1, 10.0)
"""Factors of the weights that are tried."""


def choose(
    start: Weights, errors: HeldOut, evaluate: Callable[[Weights], HeldOut]
) -> tuple[Weights, list[tuple[Weights, HeldOut]]]:
    """Weights that save errors without making any quantity worse, and all that were tried.

    Energies first, then stress with the energies' weight that was found.  Other weights have to be
    better for sure (:func:`~potlearn.tune.automatic.knee.is_better`).
    """
    best, tried = (start, errors), [(start, errors)]
    for name, factors in (("energy", ENERGY), ("stress", STRESS)):
        if name not in errors.folds:
            continue
        found = [(w, evaluate(w)) for w in _varied(best[0], name, factors)]
        tried += found
        better = [(w, e) for w, e in found if is_better(e, best[1]) and is_as_good(e, errors)]
        best = min([best, *better], key=lambda item: item[1].score)
    return best[0], tried


def _varied(weights: Weights, name: str, factors: tuple[float, ...]) -> Iterator[Weights]:
    """The weights with another one of a quantity, in all groups where it is above zero."""
    for factor in factors:
        groups = {
            group: {q: w * factor if q == name else w for q, w in own.items()}
            for group, own in weights.groups.items()
        }
        yield replace(weights, groups=groups, **{name: getattr(weights, name) * factor})
