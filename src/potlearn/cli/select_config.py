"""The settings of a selection from a configuration file and options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from potlearn.cli.config_file import read_raw, set_value
from potlearn.cli.descriptor_file import descriptor_settings
from potlearn.cli.label_options import OPTIONS, label_settings
from potlearn.errors import ConfigError
from potlearn.tasks.settings.select import SelectConfig
from potlearn.tasks.settings.yaml_text import parse_yaml

_CONFIGURATION = (".yaml", ".yml")
# Options that are not keys of the configuration by themselves.
_OWN = {"files", "parameters", "quotas", "overrides", "descriptor", "schema", *OPTIONS}


def select_config(given: Mapping[str, Any]) -> SelectConfig:
    """Settings of options; with a configuration file, options win over it.

    Without one, ``--set`` is for the descriptor.

    Raises
    ------
    ConfigError
        A key is unknown or a value is of a wrong kind.
    """
    files, overrides = list(given.get("files", ())), given.get("overrides", ())
    options = {k: v for k, v in given.items() if k not in _OWN}
    options |= label_settings(given)
    if "parameters" in given:
        options["parameters"] = dict(_pairs("--parameter", given["parameters"]))
    if "quotas" in given:
        options["quotas"] = dict(_pairs("--quota", given["quotas"]))
    if len(files) == 1 and files[0].suffix in _CONFIGURATION:
        return _from_file(files[0], options, overrides)
    options["descriptor"] = descriptor_settings(given.get("descriptor"), None, overrides)
    sized = {"count", "budget", "quotas"} & options.keys()
    if not files or not sized or "output" not in options:
        raise typer.BadParameter(
            "name files, -k (or --budget, or --quota) and --output; or a configuration file"
        )
    return SelectConfig.of({**options, "files": files}, "options", folder="")


def _from_file(path: Path, options: Mapping[str, Any], overrides: Iterable[str]) -> SelectConfig:
    raw = read_raw(path)
    for item in overrides:
        set_value(raw, item)
    absolute = {k: _absolute(v) for k, v in options.items()}
    return SelectConfig.of({**raw, **absolute}, str(path), folder=path.parent)


def _absolute(value: Any) -> Any:
    """Paths of options start from the working directory, not from the file's folder."""
    if isinstance(value, list):
        return [_absolute(item) for item in value]
    return value.absolute() if isinstance(value, Path) else value


def _pairs(option: str, items: Iterable[str]) -> Iterable[tuple[str, Any]]:
    for item in items:
        key, equals, text = item.partition("=")
        if not equals:
            raise ConfigError(f"{option} {item}: expected KEY=VALUE")
        yield key.strip(), parse_yaml(text, f"{option} {key}")
