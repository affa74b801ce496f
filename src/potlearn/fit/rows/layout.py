"""How a fit's rows are cut and filed: columns, chunks, folds and groups, fixed by the data."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import FitError
from potlearn.fit.ledger.entries import Key
from potlearn.fit.rows.make import Block
from potlearn.fit.weights import Weights

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

ONE_BODY = "one-body"
COLLAPSED = "*"
Label: TypeAlias = tuple[int, str, int]


def column_names(descriptor: Descriptor) -> tuple[str, ...]:
    """Identity of every design column, ``SPECIES:one-body`` and ``SPECIES:FEATURE``."""
    features = (ONE_BODY, *descriptor.feature_names)
    return tuple(f"{s}:{name}" for s in descriptor.species for name in features)


def column_penalties(descriptor: Descriptor) -> NDArray[np.float64] | None:
    """The descriptor's smoothness by design column, 1 for one-body columns; None if it has none."""
    if descriptor.smoothness is None:
        return None
    return np.tile(np.append(1.0, descriptor.smoothness), len(descriptor.species))


def one_body_names(species: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns that count the atoms of each species."""
    return tuple(f"{s}:{ONE_BODY}" for s in species)


@dataclass(frozen=True)
class Layout:
    """Where every configuration's rows go.

    Attributes
    ----------
    columns : tuple of str
        Design columns.
    chunks : tuple of (start, stop)
        Consecutive configurations whose rows are made, factored and checkpointed together.
    folds : (n,) int
        Fold of each configuration; -1: never held out.
    groups : tuple of str
        Group under which each configuration is filed.
    scales : (n,) float
        Square root of each configuration's own weight, applied to its rows.
    excluded : set of (configuration, quantity, atom)
        Labels that are left out; atom -1 stands for the whole quantity.
    """

    columns: tuple[str, ...]
    chunks: tuple[tuple[int, int], ...]
    folds: NDArray[np.int64]
    groups: tuple[str, ...]
    scales: NDArray[np.float64]
    excluded: frozenset[Label] = frozenset()

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        descriptor: Descriptor,
        weights: Weights,
        *,
        n_folds: int = 0,
        keep_groups: bool = False,
        configuration_weights: ArrayLike | None = None,
        exclude: Collection[Label] = (),
    ) -> Layout:
        """Layout of a fit; groups without weights of their own share one factor unless kept."""
        columns = column_names(descriptor)
        groups = tuple(
            g if keep_groups or g in weights.groups else COLLAPSED for g in dataset.groups
        )
        return cls(
            columns=columns,
            chunks=_chunks(dataset.n_atoms, max(2048, 2 * len(columns))),
            folds=_folds(dataset, n_folds),
            groups=groups,
            scales=_scales(configuration_weights, len(dataset)),
            excluded=frozenset(exclude),
        )

    def key(self, index: int, quantity: str) -> Key:
        """Key of the rows of one quantity of configuration ``index``."""
        return Key(int(self.folds[index]), self.groups[index], quantity)

    def kept(self, index: int, quantity: str, block: Block) -> Block:
        """Rows of a block that are not left out."""
        keep = in_fit(self.excluded, index, quantity, block)
        return block if keep.all() else block.take(keep)

    def fingerprint(self) -> str:
        """Digest of all that decides how rows are filed."""
        state = blake2b(digest_size=16)
        document = [self.columns, self.chunks, self.groups, sorted(self.excluded)]
        state.update(json.dumps(document).encode())
        state.update(self.folds.tobytes())
        state.update(self.scales.tobytes())
        return state.hexdigest()


def in_fit(
    excluded: Collection[Label], index: int, quantity: str, block: Block
) -> NDArray[np.bool_]:
    """Which rows of a configuration's block are in the fit, (m,)."""
    if not excluded or (index, quantity, -1) in excluded:
        return np.full(len(block.rows), not excluded)
    return np.array([(index, quantity, a) not in excluded for a in block.atoms.tolist()], bool)


def fingerprint(settings: Mapping[str, Any] | None) -> str:
    """Digest of nested settings; arrays count by their bytes."""
    state = blake2b(digest_size=16)

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return [str(value.dtype), value.shape, blake2b(value.tobytes()).hexdigest()]
        if isinstance(value, np.generic):
            return value.item()
        raise FitError(f"settings hold a {type(value).__name__}, which has no fingerprint")

    state.update(json.dumps(settings, sort_keys=True, default=plain).encode())
    return state.hexdigest()


def _chunks(n_atoms: NDArray[np.int64], n_rows: int) -> tuple[tuple[int, int], ...]:
    """Consecutive configurations with some ``n_rows`` rows together, at least one each."""
    chunks, start, total = [], 0, 0
    for i, n in enumerate(n_atoms.tolist()):
        total += 3 * n + 7
        if total >= n_rows:
            chunks.append((start, i + 1))
            start, total = i + 1, 0
    if start < len(n_atoms):
        chunks.append((start, len(n_atoms)))
    return tuple(chunks)


def _folds(dataset: Dataset, n_folds: int) -> NDArray[np.int64]:
    from potlearn.data import k_folds

    folds = np.full(len(dataset), -1 if n_folds else 0, np.int64)
    if n_folds:
        for fold, members in enumerate(k_folds(dataset, n_folds, seed=0)):
            folds[members] = fold
    return folds


def _scales(weights: ArrayLike | None, n: int) -> NDArray[np.float64]:
    values = np.ones(n) if weights is None else np.asarray(weights, float)
    if values.shape != (n,) or not np.isfinite(values).all() or (values < 0).any():
        raise FitError(
            f"configuration weights: expected {n} finite numbers >= 0, got shape {values.shape}"
        )
    return np.asarray(np.sqrt(values))
