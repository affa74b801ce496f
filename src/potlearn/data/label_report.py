"""Counts which keys gave the labels, and which keys were not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from potlearn.data.catalog import Catalog
from potlearn.data.labels import KeysFound, LabelKeys
from potlearn.typing import Settings

QUANTITIES = ("energy", "forces", "stress", "force_mask")
LABELS = ("energy", "forces", "stress")
Counts = dict[str, int]
Table = dict[str, Counts]


@dataclass(frozen=True)
class LabelReport:
    """What was found in how many configurations.

    Attributes
    ----------
    n_configurations : int
        Configurations looked at.
    found : {quantity: {key: count}}
        Keys that gave each quantity.
    recognised : tuple of str
        Those of the keys that were recognised by their names.
    missing : {quantity: count}
        Configurations without the quantity.
    unused : {key: count}
        Label keys that were there but gave nothing: a key before them won, or the cell spans no
        volume to which a stress could belong.
    candidates : {quantity: {key: count}}
        Other keys that could hold the quantity (a virial counts as stress), where it is not read
        from a key that was given.
    converted : {quantity: {unit: count}}
        Labels (and lengths) that were converted from a unit that is stated or given.
    nan : {quantity: count}
        Labels that are absent because they are NaN.
    weights : {key: count}
        Weights and expected errors in the files.
    states : {key: {value: count}}
        Charges and spins.
    n_masked_atoms : int
        Atoms whose forces a mask excludes.
    """

    n_configurations: int
    found: Table
    recognised: tuple[str, ...]
    missing: Counts
    unused: Counts
    candidates: Table
    converted: Table
    nan: Counts
    weights: Counts
    states: Table
    n_masked_atoms: int

    def to_dict(self) -> Settings:
        """Plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [self._line(quantity) for quantity in self.found]
        if "free_energy" in {**self.unused, **self.found["energy"]}:
            lines.append(self._which_energy())
        aside = self.unused | {k: n for keys in self.candidates.values() for k, n in keys.items()}
        if aside:
            lines.append("present, not used: " + counts(aside))
        return "\n".join(lines)

    def _line(self, quantity: str) -> str:
        keys = self.found[quantity]
        found = counts(keys) or "none"
        by_name = ", recognised by its name" if set(keys) & set(self.recognised) else ""
        units = self.converted.get(quantity, {})
        unit = f", converted from {' and '.join(units)}" if units else ""
        missing = self.missing.get(quantity, 0)
        return f"{quantity}: {found}{by_name}{unit}" + (
            f"; missing in {missing}" if missing else ""
        )

    def _which_energy(self) -> str:
        read = " and ".join(self.found["energy"])
        return (
            f"energies are read from {read}; free_energy is the one consistent with the forces, "
            "energy may be extrapolated to zero smearing: choose with keys={'energy': ...}"
        )


def counts(numbers: Counts) -> str:
    """``"energy (10), REF_energy (2)"``."""
    return ", ".join(f"{key} ({count})" for key, count in numbers.items())


def label_report(catalog: Catalog, keys: LabelKeys) -> LabelReport:
    """Count the label keys of a table of configurations."""
    numbers = np.bincount(catalog.key, minlength=len(catalog.keys)).tolist()
    entries = [(entry, n) for entry, n in zip(catalog.keys, numbers, strict=True) if n]
    found = _table(entries, _found, QUANTITIES)
    converted = _table(entries, lambda entry: _as_stress(entry.converted))
    masked = catalog.n_atoms - catalog.n_forces
    return LabelReport(
        n_configurations=len(catalog),
        found=found,
        recognised=keys.recognised,
        missing={q: len(catalog) - sum(found[q].values()) for q in LABELS},
        unused=_count((key, n) for entry, n in entries for key in entry.unused),
        candidates=_candidates(entries, keys),
        converted=converted,
        nan=_count(
            (q, n) for entry, n in entries for q, _ in _as_stress((q, "") for q in entry.nan)
        ),
        weights=_count((key, n) for entry, n in entries for key in entry.weights),
        states=_table(entries, lambda entry: entry.states),
        n_masked_atoms=int(masked[catalog.n_forces > 0].sum()),
    )


def _found(entry: KeysFound) -> Iterator[tuple[str, str]]:
    """Quantities and the keys that gave them."""
    for quantity in QUANTITIES:
        if (key := getattr(entry, quantity)) is not None:
            yield quantity, key


def _candidates(entries: list[tuple[KeysFound, int]], keys: LabelKeys) -> Table:
    """Keys that could hold a quantity whose keys are the default ones."""
    table = _table(entries, lambda e: _as_stress((*e.recognisable, *e.unusable, *e.alike)), LABELS)
    own = {"energy": ("energy",), "forces": ("forces",), "stress": ("stress", "virial")}
    return {q: table[q] for q in LABELS if table[q] and all(map(keys.is_default, own[q]))}


def _as_stress(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs whose first item is a quantity; a virial is a stress."""
    return (("stress" if quantity == "virial" else quantity, other) for quantity, other in pairs)


def _table(
    entries: list[tuple[KeysFound, int]],
    pairs: Callable[[KeysFound], Iterable[tuple[str, str]]],
    rows: tuple[str, ...] = (),
) -> Table:
    """Sums by row and column of what ``pairs`` gives for each entry."""
    table: dict[str, Counter[str]] = {row: Counter() for row in rows}
    for entry, n in entries:
        for row, column in pairs(entry):
            table.setdefault(row, Counter())[column] += n
    return {row: dict(columns) for row, columns in table.items()}


def _count(pairs: Iterable[tuple[str, int]]) -> Counts:
    """Sums by name."""
    found: Counter[str] = Counter()
    for name, n in pairs:
        found[name] += n
    return dict(found)
