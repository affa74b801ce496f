"""The schema of a fit configuration: what may stand in ``fit.yaml``, with units and defaults."""

from potlearn.cli.config.data import DataConfig, KeysConfig, SplitConfig
from potlearn.cli.config.descriptor import (
    AceConfig,
    DescriptorConfig,
    FamilyConfig,
    PairConfig,
    PodConfig,
    RadialConfig,
)
from potlearn.cli.config.fit import FitConfig, OutputConfig
from potlearn.cli.config.reference import PairPotentialConfig, ReferenceConfig
from potlearn.cli.config.section import Section
from potlearn.cli.config.solver import GroupWeights, SolverConfig, WeightsConfig

__all__ = [
    "AceConfig",
    "DataConfig",
    "DescriptorConfig",
    "FamilyConfig",
    "FitConfig",
    "GroupWeights",
    "KeysConfig",
    "OutputConfig",
    "PairConfig",
    "PairPotentialConfig",
    "PodConfig",
    "RadialConfig",
    "ReferenceConfig",
    "Section",
    "SolverConfig",
    "SplitConfig",
    "WeightsConfig",
]
