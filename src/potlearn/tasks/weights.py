"""Weights of a fit from its settings and its files, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from potlearn.errors import DataError
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.tasks.settings import WeightsConfig
from potlearn.tasks.settings.solver import is_error
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset


def make_weights(config: WeightsConfig) -> Weights:
    """Weights of the section; what is absent keeps the default."""
    general = config.model_dump(exclude={"groups", "key"}, exclude_none=True)
    groups = {name: group.model_dump(exclude_none=True) for name, group in config.groups.items()}
    return Weights(**general, groups=groups)


def filled_weights(config: WeightsConfig, weights: Weights) -> WeightsConfig:
    """The section with the general weights that a fit took."""
    general = {quantity: getattr(weights, quantity) for quantity in QUANTITIES}
    return config.model_copy(update=general)


def weight_keys(config: WeightsConfig) -> dict[str, str]:
    """Info key of the further weight of each quantity that has one."""
    if config.key is None or isinstance(config.key, str):
        return dict.fromkeys(QUANTITIES, config.key) if config.key else {}
    return {quantity: key for quantity, key in config.key if key is not None}


def configuration_weights(config: WeightsConfig, dataset: Dataset) -> Array | None:
    """Further weights of energy, forces and stress from the files, (n, 3); None without keys.

    Isolated atoms may lack the key; their weight is 1 then.

    Raises
    ------
    DataError
        A configuration without the key, a negative weight, an expected error of zero.
    """
    from potlearn.data import info_numbers

    keys = weight_keys(config)
    if not keys:
        return None
    columns = {key: _weights(info_numbers(dataset, key), key, dataset) for key in {*keys.values()}}
    ones = np.ones(len(dataset))
    return np.stack([columns[keys[q]] if q in keys else ones for q in QUANTITIES], axis=1)


def _weights(values: Array, key: str, dataset: Dataset) -> Array:
    """Weights of finite values; NaN: no value, which isolated atoms alone may lack."""
    absent = np.isnan(values) & ~dataset.isolated_mask()
    if absent.any():
        first = dataset.source(int(np.argmax(absent)))
        raise DataError(
            f"{first}: no number under the key {key!r}, which fit.weights.key names; "
            f"{int(absent.sum())} of {len(dataset)} configurations lack it"
        )
    error = is_error(key)
    bad = values <= 0 if error else values < 0
    if bad.any():
        i = int(np.argmax(bad))
        expected = "an error above 0" if error else "a weight of at least 0"
        raise DataError(f"{dataset.source(i)}: {key} is {values[i]:g}; expected {expected}")
    known = np.where(np.isnan(values), 1.0, values)
    return np.asarray(1.0 / known**2 if error else known)


def weights_note(config: WeightsConfig, given: ArrayLike | None) -> list[str]:
    """Range of the weights that come from the files."""
    if given is None:
        return []
    weights = np.asarray(given, float)
    parts = (
        f"{quantity} from {key} ({column.min():.4g} to {column.max():.4g})"
        for quantity, key in weight_keys(config).items()
        for column in [weights[:, QUANTITIES.index(quantity)]]
    )
    return [f"further weights of configurations: {', '.join(parts)}"]
