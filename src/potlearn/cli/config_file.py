"""Configuration files: YAML with the settings of a task, and what the command line overrides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig, Section
from potlearn.tasks.settings.words import show
from potlearn.tasks.settings.yaml_text import parse_yaml
from potlearn.typing import Settings

Kind = TypeVar("Kind", bound=Section)
YAML = (".yaml", ".yml")
_SECTION = re.compile(
    rf"^\s*{{?\s*\"?({'|'.join(FitConfig.model_fields)})\"?\s*:".encode(), re.MULTILINE
)


def load_config(
    path: str | Path, overrides: Iterable[str] = (), output: str | Path | None = None
) -> FitConfig:
    """Configuration of a fit in a YAML file.

    Parameters
    ----------
    path : path
        The file; relative paths in it start from its folder.
    overrides : iterable of str
        ``key.path=value`` each, the value in YAML; they win over the file.
    output : path, optional
        Output folder instead of the file's, from the working directory.

    Raises
    ------
    ConfigError
        The file cannot be read or is not YAML, a key is unknown, or a value is of a wrong kind.
    """
    return load_section(FitConfig, path, overrides, output)


def load_section(
    kind: type[Kind],
    path: str | Path,
    overrides: Iterable[str] = (),
    output: str | Path | None = None,
) -> Kind:
    """Settings of any kind in a YAML file; parameters and errors as of :func:`load_config`."""
    path = Path(path)
    raw = read_raw(path)
    for item in overrides:
        set_value(raw, item)
    if output is not None:
        set_value(raw, "output.folder", str(Path(output).absolute()))
    if kind is FitConfig:
        _check_fit(raw, path)
    return kind.of(raw, source=str(path), folder=path.absolute().parent)


def _check_fit(raw: Settings, path: Path) -> None:
    """Refuse a configuration of a search, which has all keys of a fit and more."""
    other = [key for key in raw if key not in FitConfig.model_fields]
    if not other:
        return
    from potlearn.tasks.settings.tune import TuneConfig

    if set(other) <= set(TuneConfig.model_fields):
        raise ConfigError(
            f"{path}: {', '.join(other)}: keys of a search; expected a configuration of a fit, or "
            f"use potlearn tune {path}"
        )


def read_raw(path: Path) -> Settings:
    """Plain data of a YAML file of keys and values; an empty file has none."""
    if path.suffix.lower() not in YAML and path.is_file() and _is_data(path):
        raise ConfigError(
            f"{path}: holds data; expected a configuration (YAML), such as potlearn init {path} "
            "writes"
        )
    raw = parse_yaml(_read_text(path), str(path))
    raw = {} if raw is None else raw
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected sections (keys and values), got {show(raw)}")
    return raw


def is_configuration(path: Path) -> bool:
    """Whether a file is a configuration of a fit: by its suffix, or since it begins a section.

    What is not, is taken for data.

    Raises
    ------
    DataError
        The file cannot be opened or decompressed.
    """
    from potlearn.data.formats.table import head_of

    if path.suffix.lower() in YAML:
        return True
    if not path.is_file() or _is_data(path):
        return False
    return _SECTION.search(head_of(path)) is not None


def _is_data(path: Path) -> bool:
    """Whether a file is recognised as data."""
    from potlearn.data.formats.table import recognise
    from potlearn.data.reading import is_extxyz

    return recognise(path) is not None or is_extxyz(path)


def set_value(raw: Settings, item: str, value: Any = None) -> None:
    """Set ``key.path=value`` (the value in YAML), or ``value`` at the key path ``item``.

    Raises
    ------
    ConfigError
        There is no ``=``, the value is not YAML, or a key on the path is not a section.
    """
    keys, equals, text = item.partition("=")
    if not equals and value is None:
        raise ConfigError(f"--set {item}: expected key.path=value")
    *parents, last = (key.strip() for key in keys.split("."))
    section: Any = raw
    for key in parents:
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            raise ConfigError(f"--set {item}: {key}: expected a section, got {show(section)}")
    section[last] = parse_yaml(text, f"--set {keys}") if equals else value


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error
