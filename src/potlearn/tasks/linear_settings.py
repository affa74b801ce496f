"""Settings of a linear fit from its section and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.tasks.settings import SolverConfig
from potlearn.tasks.weights import configuration_weights, make_weights

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.fit import FitSettings


def linear_settings(
    section: SolverConfig, dataset: Dataset | None = None, n_folds: int | None = None
) -> FitSettings:
    """Settings of :func:`~potlearn.fit.fit_linear`; ``n_folds`` are kept apart in its ledger.

    Without a dataset, configurations have no weights of their own.
    """
    from potlearn.fit import FitSettings

    return FitSettings(
        weights=make_weights(section.weights),
        configuration_weights=None
        if dataset is None
        else configuration_weights(section.weights, dataset),
        solver=section.solver,
        ridge=section.ridge,
        smoothness=section.smoothness,
        e0=section.e0,
        intercept=section.intercept,
        contradictions=section.contradictions,
        noise=section.noise,
        keep_groups=section.noise == "group",
        n_folds=n_folds,
    )
