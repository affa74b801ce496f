"""Options that say how labels are read; the same for every command that reads configurations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from potlearn.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from potlearn.typing import Settings

Keys: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="QUANTITY=NAME",
        help="Name of a label in the files, such as energy=dft_energy; without a name: not read.",
    ),
]
Nan: TypeAlias = Annotated[
    str | None,
    typer.Option("--nan", metavar="missing|error", help="What NaN in a label means [error]."),
]
Units: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--unit", metavar="QUANTITY=UNIT", help="Unit of a label, such as stress=kbar."),
]
Where: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help="Keep the configurations whose info has this value, such as charge=0.",
    ),
]
Types: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="ELEMENT", help="Element of type 0, 1, ... in MTP's files."),
]
OPTIONS = ("key", "nan", "unit", "where", "types")
"""Names of the arguments of a command that has these options."""


def refuse_labels(configuration: Path, labels: Settings) -> None:
    """Options of labels are for data; a configuration has a section for them."""
    if labels:
        raise typer.BadParameter(
            f"{configuration} is a configuration: set {', '.join(labels)} in its section data"
        )


def label_settings(given: Mapping[str, Any]) -> Settings:
    """Keys of :class:`~potlearn.tasks.settings.LabelsConfig` from the options that were given.

    Raises
    ------
    ConfigError
        An option without ``=``.
    """
    from potlearn.tasks.settings.yaml_text import parse_yaml

    settings: Settings = {}
    keys = _several(_pairs("--key", given.get("key") or ()))
    if keys:
        settings["keys"] = {name: [v for v in values if v] for name, values in keys.items()}
    if units := dict(_pairs("--unit", given.get("unit") or ())):
        settings["units"] = units
    if where := _several(_pairs("--where", given.get("where") or ())):
        settings["where"] = {
            key: [v for text in texts for v in _listed(parse_yaml(text, f"--where {key}"))]
            for key, texts in where.items()
        }
    for name in ("nan", "types"):
        if given.get(name):
            settings[name] = given[name]
    return settings


def _pairs(option: str, items: Iterable[str]) -> Iterator[tuple[str, str]]:
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"{option} {item}: expected NAME=VALUE")
        yield name.strip(), value.strip()


def _listed(value: Any) -> list[Any]:
    """The values of a list, such as ``[1, 2]``, or the one value."""
    return value if isinstance(value, list) else [value]


def _several(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
