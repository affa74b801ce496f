"""Settings of a first configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.section import FilePath, Paths


class InitConfig(LabelsConfig):
    """A first configuration of a fit, made from the data."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files of labelled configurations, split into training and test set."""
    output: Annotated[FilePath, Field(validate_default=True)] = Path("fit.yaml")
    """Configuration to write."""
    folder: str = "potential"
    """Output folder of the fit, relative to the folder of the configuration."""
    force: bool = False
    """Whether to overwrite an existing file with other content."""


class FindConfig(InitConfig):
    """A configuration of a fit that is found by held-out errors of the data."""

    given: dict[str, Any] = Field(default_factory=dict)
    """Settings of the fit that are given and not searched, in sections as in its configuration."""
