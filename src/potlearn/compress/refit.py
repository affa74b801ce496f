"""From a refit to a fit of the smaller descriptor, and to a potential."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.compress.reduce import Reduced
from potlearn.fit.result import FitResult
from potlearn.fit.rows.names import ONE_BODY
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import LinearPotential, Potential


def pruned_fit(
    result: FitResult, descriptor: Descriptor, reduced: Reduced
) -> tuple[FitResult, Descriptor]:
    """The fit of the functions that are kept, its ledger with their columns alone.

    What takes a fit, such as protection beyond the data, takes this one.
    """
    small = descriptor.prune(reduced.names)
    kept = {ONE_BODY, *reduced.names}
    columns = tuple(c for c in result.ledger.columns if c.partition(":")[2] in kept)
    found = replace(
        result,
        coefficients=kept_coefficients(result, descriptor, reduced),
        info=reduced.info,
        ledger=result.ledger.take(columns),
        notes=reduced.info.notes,
    )
    return found, small


def kept_coefficients(result: FitResult, descriptor: Descriptor, reduced: Reduced) -> Array:
    """Coefficients (S, 1 + K) of the functions that are kept."""
    place = {name: j for j, name in enumerate(descriptor.feature_names)}
    chosen = [0, *(1 + place[name] for name in reduced.names)]
    whole = reduced.coefficients.reshape(len(descriptor.species), -1)
    return np.ascontiguousarray(whole[:, chosen])


def potential_of(
    result: FitResult,
    descriptor: Descriptor,
    reduced: Reduced,
    reference: Potential | None = None,
) -> LinearPotential:
    """The potential of a refit: functions that are not kept cost no time."""
    from potlearn.potentials import LinearPotential

    coefficients = kept_coefficients(result, descriptor, reduced)
    return LinearPotential(descriptor.prune(reduced.names), coefficients, reference)
