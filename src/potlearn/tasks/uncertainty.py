"""Expected errors of a fit, and how well they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.networks import is_neural
from potlearn.tasks.settings.uncertainty import ENSEMBLE
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.fit import FitResult
    from potlearn.metrics import Evaluation
    from potlearn.potentials import LinearPotential, Potential
    from potlearn.runtime import Report
    from potlearn.uncertainty import QuadraticUncertainty, Spectrum

WITH_UNCERTAINTY = ("bayesian", "ard")
"""Solvers that imply one."""


def asked_method(config: FitConfig) -> str | None:
    """The way to an uncertainty that a configuration asks for; None: there is none."""
    method = config.uncertainty.method
    if is_neural(config.model):
        return ENSEMBLE if method != "none" and config.model.settings.members > 1 else None
    if method == "auto":
        return "calibrated" if config.fit.solver in WITH_UNCERTAINTY else None
    return None if method == "none" else method


def check_blocks(config: FitConfig, train: Dataset) -> None:
    """Refuse blocks of which there are too few, before anything is fitted.

    Raises
    ------
    PotlearnError
        A configuration without the key of the blocks, or too few blocks to calibrate on.
    """
    key, method = config.uncertainty.block, asked_method(config)
    if method is None or method == ENSEMBLE:
        return
    from potlearn.data import info_groups
    from potlearn.uncertainty import LEAST_BLOCKS, NO_RESIDUALS, fingerprints, too_few

    blocks = fingerprints(train) if key is None else np.array(info_groups(train, key))
    if method != "calibrated" or not len(train):
        return
    catalog = train.catalog
    labelled = np.isfinite(catalog.energy), catalog.n_forces > 0, catalog.stressed
    k = max(len(np.unique(blocks[has])) for has in labelled)
    if k < LEAST_BLOCKS:
        what = "the labels" if key is None else f"the labels by {key!r}"
        raise too_few(what, k, NO_RESIDUALS)


def check_posterior(config: FitConfig, result: FitResult) -> None:
    """Refuse a fit without a posterior before the work that follows it.

    Raises
    ------
    UncertaintyError
        Too few rows, or a singular covariance.
    """
    if asked_method(config) in ("calibrated", "posterior"):
        from potlearn.uncertainty import Posterior

        Posterior.of(result)


def quantified(
    config: FitConfig,
    result: FitResult,
    potential: LinearPotential,
    method: str,
    report: Report | None,
) -> QuadraticUncertainty:
    """Expected errors of the potential of a fit."""
    from potlearn.data import info_groups
    from potlearn.uncertainty import quantify

    section, dataset = config.uncertainty, result.rows.maker.dataset
    blocks = None if section.block is None else info_groups(dataset, section.block)
    return quantify(
        replace(result, coefficients=potential.coefficients),
        method,
        sets=section.sets,
        blocks=blocks,
        grade=None if section.grade == "none" else section.grade,
        progress=report,
    )


def coverage_numbers(evaluations: Mapping[str, Evaluation]) -> Settings:
    """Coverage by set, group and quantity for a file; empty without an uncertainty."""
    found = {name: coverage_table(evaluation) for name, evaluation in evaluations.items()}
    return {"coverage": found} if any(found.values()) else {}


def coverage_table(evaluation: Evaluation) -> dict[str, dict[str, Any]]:
    """Coverage by group and quantity as numbers."""
    from potlearn.metrics import coverage

    return {
        group: {quantity: row.to_dict() for quantity, row in rows.items()}
        for group, rows in coverage(evaluation).items()
    }


def spectrum_of(potential: Potential, result: FitResult) -> Spectrum | None:
    """How far the data decide the coefficients; None of a potential without such errors."""
    from potlearn.potentials import LinearPotential

    if not isinstance(potential, LinearPotential) or potential.uncertainty is None:
        return None
    from potlearn.uncertainty import Spectrum

    return Spectrum.of(result)


def seen(potential: Any, dataset: Dataset) -> int:
    """Configurations whose geometry was in the fit; 0 of a potential without an uncertainty."""
    uncertainty = getattr(potential, "uncertainty", None)
    if uncertainty is None:
        return 0
    from potlearn.uncertainty import fingerprints

    return int(uncertainty.seen(fingerprints(dataset)).sum())


def seen_note(potential: Any, dataset: Dataset) -> list[str]:
    """A note where configurations were in the fit: their coverage says nothing of new ones."""
    n = seen(potential, dataset)
    if not n:
        return []
    return [
        f"{n} of {len(dataset)} configurations were in the fit: their errors and coverage say "
        "nothing of new configurations"
    ]
