"""Settings of a descriptor from a file and from options."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from potlearn.cli.config_file import read_raw, set_value
from potlearn.errors import ConfigError
from potlearn.typing import Settings


def descriptor_settings(
    path: Path | None = None, family: str | None = None, overrides: Iterable[str] = ()
) -> Settings:
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


def source_of(path: Path | None) -> str:
    """Where a descriptor's settings come from, in messages."""
    return "descriptor options" if path is None else str(path)
