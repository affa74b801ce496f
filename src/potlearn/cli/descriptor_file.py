"""A descriptor from a file, options or nothing at all: what is absent follows from the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from potlearn.cli.config_file import read_raw, set_value
from potlearn.errors import ConfigError
from potlearn.tasks.descriptor import completed
from potlearn.tasks.settings import FamilyConfig


def descriptor_settings(
    path: Path | None = None, family: str | None = None, overrides: Iterable[str] = ()
) -> dict[str, Any]:
    """Keys of a descriptor's section.

    Parameters
    ----------
    path : path, optional
        YAML file with the keys of the section ``descriptor`` of a fit, or with that section.
    family : str, optional
        Name in :data:`~potlearn.descriptors.FAMILIES`; it wins over the file.
    overrides : iterable of str
        ``key=value`` each, the value in YAML; they win over the file.

    Raises
    ------
    ConfigError
        The file or an override cannot be read.
    """
    raw = {} if path is None else read_raw(path)
    section = raw.get("descriptor", raw)
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: descriptor: expected a section (keys and values)")
    for item in overrides:
        set_value(section, item)
    return section if family is None else section | {"family": family}


def load_descriptor(
    species: Sequence[str],
    path: Path | None = None,
    family: str | None = None,
    overrides: Iterable[str] = (),
) -> FamilyConfig:
    """Section of a descriptor for the elements of the data; see :func:`descriptor_settings`."""
    settings = descriptor_settings(path, family, overrides)
    return completed(settings, species, source_of(path))


def source_of(path: Path | None) -> str:
    """Where a descriptor's settings come from, in messages."""
    return "descriptor options" if path is None else str(path)
