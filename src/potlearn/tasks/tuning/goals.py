"""Objectives that the data can judge, and what a user should know of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from potlearn.errors import ConfigError
from potlearn.runtime import check_installed
from potlearn.tasks.settings.tune import TuneConfig
from potlearn.tune.objectives import FOLDS, QUANTITIES, is_own, quantity_of

if TYPE_CHECKING:
    from potlearn.data import Dataset

WEIGHTS = "fit.weights"


def judgeable(config: TuneConfig, train: Dataset, validation: Dataset) -> tuple[TuneConfig, str]:
    """The configuration, with objectives that the labels can judge where it names none; a note.

    Raises
    ------
    ConfigError
        An objective or a constraint of a quantity of which no configuration has a label.
    """
    labelled, held_in = _labelled(validation), _labelled(train)
    if "objectives" not in config.model_fields_set and "forces" not in labelled:
        first = next((f"{quantity}_mae" for quantity in QUANTITIES if quantity in labelled), None)
        if first is not None:
            update = {"objectives": (first, *config.objectives[1:])}
            note = f"no validation configuration has forces: {first} is the objective instead"
            return config.model_copy(update=update), note
    for name in (*config.objectives, *config.constraints):
        quantity = quantity_of(name)
        folds = name.startswith(FOLDS)
        if quantity is not None and quantity not in (held_in if folds else labelled):
            where, dataset = ("training", train) if folds else ("validation", validation)
            raise ConfigError(
                f"{name} needs {quantity}, which no configuration of the {where} set has (keys "
                f"{', '.join(dataset.names_of(quantity))}); expected an error of "
                f"{' or '.join(sorted(labelled)) or 'a labelled quantity'}"
            )
    return config, ""


def check_networks(config: TuneConfig) -> None:
    """Refuse what cannot be had of trials with networks, before any work.

    Raises
    ------
    MissingExtraError
        JAX or optax is not installed.
    ConfigError
        Errors of folds.
    """
    what = "model: {kind: neural}"
    check_installed("jax", "optax", extra="neural", what=what, instead="take kind: linear")
    for name in (*config.objectives, *config.constraints):
        if name.startswith(FOLDS):
            raise ConfigError(
                f"{name}: folds have errors of linear fits alone; expected one on the validation "
                f"set, such as {name.removeprefix(FOLDS).replace('virial', 'stress')}, or kind: "
                "linear"
            )


def unguarded(config: TuneConfig) -> Iterator[str]:
    """Quantities that a search of the weights may spoil, since no objective looks at them."""
    searched = [key for key in config.space or {} if key.startswith(WEIGHTS)]
    names = (*config.objectives, *config.constraints)
    if not searched or any(is_own(name) for name in names):
        return
    guarded = {quantity_of(name) for name in names}
    for quantity in QUANTITIES:
        own = any(key.endswith(f".{quantity}") for key in searched)
        if quantity not in guarded and (own or quantity != "stress"):
            yield (
                f"weights are searched ({', '.join(searched)}), but no objective or constraint "
                f"looks at {quantity}: nothing keeps its errors small; add {quantity}_mae to the "
                "objectives, or a limit of it to the constraints"
            )


def _labelled(dataset: Dataset) -> set[str]:
    """Quantities of which a configuration has labels."""
    from potlearn.fit.rows.file import row_counts

    counts = row_counts(dataset).sum(axis=0).tolist()
    return {quantity for quantity, n in zip(QUANTITIES, counts, strict=True) if n}
