"""The parts of a compression: the fit again, and protection of what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from potlearn.errors import ModelFileError
from potlearn.tasks.compression_origin import Origin
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.settings.compress import CompressConfig
from potlearn.tasks.uncertainty import asked_method, quantified

if TYPE_CHECKING:
    from potlearn.compress import Compression, Reduced
    from potlearn.data import Dataset
    from potlearn.fit import FitResult
    from potlearn.fit.beyond import Protected
    from potlearn.potentials import LinearPotential
    from potlearn.potentials.base import ForSystems
    from potlearn.runtime import Report
    from potlearn.uncertainty import QuadraticUncertainty

FOLDS = 5
"""Folds of configurations whose held-out errors choose a size."""

ALL_STAY = (
    "directions of the coefficients were chosen: all functions stay, and no speed is gained; "
    "methods that choose functions make a potential faster"
)
WALL_ALONE = (
    "beyond the data the model's own wall protects the potential; soft bounds on its coefficients "
    "would leave the directions"
)

NO_ERRORS = "the model does not say how its expected errors were made: the smaller one has none"
ERRORS_OF_DIRECTIONS = "directions were chosen, not functions: the potential has no expected errors"
CHOSEN_ON_LABELS = (
    "expected errors are those of a fit of these functions; that these were chosen on the same "
    "labels is not in them"
)


def fit_again(
    config: CompressConfig, origin: Origin, train: Dataset, report: Report | None
) -> FitResult:
    """The fit of all functions, with the settings of the model's own."""
    from potlearn.fit import fit_linear
    from potlearn.runtime import Runtime

    chooses = config.k is None or config.by == "cost"
    needs_folds = not config.test and (config.curve or chooses)
    return fit_linear(
        train,
        origin.potential.descriptor,
        linear_settings(origin.solver, train, FOLDS if needs_folds else None),
        reference=origin.reference,
        runtime=Runtime(config.workers, progress=report),
    )


def protected(
    config: CompressConfig,
    origin: Origin,
    compression: Compression,
    reduced: Reduced,
    train: Dataset,
    report: Report | None = None,
) -> Protected:
    """The potential of a refit, protected beyond the data as the model was, and checked."""
    from potlearn.compress import pruned_fit
    from potlearn.fit.beyond import Coverage, Protected, check_beyond, protect

    wanted = origin.protects if config.protect is None else config.protect
    coverage = Coverage.of(train, origin.potential.species)
    if wanted and compression.whole.chooses_functions:
        small, descriptor = pruned_fit(compression.result, compression.descriptor, reduced)
        return protect(small, descriptor, _below(origin), coverage, report=report)
    potential, notes = compression.potential(reduced), []
    if not compression.whole.chooses_functions:
        notes.append(ALL_STAY)
    if wanted:  # bounds would leave the subspace: the wall of the model stays
        potential = replace(potential, reference=origin.potential.reference)
        notes.append(WALL_ALONE)
    return Protected(potential, check_beyond(potential, coverage), tuple(notes))


def expected_errors(
    origin: Origin,
    compression: Compression,
    reduced: Reduced,
    potential: LinearPotential,
    report: Report | None = None,
) -> tuple[QuadraticUncertainty | None, tuple[str, ...]]:
    """Expected errors of the smaller potential as those of the model were made, and notes."""
    from potlearn.compress import pruned_fit
    from potlearn.fit import KeptRows

    method = asked_method(origin.config) if origin.config else None
    if method is None or origin.config is None:
        return None, (NO_ERRORS,) if origin.potential.uncertainty is not None else ()
    if not compression.whole.chooses_functions:
        return None, (ERRORS_OF_DIRECTIONS,)
    small, descriptor = pruned_fit(compression.result, compression.descriptor, reduced)
    rows = replace(small.rows.maker, descriptor=descriptor)
    again = replace(small, rows=KeptRows(rows))
    found = quantified(origin.config, again, potential, method, report)
    return found, (CHOSEN_ON_LABELS,)


def _below(origin: Origin) -> ForSystems | None:
    """The potential under the fit, as the search beyond the data needs it.

    Raises
    ------
    ModelFileError
        It evaluates single configurations only.
    """
    from potlearn.potentials.base import ForSystems

    reference = origin.reference
    if reference is None or isinstance(reference, ForSystems):
        return reference
    raise ModelFileError(
        f"the model stands on a {type(reference).__name__}, which evaluates single configurations "
        "only; compress without protection"
    )
