"""Configurations that occur more than once, exactly or up to symmetry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from potlearn.data.findings import Finding
from potlearn.data.survey import Survey

# Relative agreement of invariants, and of energies per atom (eV), of one configuration.
SAME_INVARIANTS = 1e-6
SAME_ENERGY = 2e-3


def duplicates(s: Survey) -> list[Finding]:
    """Configurations identical in every number, geometry and labels."""
    table = s.dataset.catalog
    seen: dict[bytes, list[int]] = {}
    for i, key in enumerate(table.digest):
        seen.setdefault(key.tobytes(), []).append(i)
    found = []
    for members in (indices for indices in seen.values() if len(indices) > 1):
        others = ", ".join(s.dataset.source(i) for i in members[1:4])
        more = f" and {len(members) - 4} more" if len(members) > 4 else ""
        text = f"duplicate: identical to {others}{more}"
        source = s.dataset.source(members[0])
        found.append(Finding("warning", "duplicate", source, text, float(len(members))))
    return found


def equivalents(s: Survey) -> list[Finding]:
    """Configurations equal up to translation, rotation and order of atoms.

    With equal energies they are counted per group; with different energies they contradict each
    other.
    """
    repeated = np.zeros(len(s.dataset), bool)
    found = []
    for members in _clusters(s):
        exact = len(np.unique(_as_integers(s.dataset.catalog.digest[members]))) == 1
        per_atom = s.dataset.energies[members] / s.dataset.n_atoms[members]
        if np.isfinite(per_atom).sum() > 1 and np.nanmax(per_atom) - np.nanmin(per_atom) > (
            SAME_ENERGY
        ):
            found.append(_contradiction(s, members, per_atom))
        elif not exact:
            repeated[members[1:]] = True
    return found + [
        Finding(
            "info",
            "equivalent",
            s.dataset.source(members[repeated[members]][0]),
            f"group {group}: {int(repeated[members].sum())} configurations repeat an earlier one "
            "up to translation, rotation and order of atoms, with the same energy",
            float(repeated[members].sum()),
        )
        for group, members in s.dataset.by_group().items()
        if repeated[members].any()
    ]


def _contradiction(s: Survey, members: NDArray[np.int64], per_atom: NDArray[np.float64]) -> Finding:
    """Same geometry, different energies."""
    low, high = int(np.nanargmin(per_atom)), int(np.nanargmax(per_atom))
    difference = float(per_atom[high] - per_atom[low])
    text = (
        f"same geometry as {s.dataset.source(members[low])} (up to translation, rotation and order "
        f"of atoms), but the energies differ by {difference:.4g} eV/atom; expected equal energies"
    )
    source = s.dataset.source(members[high])
    return Finding("warning", "inconsistent_energy", source, text, difference)


def _clusters(s: Survey) -> Iterator[NDArray[np.int64]]:
    """Sets of configurations with the same atoms, volume and invariants."""
    volume = np.nan_to_num(s.volume)[:, None]
    numbers = np.concatenate([s.invariants, volume], axis=1)
    kind = s.dataset.catalog.composition
    order = np.lexsort((*numbers.T[::-1], kind))
    numbers, kind = numbers[order], kind[order]
    allowed = SAME_INVARIANTS * np.maximum(np.abs(numbers[1:]), 1e-3 * numbers[1:].max(initial=0))
    same = (np.abs(np.diff(numbers, axis=0)) <= allowed).all(axis=1) & (np.diff(kind) == 0)
    same &= (s.fewest_neighbors[order][1:] > 0) & (s.dataset.n_atoms[order][1:] > 0)
    for run in np.split(np.arange(len(order)), np.flatnonzero(~same) + 1):
        if len(run) > 1:
            yield np.sort(order[run])


def _as_integers(digests: NDArray[np.void]) -> NDArray[np.uint64]:
    """First half of each fingerprint as a number."""
    return np.frombuffer(digests.tobytes(), np.uint64)[::2]
