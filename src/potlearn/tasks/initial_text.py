"""The text of a first configuration: what the data say, and alternatives as comments."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.data.formats.urls import database_url, kept_address
from potlearn.errors import ConfigError
from potlearn.structure.bonds import Bonds, covalent_length, sight
from potlearn.tasks.settings.initial import InitConfig
from potlearn.tasks.settings.yaml_text import parse_yaml

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.tasks.automatic_text import Searched

LEAST, MOST, STEP = 5.0, 10.0, 0.5
"""Bounds and steps of a cutoff, Å."""
TEST = 0.1
"""Part of the configurations in the test set."""
_PLAIN = re.compile(r"[\w./][\w./ +=-]*(?<! )", re.ASCII)


def initial_text(config: InitConfig, dataset: Dataset, searched: Searched | None = None) -> str:
    """YAML text of the configuration of a fit to the dataset: what was found, or the defaults."""
    parts = [
        _header(config, dataset, searched),
        _data(config, dataset),
        _descriptor(dataset, searched),
        _fit(dataset, searched),
        _model(),
        _output(config),
    ]
    return "\n".join("\n".join(lines) + "\n" for lines in parts)


def nearest_neighbors(dataset: Dataset) -> float:
    """Distance to the nearest neighbour, Å, of the element for which it is the longest."""
    lengths = Bonds.of(dataset, dataset.species, sight(dataset.species)).lengths
    own = {
        a: [length for pair, length in lengths.items() if a in pair] or [covalent_length(a, a)]
        for a in dataset.species
    }
    return max(min(lengths) for lengths in own.values())


def _header(config: InitConfig, dataset: Dataset, searched: Searched | None) -> list[str]:
    n, report = len(dataset), dataset.label_report()
    labels = ", ".join(f"{name} of {n - report.missing[name]}" for name in report.missing)
    n_atoms = int(dataset.n_atoms.sum())
    return [
        f"# {_configurations(n)}, {n_atoms} atoms: {', '.join(dataset.species)}.",
        f"# Labels: {labels}.",
        f"# Fit them with: potlearn fit {word(config.output.name)}",
        "# Lines with # are alternatives, or say what is taken without them.",
        "# Every key: potlearn fit --schema",
        *([] if searched is None else comments(searched.header)),
    ]


def _data(config: InitConfig, dataset: Dataset) -> list[str]:
    """The section of the data."""
    paths = [word(_place(path, config.output)) for path in config.files]
    named = paths[0] if len(paths) == 1 else f"[{', '.join(paths)}]"
    kind = _split(dataset)
    if kind is None:
        lines = [f"  train: {named}    # too few configurations for a test set"]
    else:
        lines = [
            f"  file: {named}",
            f"  split: {{test: {TEST}, seed: 0, kind: {kind}}}    "
            "# random, stratified (a part of every group), grouped (whole groups)",
            "  # Separate files in place of file and split:",
            "  # train: train.extxyz",
            "  # test: test.extxyz",
        ]
    if config.types:
        lines.append(f"  types: [{', '.join(config.types)}]")
    lines += _reading(config)
    return ["data:", *lines, *_keys(config, dataset)]


def _reading(config: InitConfig) -> list[str]:
    """How labels are read, where it was given."""
    lines = [] if config.nan == "error" else [f"  nan: {config.nan}"]
    units = {name: word(unit) for name, unit in config.units if unit is not None}
    where = {
        word(key): json.dumps(value, ensure_ascii=False) for key, value in config.where.items()
    }
    for name, values in (("units", units), ("where", where)):
        if values:
            lines.append(f"  {name}: {_mapping(values)}")
    return lines


def _place(path: Path, output: Path) -> str:
    """Path from where the configuration lies, absolute if given so; or URL without password."""
    if database_url(path) is not None:
        return kept_address(path)
    return str(path) if path.is_absolute() else os.path.relpath(path, output.absolute().parent)


def _split(dataset: Dataset) -> str | None:
    """Kind of the split; None if it would leave the test set empty."""
    from potlearn.data import held_out
    from potlearn.errors import DataError

    kinds = ["stratified"] if len({*dataset.groups}) > 1 else []
    for kind in [*kinds, "random"]:
        try:
            if len(held_out(dataset, kind, TEST)):
                return kind
        except DataError:  # too few
            continue
    return None


def _keys(config: InitConfig, dataset: Dataset) -> list[str]:
    """Names of the labels: those that were given, or as a comment those that were found."""
    given = {name: list(value) for name, value in config.keys if value is not None}
    if given:
        return [f"  keys: {_mapping({name: _list(names) for name, names in given.items()})}"]
    found = dataset.label_report().found
    first = {name: next(iter(found[name])) for name in found if found[name]}
    if first.get("stress") in dataset.keys.virial:
        first["virial"] = first.pop("stress")
    shown = {name: word(key) for name, key in first.items()}
    shown = shown or {"energy": "my_energy", "forces": "my_forces"}
    return ["  # Names of the labels:", f"  # keys: {_mapping(shown)}"]


def _descriptor(dataset: Dataset, searched: Searched | None) -> list[str]:
    """The section of the descriptor."""
    species = f"  species: [{', '.join(map(word, dataset.species))}]"
    length = nearest_neighbors(dataset)
    cutoff = cutoff_of(dataset)
    known = f"Å; nearest neighbours are {length:.2f} Å apart"
    if searched is not None and searched.found is not None:
        cutoff, size = searched.found.descriptor.cutoff, searched.size
        known = f"Å; {searched.why_cutoff}"
    else:
        size = _size(dataset, cutoff)
    reach = f"  cutoff: {cutoff:g}"
    lines = [
        "descriptor:",
        "  family: ace",
        f"{species}    # the order of the elements in LAMMPS files",
        f"{reach}    # {known}",
        *size,
        "# LAMMPS's POD in place of ACE:",
        "# descriptor:",
        "#   family: pod",
    ]
    return [*lines, f"# {species}", f"# {reach}"]


def cutoff_of(dataset: Dataset) -> float:
    """The usual cutoff, Å: twice the distance of nearest neighbours, within bounds."""
    return min(max(LEAST, ceil(2 * nearest_neighbors(dataset) / STEP) * STEP), MOST)


def _size(dataset: Dataset, cutoff: float) -> list[str]:
    """Order and degrees that a fit would take."""
    from potlearn.tasks.descriptor import make_descriptor
    from potlearn.tasks.settings.descriptor import family_section

    settings = {"family": "ace", "species": list(dataset.species), "cutoff": cutoff}
    ace = make_descriptor(family_section("ace").of(settings), dataset)
    values = ace.to_dict()
    degrees = ", ".join(f"{degree:g}" for degree in values["degree"])
    return [
        "  # The size follows from the data; smaller is faster:",
        f"  # order: {values['order']}",
        f"  # degree: [{degrees}]    # {ace.n_features} functions",
    ]


def _fit(dataset: Dataset, searched: Searched | None) -> list[str]:
    """The section of weights and solver."""
    from potlearn.fit import Weights

    found = None if searched is None else searched.found
    weights = Weights() if found is None else found.weights
    general = {name: f"{getattr(weights, name):g}" for name in ("energy", "forces", "stress")}
    lines = [
        "fit:",
        "  # solver: ridge    # qr, svd, ridge, gcv, evidence, cv",
        "  # ridge: 1e-8      # of the solver ridge",
        "  weights:",
        *([] if searched is None else searched.why_weights),
        *(f"    {name}: {value}" for name, value in general.items()),
        "    # Other weights for the groups of the data:",
        "    # groups:",
    ]
    for group, members in dataset.by_group().items():
        count = _configurations(len(members))
        lines.append(f"    #   {word(group)}: {_mapping(general)}    # {count}")
    return lines


def _model() -> list[str]:
    """The section of networks, as a comment."""
    return [
        "# Networks beside the linear fit (pip install 'potlearn[neural]'):",
        "# model: {kind: neural, hidden: [32, 32], members: 4}",
    ]


def _output(config: InitConfig) -> list[str]:
    return [
        "output:",
        f"  folder: {word(config.folder)}",
        "  # report: false    # no report.html and no figures",
    ]


def _configurations(n: int) -> str:
    return f"{n} configuration{'s' * (n > 1)}"


def word(text: str) -> str:
    """A text as it stands in YAML, in quotes where it needs them."""
    plain = _PLAIN.fullmatch(text) is not None
    try:
        plain = plain and parse_yaml(text, "") == text
    except ConfigError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


def comments(lines: Iterable[str], indent: str = "") -> list[str]:
    """Lines as comments."""
    return [f"{indent}# {line}".rstrip() for line in lines]


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(word, names))}]"


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"
