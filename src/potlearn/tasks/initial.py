"""A first configuration of a fit: data in, a commented YAML file out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potlearn.errors import ConfigError
from potlearn.runtime import check_output, write_text
from potlearn.tasks.data import read_with_notes
from potlearn.tasks.initial_text import initial_text
from potlearn.tasks.settings.initial import InitConfig


@dataclass(frozen=True)
class InitOutcome:
    """What was written.

    Attributes
    ----------
    path : Path
        The configuration, ready for ``potlearn fit``.
    text : str
        Its text.
    notes : tuple of str
        What was left out of the data.
    summary : tuple of str
        What was chosen by held-out errors and why, or why nothing was searched; empty where nothing
        was asked for, or the file was there already.
    """

    path: Path
    text: str
    notes: tuple[str, ...]
    summary: tuple[str, ...] = ()


def init(settings: InitConfig | Mapping[str, Any]) -> InitOutcome:
    """Write a configuration of a fit with species, cutoff and groups of the data.

    Parameters
    ----------
    settings : InitConfig or mapping
        ``{"files": "data.extxyz", "output": "fit.yaml"}``.

    Raises
    ------
    ConfigError
        An unknown key or a value of a wrong kind; or the file exists with other content.
    DataError
        A file of data cannot be read.
    """
    config = InitConfig.of(settings)
    check_output(config.output)
    dataset, notes = read_with_notes(config.files, config)
    text = initial_text(config, dataset)
    if not config.force and config.output.exists():
        _check_same(config.output, text)
    else:
        write_text(config.output, text)
    return InitOutcome(config.output, text, tuple(notes))


def _check_same(path: Path, text: str) -> None:
    """Refuse to overwrite another content."""
    if not path.is_file() or path.read_bytes() != text.encode():
        raise ConfigError(
            f"{path}: exists and has other content; use it (potlearn fit {path}), "
            "name another --output, or overwrite it with potlearn init --force"
        )
