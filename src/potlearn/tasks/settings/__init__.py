"""The schema of a fit configuration: what may stand in ``fit.yaml``, with units and defaults."""

from potlearn.tasks.settings.data import DataConfig, KeysConfig, SplitConfig
from potlearn.tasks.settings.descriptor import DescriptorConfig, FamilyConfig
from potlearn.tasks.settings.fit import FitConfig, OutputConfig
from potlearn.tasks.settings.reference import PairPotentialConfig, ReferenceConfig
from potlearn.tasks.settings.section import Section
from potlearn.tasks.settings.solver import GroupWeights, SolverConfig, WeightsConfig

__all__ = [
    "DataConfig",
    "DescriptorConfig",
    "FamilyConfig",
    "FitConfig",
    "GroupWeights",
    "KeysConfig",
    "OutputConfig",
    "PairPotentialConfig",
    "ReferenceConfig",
    "Section",
    "SolverConfig",
    "SplitConfig",
    "WeightsConfig",
]
