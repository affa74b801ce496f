"""Settings of the tasks: keys with their types, units, defaults and texts; mistakes in words."""

from potlearn.tasks.settings.data import (
    DataConfig,
    KeysConfig,
    LabelsConfig,
    SplitConfig,
    UnitsConfig,
)
from potlearn.tasks.settings.descriptor import DescriptorConfig, FamilyConfig
from potlearn.tasks.settings.fit import FitConfig, OutputConfig
from potlearn.tasks.settings.model import (
    DescriptorsConfig,
    EvaluateConfig,
    ExportConfig,
    ImportConfig,
    InspectConfig,
    LammpsConfig,
)
from potlearn.tasks.settings.reference import PairPotentialConfig, ReferenceConfig
from potlearn.tasks.settings.section import Section
from potlearn.tasks.settings.solver import GroupWeights, SolverConfig, WeightsConfig

__all__ = [
    "DataConfig",
    "DescriptorConfig",
    "DescriptorsConfig",
    "EvaluateConfig",
    "ExportConfig",
    "FamilyConfig",
    "FitConfig",
    "GroupWeights",
    "ImportConfig",
    "InspectConfig",
    "KeysConfig",
    "LabelsConfig",
    "LammpsConfig",
    "OutputConfig",
    "PairPotentialConfig",
    "ReferenceConfig",
    "Section",
    "SolverConfig",
    "SplitConfig",
    "UnitsConfig",
    "WeightsConfig",
]
