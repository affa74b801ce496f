r"""FitSNAP's JSON files, one or several configurations each; the folder names the group.

.. code-block:: text

    # a first line may be a comment
    {"Dataset": {"Data": [{"Positions": ..., "Lattice": ..., "AtomTypes": ..., "NumAtoms": ...,
                           "Energy": ..., "Forces": ..., "Stress": ...}],
                 "EnergyStyle": "electronvolt", "StressStyle": "bar", "LatticeStyle": "angstrom",
                 "PositionsStyle": "angstrom", "ForcesStyle": "electronvoltperangstrom"}}

Positions are Cartesian, rows of the lattice are cell vectors, ``Stress`` is positive under
compression as LAMMPS's pressure (checked on FitSNAP's tantalum example: energies of strained cells
follow it with slope 1.000 in bar).  A style states a unit; what it does not state is eV, Å and
eV/Å.  A stress without ``StressStyle`` is not used: FitSNAP takes it in bar, and files hold kbar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.data.formats.base import Format, Item, Opened, Partial
from potlearn.data.formats.values import atomic_numbers, real_array, shown, small_text
from potlearn.data.frames import Frame
from potlearn.data.labels.unit_names import METAL, factor
from potlearn.errors import DataError
from potlearn.typing import Settings

KINDS = {
    "Positions": "length",
    "Lattice": "length",
    "Energy": "energy",
    "Forces": "forces",
    "Stress": "stress",
}
"""What each quantity is measured as."""
NO_UNIT = (
    "used without the stress: its unit is unknown; add a StressStyle (bar or kB) to the Dataset"
)
_START = re.compile(rb"(\xef\xbb\xbf)?(\s*#[^\n]*\n)*\s*\{\s*\"Dataset\"\s*:")


def _claims(path: Path, head: bytes) -> bool:
    return _START.match(head) is not None


def _items(opened: Opened) -> Iterator[Item]:
    dataset = _dataset(opened)
    data = dataset.get("Data")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise DataError(f"{opened.name}: Dataset: Data is {shown(data)}; expected a list")
    shared = {key: value for key, value in dataset.items() if key != "Data"}
    group = Path(opened.name).absolute().parent.name
    for number, entry in enumerate(data):
        yield _item(shared | entry, group, f"{opened.name}:{number}")


def _dataset(opened: Opened) -> dict[str, Any]:
    """The value of the key Dataset."""
    text = small_text(opened.path)
    while text.lstrip().startswith("#"):
        text = text.lstrip().partition("\n")[2]
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise DataError(f"{opened.name}: not valid JSON: nested too deeply") from error
    except ValueError as error:
        raise DataError(f"{opened.name}: not valid JSON: {str(error)[:100]}") from error
    dataset = value.get("Dataset") if isinstance(value, dict) else None
    if not isinstance(dataset, dict):
        raise DataError(f"{opened.name}: Dataset is {shown(dataset)}; expected keys and values")
    return dataset


def _item(entry: Mapping[str, Any], group: str, source: str) -> Item:
    """One configuration."""
    symbols = entry.get("AtomTypes")
    if not isinstance(symbols, list) or not symbols:
        raise DataError(f"{source}: AtomTypes is {shown(symbols)}; expected chemical symbols")
    n = len(symbols)
    if entry.get("NumAtoms", n) != n:
        raise DataError(f"{source}: NumAtoms is {shown(entry['NumAtoms'])}, AtomTypes has {n}")
    results: Settings = {}
    for quantity, shape in (("Energy", ()), ("Forces", (n, 3))):
        if entry.get(quantity) is not None:
            results[quantity.lower()] = _quantity(entry, quantity, shape, source)
    stated = entry.get("StressStyle") is not None
    if stated and entry.get("Stress") is not None:
        results["stress"] = -_quantity(entry, "Stress", (3, 3), source)
    info, arrays = _others(entry, n)
    frame = Frame(
        numbers=atomic_numbers(symbols, source),
        positions=_quantity(entry, "Positions", (n, 3), source),
        cell=_quantity(entry, "Lattice", (3, 3), source),
        pbc=np.ones(3, bool),
        info={"config_type": str(entry.get("Group", group))} | info,
        arrays=arrays,
        results=results,
    )
    return frame if stated or entry.get("Stress") is None else Partial(frame, NO_UNIT)


def _quantity(entry: Mapping[str, Any], name: str, shape: tuple[int, ...], source: str) -> Any:
    """A quantity in eV, Å, eV/Å or eV/Å³."""
    values = real_array(entry.get(name), shape, name, source)
    return values * _unit(name, entry.get(f"{name}Style", "metal"), source)


def _unit(name: str, style: Any, source: str) -> float:
    """One unit of a style, such as ``hartreeperbohr``, in eV, Å, eV/Å or eV/Å³."""
    what = f"{source}: {name}Style"
    if not isinstance(style, str):
        raise DataError(f"{what} is {shown(style)}; expected the name of a unit")
    kind = KINDS[name]
    unit = METAL[kind] if style.lower() == "metal" else re.sub("(?i)per", "/", style)
    return factor(kind, unit, what)


def _others(entry: Mapping[str, Any], n: int) -> tuple[Settings, Settings]:
    """Further values of the configuration, and of its atoms."""
    used = {*KINDS, "AtomTypes", "NumAtoms", "Group", "config_type"}
    rest = {k: v for k, v in entry.items() if k not in used and not k.endswith("Style")}
    info = {k: v for k, v in rest.items() if isinstance(v, str | int | float)}
    arrays = {}
    for key, value in rest.items():
        if isinstance(value, list) and len(value) == n and all(_is_number(v) for v in value):
            arrays[key] = real_array(value, (n,), key, "")
    return info, arrays


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e300


FITSNAP = Format(_claims, _items)
