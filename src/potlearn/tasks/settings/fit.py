"""The whole configuration of a fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from potlearn.tasks.settings.data import DataConfig
from potlearn.tasks.settings.descriptor import DescriptorConfig
from potlearn.tasks.settings.networks import AnyModel, LinearModelConfig
from potlearn.tasks.settings.reference import ReferenceConfig
from potlearn.tasks.settings.section import FilePath, Section
from potlearn.tasks.settings.solver import SolverConfig
from potlearn.tasks.settings.uncertainty import UncertaintyConfig


class OutputConfig(Section):
    """Output folder and its files."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("potential")
    """Folder of all results; made if absent."""
    report: bool = True
    """Whether to write report.html and the figures."""
    check_labels: bool = True
    """Whether the report lists suspicious labels."""


class FitConfig(Section):
    """Everything that a fit needs: data, descriptor, reference, solver, model and output."""

    data: DataConfig
    """Labelled configurations."""
    descriptor: DescriptorConfig
    """Descriptor of the neighbours of an atom."""
    reference: ReferenceConfig = ReferenceConfig()
    """Pair potential under the fit."""
    fit: SolverConfig = SolverConfig()
    """Weights and solver."""
    model: AnyModel = LinearModelConfig()
    """What makes energies of the descriptors: the linear fit, or networks beside it."""
    uncertainty: UncertaintyConfig = UncertaintyConfig()
    """Expected errors, saved with the potential."""
    output: OutputConfig = OutputConfig()
    """Folder and files."""
