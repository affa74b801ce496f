"""Expected errors of networks, from their spread and a validation set."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from potlearn.errors import ConfigError, PotlearnWarning, UncertaintyError
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.networks import is_neural
from potlearn.tasks.settings.uncertainty import ENSEMBLE

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential
    from potlearn.potentials.neural import NeuralPotential
    from potlearn.runtime import Report


def check_method(config: FitConfig) -> None:
    """Refuse expected errors that the model cannot have.

    Raises
    ------
    ConfigError
        Those of linear fits for networks, or the other way round; the spread of one network.
    """
    method = config.uncertainty.method
    if not is_neural(config.model):
        if method == ENSEMBLE:
            raise ConfigError(
                "uncertainty.method: 'ensemble' is the spread of several networks; a linear fit "
                "has 'calibrated'"
            )
        return
    if method not in ("auto", "none", ENSEMBLE):
        raise ConfigError(
            f"uncertainty.method: {method!r} is made of the rows of a linear fit; networks have "
            "'ensemble', with model.members of 2 or more, or 'none'"
        )
    if method == ENSEMBLE and config.model.settings.members == 1:
        raise ConfigError(
            "uncertainty.method: 'ensemble' is the spread of several networks, and model.members "
            "is 1; expected 2 or more, such as 4"
        )


def check_enough(config: FitConfig, validation: Dataset) -> None:
    """Refuse a validation set that is too small to calibrate on, if an ensemble is asked for.

    Raises
    ------
    PotlearnError
        Too few configurations, or one without the key of the blocks.
    """
    import numpy as np

    from potlearn.uncertainty import LEAST_BLOCKS, fingerprints

    given = _blocks(config, validation)
    if config.uncertainty.method != ENSEMBLE:
        return
    n = len(np.unique(fingerprints(validation) if given is None else given))
    if n < LEAST_BLOCKS:
        raise UncertaintyError(
            f"uncertainty.method: 'ensemble' is calibrated on the validation set, which has {n} "
            f"independent configurations; expected {LEAST_BLOCKS} or more: give a larger one "
            "(data.validation), or take method: none"
        )


def with_ensemble_errors(
    config: FitConfig,
    potential: NeuralPotential,
    sets: Mapping[str, Dataset],
    before: LinearPotential | NeuralPotential,
    report: Report | None,
) -> tuple[NeuralPotential, list[str]]:
    """The potential with expected errors, and notes; without them where they cannot be had.

    The training is not lost for a lack of labels: a note says what was in the way.
    """
    from potlearn.runtime import Runtime
    from potlearn.uncertainty import calibrated_ensemble

    section, validation = config.uncertainty, sets["validation"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", PotlearnWarning)
        try:
            found = calibrated_ensemble(
                potential,
                validation,
                train=sets["train"],
                before=before,
                grade=None if section.grade == "none" else section.grade,
                blocks=_blocks(config, validation),
                runtime=Runtime(progress=report),
            )
        except UncertaintyError as error:
            return potential, [f"no expected errors can be made on the validation set: {error}"]
    return found, [str(item.message) for item in heard]


def _blocks(config: FitConfig, dataset: Dataset) -> list[str] | None:
    from potlearn.data import info_groups

    key = config.uncertainty.block
    return None if key is None else info_groups(dataset, key)
