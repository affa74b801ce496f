"""Weights of a fit from its settings, and back."""

from __future__ import annotations

from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.tasks.settings import WeightsConfig


def make_weights(config: WeightsConfig) -> Weights:
    """Weights of the section; what is absent keeps the default."""
    general = config.model_dump(exclude={"groups"}, exclude_none=True)
    groups = {name: group.model_dump(exclude_none=True) for name, group in config.groups.items()}
    return Weights(**general, groups=groups)


def filled_weights(config: WeightsConfig, weights: Weights) -> WeightsConfig:
    """The section with the general weights that a fit took."""
    general = {quantity: getattr(weights, quantity) for quantity in QUANTITIES}
    return config.model_copy(update=general)
