"""Configurations that occur more than once, exactly or up to symmetry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from potlearn.data.copies import alike, as_integers, members_of
from potlearn.data.dataset import Dataset
from potlearn.data.findings import Finding
from potlearn.data.shape import agree
from potlearn.data.survey import Survey

# Agreement of energies per atom (eV) of one configuration.
SAME_ENERGY = 2e-3
# Rows sorted by their invariants are compared with so many of the next.
WINDOW = 8


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
        exact = len(np.unique(as_integers(s.dataset.catalog.digest[members]))) == 1
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
    """Sets of configurations with the same atoms and the same shape."""
    numbers = np.column_stack([s.invariants, np.nan_to_num(s.volume)])
    kind = s.dataset.catalog.composition
    order = np.lexsort((*numbers.T[::-1], kind))
    order = order[s.fewest_neighbors[order] > 0]
    for run in _runs(numbers[order], kind[order]):
        yield from _same_shape(s.dataset, np.sort(order[run]))


def _runs(numbers: NDArray[np.float64], kind: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Sets of sorted rows that agree, each with one of the next few of the same kind."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(kind)
    if n < 2:
        return
    links: list[NDArray[np.int64]] = []
    for shift in range(1, min(WINDOW, n - 1) + 1):
        same = (kind[shift:] == kind[:-shift]) & agree(numbers[shift:], numbers[:-shift])
        first = np.flatnonzero(same)
        links.append(np.column_stack([first, first + shift]))
    a, b = np.concatenate([np.zeros((0, 2), np.int64), *links]).T
    graph = coo_array((np.ones(len(a)), (a, b)), (n, n))
    label = connected_components(graph, directed=False)[1]
    yield from _repeated(label)


def _same_shape(dataset: Dataset, members: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Members whose distances agree too; exact copies are measured once."""
    geometry = as_integers(dataset.catalog.geometry)[members]
    _, first, inverse = np.unique(geometry, return_index=True, return_inverse=True)
    label = members[first]
    for found in alike(dataset, label):
        label[np.isin(label, found)] = found[0]
    yield from (members[same] for same in _repeated(label[inverse]))


def _repeated(label: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Indices of each label that two or more have."""
    return (same for same in members_of(label) if len(same) > 1)
