"""Labels in other units, which a file states or the user gives, are converted to eV and Å.

A file states units by keys such as ``energy_unit=Hartree``, ``forces-units="eV/Ang"``,
``stress_unit=kbar``, ``length_unit=Bohr``, or for all labels by ``units``.  If one label is in
another unit than eV and Å, the units of all labels must be known; else the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from potlearn.data.frames import Frame
from potlearn.data.labels.keys import LabelKeys
from potlearn.data.labels.names import label_name, unit_of
from potlearn.data.labels.unit_names import METAL, factor, is_ours, unit_in
from potlearn.data.labels.values import look_up, numbers, shown
from potlearn.errors import DataError
from potlearn.typing import Settings

# Results of a calculator that share the unit of a label.
_ALONG = {"energy": ("free_energy", "energies"), "stress": ("stresses",)}
_LABELS = ("energy", "forces", "stress", "virial")


def in_our_units(
    frame: Frame, keys: LabelKeys, source: str
) -> tuple[Frame, tuple[tuple[str, str], ...]]:
    """The configuration in eV and Å, without the keys that stated other units; what was converted.

    Raises
    ------
    DataError
        A unit that is not known, two that differ, or one that leaves another label in doubt.
    """
    stating = _statements(frame)
    _check_names(frame, keys, source)
    if not stating and not keys.units:
        return frame, ()
    present = {q: _keys_of(frame, keys, q) for q in _LABELS}
    if not any(present.values()):  # "units" may mean anything where there are no labels
        stating = {k: q for k, q in stating.items() if q in ("length", "positions", "cell")}
    stated = {**_stated(frame, stating, source), **dict(keys.units)}
    stated = {q: unit for q, unit in stated.items() if q == "length" or present[q]}
    factors = {q: factor(q, unit, source) for q, unit in stated.items()}
    changed = tuple((q, stated[q]) for q in sorted(stated) if factors[q] != 1.0)
    if not changed:
        return frame, ()
    _check_others(stated, changed, present, source)
    frame = replace(frame, info={k: v for k, v in frame.info.items() if k not in stating})
    for quantity, _ in changed:
        frame = _scaled(frame, quantity, present.get(quantity, ()), factors[quantity])
    return frame, changed


def _statements(frame: Frame) -> dict[str, str]:
    """What each key of the configuration states the unit of, where it states one."""
    found = ((key, unit_of(str(key))) for key in frame.info)
    return {key: quantity for key, quantity in found if quantity is not None}


def _check_names(frame: Frame, keys: LabelKeys, source: str) -> None:
    """Refuse a named key with a unit in its name, such as ``energy_hartree``, and no unit given."""
    given = dict(keys.units)
    for quantity, names in keys.named().items():
        for name in names if quantity in _LABELS and quantity not in given else ():
            unit = unit_in(name, quantity)
            if unit is not None and look_up(frame, name) is not None:
                raise DataError(
                    f"{source}: the key {name} of the {quantity} names a unit; say which it is: "
                    f"data: {{units: {{{quantity}: {unit}}}}} in a configuration, --unit "
                    f"{quantity}={unit} on the command line"
                )


def _stated(frame: Frame, stating: Mapping[str, str], source: str) -> dict[str, str]:
    """Unit of each quantity; that of all labels comes before those of single ones."""
    found: dict[str, tuple[str, str]] = {}
    for key in sorted(stating, key=lambda k: stating[k] != "all"):
        for quantity, unit in _units(stating[key], frame.info[key], key, source):
            before = found.get(quantity)
            same = before is None or factor(quantity, before[1], source) == factor(
                quantity, unit, source
            )
            if before is not None and not same and stating[before[0]] != "all":
                raise DataError(
                    f"{source}: {before[0]} states {before[1]} and {key} states {unit}; expected "
                    "one unit"
                )
            found[quantity] = key, unit
    _check_lengths(found, source)
    return {q: unit for q, (_, unit) in found.items() if q not in ("positions", "cell")}


def _units(quantity: str, value: Any, key: str, source: str) -> Iterator[tuple[str, str]]:
    """Quantities and units that one key states."""
    if quantity != "all":
        if not isinstance(value, str):
            raise DataError(f"{source}: {key} is {shown(value)}; expected the name of a unit")
        yield quantity, value
    elif isinstance(value, Mapping):
        for name, unit in value.items():
            found = unit_of(f"{name}_unit")
            if found is not None and found != "all":
                yield found, str(unit)
    else:
        yield from _system(value, key, source)


def _system(value: Any, key: str, source: str) -> Iterator[tuple[str, str]]:
    """What one word says about all labels: LAMMPS's ``metal``, or eV and Å."""
    word = str(value).strip()
    if word.lower() == "metal":
        yield from METAL.items()
        return
    parts = [part for part in re.split(r"[,;\s]+", word) if part]
    if parts and all(map(is_ours, parts)):
        return
    pairs = [re.fullmatch(r"(\w+)[:=](\S+)", part) for part in parts]
    named = [(unit_of(f"{pair[1]}_unit"), pair[2]) for pair in pairs if pair]
    if len(named) == len(parts) and all(name for name, _ in named):
        yield from ((name, unit) for name, unit in named if name)
        return
    raise DataError(
        f"{source}: {key} is {shown(value)}, which does not say the unit of every label; expected "
        "energy_unit, forces_unit, stress_unit and length_unit, or give them: "
        "data: {units: {energy: Hartree, forces: Hartree/Bohr}}"
    )


def _check_lengths(found: dict[str, tuple[str, str]], source: str) -> None:
    """Positions and cell must be in Å, unless one unit is stated for all lengths."""
    parts = {q: found[q] for q in ("positions", "cell") if q in found}
    other = {q: unit for q, (_, unit) in parts.items() if factor("length", unit, source) != 1.0}
    if not other:
        return
    units = {factor("length", unit, source) for _, unit in parts.values()}
    if len(parts) == 2 and len(units) == 1:
        found["length"] = parts["positions"]
        return
    quantity, unit = next(iter(other.items()))
    raise DataError(
        f"{source}: {parts[quantity][0]} states {unit}, and no unit is stated for all lengths; "
        f"expected length_unit={unit}"
    )


def _keys_of(frame: Frame, keys: LabelKeys, quantity: str) -> tuple[str, ...]:
    """Keys of the configuration that hold a quantity, also those that are not looked up."""
    names: Iterable[str] = (*frame.info, *frame.arrays, *frame.results)
    known = {*getattr(keys, quantity), *_ALONG.get(quantity, ())}
    return tuple(dict.fromkeys(n for n in names if n in known or _is(n, quantity)))


def _is(name: str, quantity: str) -> bool:
    found = label_name(str(name))
    if found is None:
        return False
    return quantity == ("energy" if found.quantity == "free_energy" else found.quantity)


def _check_others(
    stated: Mapping[str, str],
    changed: tuple[tuple[str, str], ...],
    present: Mapping[str, tuple[str, ...]],
    source: str,
) -> None:
    """Refuse a label without a stated unit beside one that is not in eV and Å."""
    doubtful = next((q for q, names in present.items() if names and q not in stated), None)
    if doubtful is not None:
        quantity, unit = changed[0]
        raise DataError(
            f"{source}: the unit of {quantity} is {unit}, and no unit is stated for {doubtful} "
            f"(key {present[doubtful][0]!r}); add {doubtful}_unit to the file, or give it: "
            f"data: {{units: {{{doubtful}: ...}}}} in a configuration, --unit {doubtful}=... on "
            "the command line"
        )


def _scaled(frame: Frame, quantity: str, names: Iterable[str], by: float) -> Frame:
    """The configuration with the values of some keys, or all lengths, multiplied."""
    if quantity == "length":
        return replace(frame, positions=frame.positions * by, cell=frame.cell * by)
    chosen = set(names)

    def scaled(values: Settings) -> Settings:
        return {k: _times(v, by) if k in chosen else v for k, v in values.items()}

    return replace(
        frame,
        info=scaled(frame.info),
        arrays=scaled(frame.arrays),
        results=scaled(frame.results),
    )


def _times(value: Any, by: float) -> Any:
    """The value multiplied; a value that is not a number is unchanged, and refused later."""
    array = numbers(value)
    if array is None:
        return value
    return array * by if array.ndim else float(array) * by
