"""Features of configurations and of atoms from any descriptor: rows that selectors choose from."""

from potlearn.features.kinds import KINDS, make_kinds
from potlearn.features.matrix import (
    Environments,
    configuration_features,
    environment_features,
    feature_names,
)
from potlearn.features.scaling import SCALINGS, scaled

__all__ = [
    "KINDS",
    "SCALINGS",
    "Environments",
    "configuration_features",
    "environment_features",
    "feature_names",
    "make_kinds",
    "scaled",
]
