"""The parts of a compression: the fit again, and protection of what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from potlearn.errors import ModelFileError, UncertaintyError
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

FOLDS = 5
"""Folds of configurations whose held-out errors choose a size."""

ALL_STAY = (
    "directions of the coefficients were chosen: all functions stay, and no speed is gained; "
    "methods that choose functions make a potential faster"
)
NO_ERRORS = "the smaller model has no expected errors"
WALL_ALONE = (
    "beyond the data the model's own wall protects the potential; soft bounds on its coefficients "
    "would leave the directions"
)
CHOSEN_ON_LABELS = (
    "expected errors are those of a fit of the functions that are kept; that these were chosen on "
    "the same labels is not in them"
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
        below, threads = _below(origin), config.workers
        return protect(small, descriptor, below, coverage, report=report, threads=threads)
    potential, notes = compression.potential(reduced), []
    if not compression.whole.chooses_functions:
        notes.append(ALL_STAY)
    if wanted:  # bounds would leave the subspace: the wall of the model stays
        potential = replace(potential, reference=origin.potential.reference)
        notes.append(WALL_ALONE)
    check = check_beyond(potential, coverage, threads=config.workers)
    return Protected(potential, check, tuple(notes))


def with_expected_errors(
    config: CompressConfig,
    origin: Origin,
    compression: Compression,
    potential: LinearPotential,
    train: Dataset,
    report: Report | None = None,
) -> tuple[LinearPotential, list[str]]:
    """The potential with expected errors of its own, where the model has some; notes.

    Those of the model are not those of fewer functions: residuals and posterior are made again.
    """
    if origin.potential.uncertainty is None:
        return potential, []
    method = None if origin.config is None else asked_method(origin.config)
    if origin.config is None or method is None:
        return potential, [f"{NO_ERRORS}; the model does not say how its own were made"]
    if not compression.whole.chooses_functions:
        return potential, [f"{NO_ERRORS}; they need a method that chooses functions"]
    try:
        result = _fit_of(config, origin, potential, train, report)
        found = quantified(origin.config, result, potential, method, report)
    except UncertaintyError as error:
        return potential, [f"{NO_ERRORS}: {error}"]
    return replace(potential, uncertainty=found), [CHOSEN_ON_LABELS]


def _fit_of(
    config: CompressConfig,
    origin: Origin,
    potential: LinearPotential,
    train: Dataset,
    report: Report | None,
) -> FitResult:
    """The fit of the functions of a smaller potential, with its rows."""
    from potlearn.fit import RowBudget, fit_linear
    from potlearn.runtime import Runtime

    return fit_linear(
        train,
        potential.descriptor,
        linear_settings(origin.solver, train),
        reference=origin.reference,
        rows=RowBudget(),
        runtime=Runtime(config.workers, progress=report),
    )


def _below(origin: Origin) -> ForSystems | None:
    """The potential under the fit, as the search beyond the data needs it.

    Raises
    ------
    ModelFileError
        It evaluates single configurations only.
    """
    from potlearn.potentials.base import for_systems

    reference = origin.reference
    if reference is None or for_systems(reference):
        return reference
    raise ModelFileError(
        f"the model stands on a {type(reference).__name__}, which evaluates single configurations "
        "only; compress without protection"
    )
