"""Settings of the tasks on saved models and on data: evaluate, inspect, export and others."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from potlearn.lammps.formats import written_formats
from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.section import FilePath, Names, Paths, Section
from potlearn.tasks.settings.tables import NameIn

Files = Annotated[Paths, Field(min_length=1)]


class EvaluateConfig(LabelsConfig):
    """Errors of a saved model on labelled configurations."""

    model: Files
    """Saved model (.potl), X.yace, or the two POD files."""
    data: Files
    """File or files of labelled configurations, anything that ASE reads."""
    output: FilePath | None = None
    """Folder for metrics, predictions, report and figures; nothing is written without it."""
    report: bool = True
    """Whether to write report.html and the figures."""


class InspectConfig(LabelsConfig):
    """Contents of files of configurations, and what is wrong with them."""

    files: Files
    """File or files, anything that ASE reads."""
    labels: bool | None = None
    """Whether to look for wrong labels by a small fit; if absent, up to 50000 atoms."""


def export_formats() -> tuple[str, ...]:
    """Names of the formats: those of many-body potentials, and tables of pair potentials."""
    return (*written_formats(), "table")


class ExportConfig(Section):
    """A saved model in the format of another program."""

    model: Files
    """Saved model (.potl), X.yace, or the two POD files."""
    output: FilePath | None = None
    """Prefix of the files: OUTPUT_param.pod, OUTPUT.yace, OUTPUT.potl-lammps, OUTPUT.table; if
    absent, the species, in the current folder."""
    to: Annotated[str, NameIn(export_formats)]
    """lammps: one file of everything for potlearn's pair style in LAMMPS; pod, yace: files of
    LAMMPS's pair_style pod or pace; table: the pair potentials of the model for pair_style
    table."""


class LammpsConfig(Section):
    """The pair style for a LAMMPS, built where that is."""

    lammps: FilePath | None = None
    """Folder in which LAMMPS is installed or was built, or its program; if absent, the LAMMPS of
    this environment, else lmp on the path."""
    output: FilePath | None = None
    """Folder for the pair style; if absent, one of this environment."""


class ImportConfig(Section):
    """A saved model from the files of another program."""

    files: Files
    """X.yace, or PREFIX_param.pod and PREFIX_coeff.pod."""
    output: FilePath
    """Saved model (.potl) to write."""


class DescriptorsConfig(Section):
    """Descriptors of atoms and features of configurations."""

    files: Files
    """File or files of configurations, anything that ASE reads; labels are not needed."""
    output: FilePath
    """Arrays to write (.npz)."""
    descriptor: dict[str, Any] = Field(default_factory=dict)
    """Keys of the section `descriptor` of a fit, any of them absent; by default ACE of some 100
    functions."""
    features: Names = ("mean",)
    """Features of a configuration; of several, the columns are joined."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Processes."""
