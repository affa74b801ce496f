r"""The knee of a ladder: how many functions are worth their time.

A doubling of the force time has to save 10 % of the error, so that the choice has the least

.. math:: J = \bar s + \ln(1.1) \log_2 t

with the mean score s (:mod:`~potlearn.tune.automatic.errors`) and the force time t.  It is made
among candidates that are not worse than the default.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potlearn.tune.automatic.errors import HeldOut

WORTH = 0.1
"""Part of the error that a doubling of the force time has to save."""
STRESS = 1.05
"""Largest ratio of the stress error to the default's."""
EACH = 1.01
"""The same of energies and of forces, one by one: their product alone would trade one for the
other."""


GAIN, SURE = 0.02, 2.0
"""Part of the error, and standard errors, that another cutoff or other weights have to save: the
best of a few fits the scatter of the folds."""


def is_better(candidate: HeldOut, present: HeldOut) -> bool:
    """Whether a candidate saves 2 % of the error and two standard errors."""
    difference = candidate.against(present)
    return difference.mean < -max(GAIN, SURE * difference.se)


def is_as_good(candidate: HeldOut, default: HeldOut) -> bool:
    """Whether no error is worse than the default's, up to what is allowed."""
    return (
        candidate.score <= default.score
        and candidate.worst(default, ("energy", "forces")) <= EACH
        and candidate.worst(default, ("stress",)) <= STRESS
    )


def knee(
    costs: Sequence[float],
    errors: Sequence[HeldOut],
    default: int,
    sizes: Sequence[int] | None = None,
) -> int:
    """Index of the candidate that is worth its time, among those as good as the default.

    Parameters
    ----------
    costs : sequence of float
        Force times, in any unit.
    errors : sequence of HeldOut
    default : int
        Index of the candidate that nothing chosen may be worse than.
    sizes : sequence of int, optional
        Numbers of functions, of which nothing chosen has more than the default: a fit takes no
        longer than with the default.
    """
    values = [e.score + np.log1p(WORTH) * np.log2(t) for t, e in zip(costs, errors, strict=True)]
    small = [sizes is None or n <= sizes[default] for n in sizes or costs]
    good = [i for i, e in enumerate(errors) if small[i] and is_as_good(e, errors[default])]
    return min([default, *good], key=lambda i: (values[i], costs[i]))


def faster(costs: Sequence[float], errors: Sequence[HeldOut], chosen: int) -> int | None:
    """The most accurate candidate of at most half of the chosen one's force time."""
    found = [i for i, t in enumerate(costs) if t <= costs[chosen] / 2]
    return min(found, key=lambda i: errors[i].score) if found else None


def more_accurate(errors: Sequence[HeldOut], chosen: int) -> int | None:
    """The most accurate candidate, where it is better by more than a standard error."""
    best = min(range(len(errors)), key=lambda i: errors[i].score)
    difference = errors[best].against(errors[chosen])
    return best if best != chosen and difference.mean < -difference.se else None
