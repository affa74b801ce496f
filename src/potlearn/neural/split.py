"""Which configurations of a training set validate the networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.data import held_out
from potlearn.errors import DataError, FitError
from potlearn.neural.settings import NeuralSettings
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset


def validated_on(dataset: Dataset, settings: NeuralSettings) -> tuple[Indices, str]:
    """Indices of the configurations that are held out, and a note; copies stay together.

    Every group has its share; where all groups are too small for one, configurations are drawn
    from all of them.

    Raises
    ------
    FitError
        There are too few configurations.
    """
    part, seed, way = settings.validation, settings.seed, "stratified by group"
    try:
        found = held_out(dataset, "stratified", part, seed)
        if not len(found):
            found, way = held_out(dataset, "random", part, seed), "drawn from all groups"
    except DataError as error:
        raise FitError(
            f"networks need a validation set, and {part:.0%} of {len(dataset)} configurations "
            f"cannot be held out for one ({error}); give one (data.validation), hold out more "
            "(validation), or add configurations"
        ) from error
    note = (
        f"{len(found)} of {len(dataset)} configurations of the training set, {way}, are held out "
        "to validate the networks"
    )
    return found, note
