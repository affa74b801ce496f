"""Weights of a fit from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.tasks.settings import WeightsConfig

if TYPE_CHECKING:
    from potlearn.fit import Weights


def make_weights(config: WeightsConfig) -> Weights:
    """Weights of the section; what is absent keeps the default."""
    from potlearn.fit import Weights

    general = config.model_dump(exclude={"groups"}, exclude_none=True)
    groups = {name: group.model_dump(exclude_none=True) for name, group in config.groups.items()}
    return Weights(**general, groups=groups)
