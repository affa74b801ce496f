"""Checks of a surveyed dataset: each looks at arrays and gives findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from potlearn.data.findings import Finding
from potlearn.data.free_atoms import free_atoms
from potlearn.data.isolated import ISOLATED
from potlearn.data.survey import Survey
from potlearn.errors import DataError
from potlearn.registry import Registry

Check = Callable[[Survey], list[Finding]]
TOO_CLOSE = 0.3
LARGE_FORCE = 50.0
NET_FORCE = 0.01
Z_LIMIT = 10.0


def too_close(s: Survey) -> list[Finding]:
    """Atoms closer than 0.3 Å."""
    found = []
    for i in np.flatnonzero(s.shortest.min(axis=1, initial=np.inf) < TOO_CLOSE).tolist():
        pair = int(np.argmin(s.shortest[i]))
        distance, names = float(s.shortest[i, pair]), "-".join(s.pairs[pair])
        text = f"{names} {distance:.3f} Å apart; expected at least {TOO_CLOSE} Å"
        found.append(Finding("error", "too_close", s.dataset.source(i), text, distance))
    return found


def net_forces(s: Survey) -> list[Finding]:
    """Forces that do not sum to zero."""
    return [
        Finding(
            "warning",
            "net_force",
            s.dataset.source(worst),
            f"group {group}: in {len(members)} configurations the forces do not sum to zero; "
            f"largest sum {s.net_force[worst]:.3g} eV/Å, expected below {NET_FORCE} eV/Å",
            float(s.net_force[worst]),
        )
        for group, members in grouped(s, s.net_force > NET_FORCE)
        if (worst := members[int(np.argmax(s.net_force[members]))]) >= 0
    ]


def large_forces(s: Survey) -> list[Finding]:
    """Forces above 50 eV/Å."""
    return [
        Finding(
            "warning",
            "large_force",
            s.dataset.source(worst),
            f"group {group}: {len(members)} configurations have forces above {LARGE_FORCE:g} "
            f"eV/Å, up to {s.max_force[worst]:.4g} eV/Å",
            float(s.max_force[worst]),
        )
        for group, members in grouped(s, s.max_force > LARGE_FORCE)
        if (worst := members[int(np.argmax(s.max_force[members]))]) >= 0
    ]


def energy_outliers(s: Survey) -> list[Finding]:
    """Energies per atom far from others of the same group and composition (robust z-score)."""
    found = []
    per_atom = s.dataset.energies / s.dataset.n_atoms
    for members in _alike(s):
        energies = per_atom[members]
        members, energies = members[np.isfinite(energies)], energies[np.isfinite(energies)]
        if len(members) < 10:
            continue
        median = float(np.median(energies))
        spread = max(1.4826 * float(np.median(np.abs(energies - median))), 1e-3)
        for k in np.flatnonzero(np.abs(energies - median) > Z_LIMIT * spread).tolist():
            z = float((energies[k] - median) / spread)
            text = (
                f"energy {energies[k]:.4f} eV/atom, median of its group and composition "
                f"{median:.4f} eV/atom: {abs(z):.0f} robust standard deviations away"
            )
            found.append(
                Finding("warning", "energy_outlier", s.dataset.source(members[k]), text, z)
            )
    return sorted(found, key=lambda finding: -abs(finding.value or 0.0))


def _alike(s: Survey) -> Iterator[NDArray[np.int64]]:
    """Configurations of the same group and the same proportions of elements."""
    table = s.dataset.catalog
    reduced: dict[tuple[tuple[int, float], ...], int] = {}
    kinds = []
    for composition in table.compositions:
        total = sum(count for _, count in composition)
        key = tuple((z, round(count / total, 9)) for z, count in composition)
        kinds.append(reduced.setdefault(key, len(reduced)))
    if not kinds:
        return
    label = table.group * len(reduced) + np.array(kinds)[table.composition]
    for value in np.unique(label):
        yield np.flatnonzero(label == value)


def zero_stress(s: Survey) -> list[Finding]:
    """Stress that is exactly zero although there are forces: a placeholder."""
    return [
        Finding(
            "warning",
            "zero_stress",
            s.dataset.source(members[0]),
            f"group {group}: stress is exactly zero in {len(members)} configurations; a "
            "placeholder, not a label?",
            float(len(members)),
        )
        for group, members in grouped(s, s.max_stress == 0.0)
    ]


def stress_with_vacuum(s: Survey) -> list[Finding]:
    """Stress of slabs and molecules in a box."""
    return [
        Finding(
            "info",
            "stress_with_vacuum",
            s.dataset.source(members[0]),
            f"group {group}: {len(members)} configurations have a stress and vacuum in the cell; "
            "better not weight their stress",
            float(len(members)),
        )
        for group, members in grouped(s, s.vacuum & np.isfinite(s.max_stress))
    ]


def grouped(s: Survey, mask: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Groups with the indices of their marked configurations, where there are any."""
    for group, members in s.dataset.by_group().items():
        marked = members[mask[members]]
        if len(marked):
            yield group, marked


def isolated_atoms(s: Survey) -> list[Finding]:
    """Elements without the energy of an isolated atom."""
    try:
        free = free_atoms(s.dataset.catalog)
    except DataError as error:
        return [Finding("error", "isolated_atom", "all", str(error))]
    absent = [symbol for symbol in s.dataset.species if symbol not in free]
    found = []
    if absent:
        text = (
            f"no isolated atom (group {ISOLATED}) for {', '.join(absent)}; the energy per atom at "
            "infinite separation has to be fitted"
        )
        found.append(Finding("info", "no_isolated_atom", "all", text, float(len(absent))))
    for symbol, atom in free.items():
        text = f"isolated {symbol}: {atom.energy:.6f} eV" + (f"; {atom.note}" if atom.note else "")
        found.append(Finding("info", "isolated_atom", "all", text, atom.energy))
    return found


CHECKS: Registry[Check] = Registry(
    "check",
    DataError,
    {
        "too_close": "potlearn.data.checks:too_close",
        "labels": "potlearn.data.label_checks:labels",
        "units": "potlearn.data.units:units",
        "duplicates": "potlearn.data.duplicates:duplicates",
        "equivalents": "potlearn.data.duplicates:equivalents",
        "zero_stress": "potlearn.data.checks:zero_stress",
        "net_forces": "potlearn.data.checks:net_forces",
        "large_forces": "potlearn.data.checks:large_forces",
        "energy_outliers": "potlearn.data.checks:energy_outliers",
        "few_neighbors": "potlearn.descriptors.pod.checks:few_neighbors",
        "stress_with_vacuum": "potlearn.data.checks:stress_with_vacuum",
        "isolated_atoms": "potlearn.data.checks:isolated_atoms",
    },
)
"""Checks by name, in the order in which they are made."""
