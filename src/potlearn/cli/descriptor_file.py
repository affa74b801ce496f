"""A descriptor from a file, options or nothing at all: what is absent follows from the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from potlearn.cli.config_file import parse_section, read_raw, set_value
from potlearn.errors import ConfigError
from potlearn.tasks.settings import AceConfig, DescriptorConfig, PodConfig, Section

DEGREES = {1: 8.0, 2: 5.0}
"""Degree of the default ACE by number of species; 5 beyond."""
MOST_FUNCTIONS = 200


class DescriptorFile(Section):
    """What may stand in a descriptor file, below a key of its own."""

    descriptor: DescriptorConfig
    """What an atom sees of its neighbours."""


def load_descriptor(
    species: Sequence[str],
    path: Path | None = None,
    family: str | None = None,
    overrides: Iterable[str] = (),
) -> PodConfig | AceConfig:
    """Section of a descriptor.

    Parameters
    ----------
    species : sequence of str
        Elements of the data, where the file names none.
    path : path, optional
        YAML file with the keys of the section ``descriptor`` of a fit, or with that section.
    family : str, optional
        ``"ace"`` or ``"pod"``; by default that of the file, or ``"ace"``.
    overrides : iterable of str
        ``key=value`` each, the value in YAML; they win over the file.

    Raises
    ------
    ConfigError
        The file or an override is no descriptor.
    """
    raw = {} if path is None else read_raw(path)
    section = raw.get("descriptor", raw)
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: descriptor: expected keys and values")
    for item in overrides:
        set_value(section, item)
    if family is not None:
        section["family"] = family
    section.setdefault("family", "ace")
    section.setdefault("species", list(species))
    section.setdefault("cutoff", 5.0)
    if section["family"] == "ace":
        section = _default_rule(len(species)) | section if _has_no_rule(section) else section
    where = "descriptor options" if path is None else str(path)
    return parse_section(DescriptorFile, {"descriptor": section}, where).descriptor


def _has_no_rule(section: dict[str, Any]) -> bool:
    return not {"degree", "nmax", "lmax", "order", "max_functions"} & set(section)


def _default_rule(n_species: int) -> dict[str, Any]:
    """Some 100 functions: enough to tell configurations apart, quick to compute."""
    order, degree = (3 if n_species < 3 else 2), DEGREES.get(n_species, 5.0)
    return {"order": order, "degree": degree, "max_functions": MOST_FUNCTIONS}
