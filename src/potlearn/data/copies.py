"""Copies: configurations of one geometry, exactly or up to translation, rotation and order.

Exact copies are known without reading anything.  Others are looked for among configurations of one
composition whose energies and forces agree, so that few have to be measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from potlearn.data.catalog import Catalog
from potlearn.data.dataset import Dataset
from potlearn.data.shape import Shape
from potlearn.typing import Indices

# Agreement of energies (eV per atom) and of root mean square forces (relative, and in eV/Å).
SAME_ENERGY = 1e-5
SAME_FORCES = (1e-3, 1e-4)


def copies(dataset: Dataset) -> Indices:
    """A number for each configuration, (n,): equal for copies, in order of first appearance.

    Labels do not count: the same geometry with other labels is a copy.
    """
    geometry = as_integers(dataset.catalog.geometry)
    _, first, label = np.unique(geometry, return_index=True, return_inverse=True)
    original = np.arange(len(dataset))
    for candidates in _candidates(dataset.catalog, np.sort(first)):
        for found in alike(dataset, candidates):
            original[found] = found[0]
    return np.unique(original[first[label]], return_inverse=True)[1].astype(np.int64)


def members_of(label: Indices) -> list[Indices]:
    """Indices of each label that occurs, labels in ascending order."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def as_integers(digests: NDArray[np.void]) -> NDArray[np.uint64]:
    """First half of each fingerprint as a number."""
    return np.frombuffer(digests.tobytes(), np.uint64)[::2]


def _candidates(catalog: Catalog, members: Indices) -> Iterator[Indices]:
    """Sets of configurations whose composition, energies and forces agree."""
    members = members[np.isfinite(catalog.energy[members])]
    energy, force = catalog.energy / catalog.n_atoms, catalog.rms_force
    members = members[np.lexsort((energy[members], catalog.composition[members]))]
    a, b = members[:-1], members[1:]
    relative, absolute = SAME_FORCES
    same = (catalog.composition[a] == catalog.composition[b]) & (
        energy[b] - energy[a] <= SAME_ENERGY
    )
    same &= np.abs(force[a] - force[b]) <= absolute + relative * force[a]
    for run in np.split(members, np.flatnonzero(~same) + 1):
        if len(run) > 1:
            yield np.sort(run)


def alike(dataset: Dataset, members: Indices) -> list[Indices]:
    """Those of ``members`` (of one composition) that have one shape, in sets of two or more."""
    shapes: list[tuple[Shape, list[int]]] = []
    for i in members.tolist():
        shape = Shape.of(dataset.geometry(i))
        known = next((found for seen, found in shapes if seen.same(shape)), None)
        if known is None:
            shapes.append((shape, [i]))
        else:
            known.append(i)
    return [np.array(found, np.int64) for _, found in shapes if len(found) > 1]
