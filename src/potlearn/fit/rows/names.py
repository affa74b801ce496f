"""What rows are called: columns of a design, keys of a ledger, labels of a configuration."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from potlearn.fit.rows.make import Block
from potlearn.typing import Array, Mask

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

ONE_BODY = "one-body"
COLLAPSED = "*"
"""Group of all configurations that share one factor."""
Label: TypeAlias = tuple[int, str, int]
"""Configuration, quantity and atom; atom -1 means the whole quantity."""


class Key(NamedTuple):
    """Which rows a factor is of."""

    fold: int
    group: str
    quantity: str


def column_names(descriptor: Descriptor) -> tuple[str, ...]:
    """Identity of every design column, ``SPECIES:one-body`` and ``SPECIES:FEATURE``."""
    features = (ONE_BODY, *descriptor.feature_names)
    return tuple(f"{s}:{name}" for s in descriptor.species for name in features)


def column_penalties(descriptor: Descriptor) -> Array | None:
    """The descriptor's smoothness by design column, 1 for one-body columns; None if it has none."""
    if descriptor.smoothness is None:
        return None
    return np.tile(np.append(1.0, descriptor.smoothness), len(descriptor.species))


def one_body_names(species: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns that count the atoms of each species."""
    return tuple(f"{s}:{ONE_BODY}" for s in species)


def species_of(columns: Sequence[str]) -> tuple[str, ...]:
    """Species of the descriptor whose design columns these are."""
    end = f":{ONE_BODY}"
    return tuple(name.removesuffix(end) for name in columns if name.endswith(end))


def in_fit(excluded: Collection[Label], index: int, quantity: str, block: Block) -> Mask:
    """Which rows of a configuration's block are in the fit, (m,)."""
    if not excluded or (index, quantity, -1) in excluded:
        return np.full(len(block.rows), not excluded)
    return np.array([(index, quantity, a) not in excluded for a in block.atoms.tolist()], bool)
