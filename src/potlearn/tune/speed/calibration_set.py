"""The descriptors on which the cost model is calibrated: both families, from small to large."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from potlearn.descriptors import ACE, POD
from potlearn.descriptors.pod.limits import ORDERS

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

SPECIES = ("Si", "Ge", "C", "N")
SIZES = (1, 2, 4)
"""Numbers of species."""
REACH = 7.0
"""Largest cutoff, in Å."""
Case: TypeAlias = tuple[float, tuple[float, ...]]
ACES: dict[int, tuple[Case, ...]] = {
    1: (
        (4.5, (3.0,)),
        (6.5, (14.0,)),
        (4.5, (8.0, 5.0)),
        (6.0, (16.0, 13.0)),
        (7.0, (8.0, 6.0, 5.0)),
        (5.0, (10.0, 8.0, 7.0)),
        (4.0, (14.0, 13.0, 12.0)),
        (6.0, (9.0, 8.0, 7.0, 6.0)),
        (5.5, (14.0, 13.0, 12.0, 11.0)),
        (4.5, (12.0, 10.0, 9.0, 8.0, 7.0)),
        (6.5, (14.0, 12.0, 11.0, 9.5, 8.0)),
    ),
    2: (
        (6.5, (6.0,)),
        (4.5, (6.0, 4.0)),
        (7.0, (10.0, 8.0)),
        (5.5, (8.0, 6.5, 5.0)),
        (4.5, (8.0, 6.0, 5.0, 4.5)),
        (6.0, (10.0, 7.5, 6.5, 6.0)),
    ),
    4: (
        (5.0, (4.0,)),
        (6.5, (6.0, 4.0)),
        (4.5, (8.0, 4.5, 3.5)),
        (5.5, (6.0, 4.0, 3.0, 2.5)),
    ),
}
"""Cutoffs in Å and degrees, by the number of species."""
PODS = ((4.5, 2, 0.6), (6.5, 3, 0.7), (5.5, 4, 0.6), (4.5, 6, 0.7), (7.0, 5, 0.8), (5.0, 7, 1.0))
"""Cutoffs in Å, bodies, and parts of the default numbers."""


def calibration_set(n_species: int) -> Iterator[Descriptor]:
    """Descriptors of both families, from small to large, whole and pruned."""
    species = SPECIES[:n_species]
    aces: list[Descriptor] = [
        ACE(species, cutoff=cutoff, order=len(degree), degree=degree)
        for cutoff, degree in ACES[n_species]
    ]
    pods: list[Descriptor] = [
        POD(species, cutoff=cutoff, **part_of(species, bodies, scale))
        for cutoff, bodies, scale in PODS
    ]
    yield from (*aces, *pods)
    for whole in (aces[-1], aces[-2], pods[-1], pods[-2]):
        names = whole.feature_names
        yield whole.prune(names[:: max(2, len(names) // 40)])
        yield whole.prune(names[: len(names) // 3])


def part_of(species: tuple[str, ...], bodies: int, scale: float) -> dict[str, Any]:
    """Default numbers of POD times a factor, up to a number of bodies."""
    whole = POD(species).body
    numbers: dict[str, Any] = {}
    for body, word in ORDERS.items():
        part = scale if body <= bodies else 0.0
        radial = ceil(part * whole.radial[body])
        numbers[f"{word}body_number_radial_basis_functions"] = radial
        if body > 2:
            numbers[f"{word}body_angular_degree"] = ceil(part * whole.degree[body])
    return numbers
