"""What a person should know about the labels of a dataset, in sentences.

``fit`` and ``evaluate`` give them as notes, ``inspect`` as findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from potlearn.data.dataset import Dataset
from potlearn.data.findings import Finding, Severity
from potlearn.data.label_report import LABELS, LabelReport, counts
from potlearn.errors import DataError
from potlearn.typing import Mask


def label_notes(
    dataset: Dataset, where: str = "", weights: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Absent, recognised, converted and mixed labels; weights, charges and spins in the files.

    ``where`` names the dataset, such as ``"the training set"``; ``weights`` are keys of weights
    that are used.
    """
    report = dataset.label_report()
    parts = (
        _absent(dataset, report, f" of {where}" if where else ""),
        _recognised(report),
        _mixed(report),
        _converted(report),
        _nan(report),
        _weights(report, set(weights)),
        _states(report),
    )
    return tuple(note for part in parts for note in part)


def differences(sets: Mapping[str, Dataset]) -> Iterator[str]:
    """Elements that the first set lacks; labels that a set lacks or has under other keys."""
    (first, dataset), *others = sets.items()
    ours = dataset.label_report()
    for name, other in others:
        theirs = other.label_report()
        if unseen := [symbol for symbol in other.species if symbol not in dataset.species]:
            yield (
                f"the {name} set has {', '.join(unseen)}, and the {first} set has not: predictions "
                "for such configurations mean nothing"
            )
        for quantity in LABELS:
            keys, more = set(ours.found[quantity]), set(theirs.found[quantity])
            if keys and not more:
                could = candidates(theirs, quantity)
                yield f"no configuration of the {name} set has {quantity}{could}"
            elif keys and more - keys:
                yield (
                    f"{quantity} of the {name} set comes from the key "
                    f"{' and '.join(sorted(more))}, of the {first} set from "
                    f"{' and '.join(sorted(keys))}; are they the same quantity?"
                )


def check_some_labels(dataset: Dataset, quantities: tuple[str, ...], purpose: str) -> None:
    """Refuse a dataset without any of the labels.

    Raises
    ------
    DataError
        Naming the keys that could be labels.
    """
    has = _labelled(dataset)
    if not len(dataset) or any(has[q].any() for q in quantities):
        return
    names = ", ".join(dict.fromkeys(dataset.catalog.names[f] for f in set(dataset.catalog.file)))
    report = dataset.label_report()
    known = ", ".join(key for q in quantities for key in dataset.names_of(q))
    could = [text for q in quantities if (text := candidates(report, q))]
    raise DataError(
        f"{names}: nothing to {purpose}: no configuration has {' or '.join(quantities)} "
        f"(looked for {known})" + "".join(could)
    )


def candidates(report: LabelReport, quantity: str) -> str:
    """Keys that could hold a quantity, and how to name one; nothing where there are none."""
    keys = report.candidates.get(quantity, {})
    if not keys:
        return ""
    first = next(iter(keys))
    name = "virial" if quantity == "stress" and "virial" in first.lower() else quantity
    several = "one of these could be it" if len(keys) > 1 else "this could be it"
    if "grad" in first.lower():
        return (
            f"; {several}: {counts(keys)}; a gradient of the energy is minus the forces: write the "
            "column forces with the other sign"
        )
    return (
        f"; {several}: {counts(keys)}; name it: data: {{keys: {{{name}: {first}}}}} in a "
        f"configuration, --key {name}={first} on the command line"
    )


def _labelled(dataset: Dataset) -> dict[str, Mask]:
    """Which configurations have each label."""
    table = dataset.catalog
    return {
        "energy": np.isfinite(table.energy),
        "forces": table.n_forces > 0,
        "stress": table.stressed,
    }


def _absent(dataset: Dataset, report: LabelReport, of: str) -> Iterator[Finding]:
    """Quantities that no configuration has, or some lack.

    Forces on the only atom of a cell are zero, and an isolated atom has no stress.
    """
    needless = {"forces": dataset.n_atoms == 1, "stress": dataset.isolated_mask()}
    for quantity, has in _labelled(dataset).items():
        lacks = ~has & ~needless[quantity] if quantity in needless else ~has
        n, could = int(lacks.sum()), candidates(report, quantity)
        severity: Severity = "info" if quantity == "stress" and not could else "warning"
        if not has.any():
            text = f"no configuration{of} has {quantity}{could}"
        elif n:
            text = f"{n} of {len(dataset)} configurations{of} have no {quantity}{could}"
        else:
            continue
        yield Finding(severity, "missing_label", "all", text, float(n))


def _recognised(report: LabelReport) -> Iterator[Finding]:
    read = {q: [k for k in report.found[q] if k in report.recognised] for q in LABELS}
    parts = [f"{quantity} from {key}" for quantity, keys in read.items() for key in keys]
    if parts:
        text = (
            f"labels are read from keys recognised by their names: {', '.join(parts)}; to read "
            "others, name them in data: {keys: ...}"
        )
        yield Finding("info", "recognised_key", "all", text, float(len(parts)))


def _mixed(report: LabelReport) -> Iterator[Finding]:
    for quantity, keys in report.found.items():
        if len(keys) > 1:
            text = (
                f"{quantity} comes from several keys: {counts(keys)}; are they the same quantity?"
            )
            yield Finding("warning", "mixed_keys", "all", text, float(len(keys)))


def _converted(report: LabelReport) -> Iterator[Finding]:
    for quantity, units in report.converted.items():
        for unit, n in units.items():
            ours = {"energy": "eV", "forces": "eV/Å", "stress": "eV/Å³", "length": "Å"}[quantity]
            text = f"{quantity}: converted from {unit} to {ours} in {n} configurations"
            yield Finding("info", "converted_unit", "all", text, float(n))


def _nan(report: LabelReport) -> Iterator[Finding]:
    for quantity, n in report.nan.items():
        text = f"{quantity}: NaN in {n} configurations, taken as no label"
        yield Finding("info", "nan_label", "all", text, float(n))


def _weights(report: LabelReport, used: set[str]) -> Iterator[Finding]:
    unused = {key: n for key, n in report.weights.items() if key not in used}
    if unused:
        text = (
            f"weights or expected errors in the files are not used: {counts(unused)}; to use them, "
            "name them: fit: {weights: {key: NAME}}, or by quantity "
            "{weights: {key: {energy: NAME, forces: NAME}}}"
        )
        yield Finding("info", "weights_in_file", "all", text, float(len(unused)))


def _states(report: LabelReport) -> Iterator[Finding]:
    """Charges and spins that differ: a potential does not depend on them."""
    for key, values in report.states.items():
        total = sum(values.values())
        if total < report.n_configurations:
            values = values | {"not given": report.n_configurations - total}
        if len(values) > 1:
            first = next(iter(values))
            text = (
                f"configurations differ in {key}: {counts(values)}; a potential does not depend on "
                f"it; to keep one, set data: {{where: {{{key}: {first}}}}} (--where {key}={first})"
            )
            yield Finding("warning", "mixed_state", "all", text, float(len(values)))
