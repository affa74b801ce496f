"""Settings of a first configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from potlearn.tasks.settings.data import KeysConfig
from potlearn.tasks.settings.section import FilePath, Names, Paths, Section


class InitConfig(Section):
    """A first configuration of a fit, made from the data."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files of labelled configurations; one or several, they are split into training and
    test set."""
    output: Annotated[FilePath, Field(validate_default=True)] = Path("fit.yaml")
    """Configuration to write."""
    folder: str = "potential"
    """Output folder that it names, relative to where it lies."""
    keys: KeysConfig = KeysConfig()
    """Names of the labels."""
    types: Names | None = None
    """Elements of the types 0, 1, ... in files that hold types instead of elements (MTP)."""
    force: bool = False
    """Whether to overwrite a file that is there with another content."""
