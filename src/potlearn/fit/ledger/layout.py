"""How a fit's rows are cut and filed: columns, chunks, folds and groups, fixed by the data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from potlearn.errors import FitError
from potlearn.fit.rows.file import chunks_of
from potlearn.fit.rows.make import Block
from potlearn.fit.rows.names import COLLAPSED, Key, Label, column_names, in_fit
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES
from potlearn.runtime import content_key
from potlearn.runtime.chunks import Span
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor


FEWEST = 3
"""Configurations of a group that is compared on its own; fewer do not tell a fault from scatter."""
MOST = 24
"""Groups compared on their own.  The others share one factor, so that neither memory (a factor for
each) nor time (a few fits for each, where something is wrong) grows with their number."""


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
        Group under which each configuration's forces are filed.
    judged : tuple of str
        Group under which its energy and stress are filed: apart also where the groups' stress is to
        be compared.
    scales : (n,) or (n, 3) float
        Square root of each configuration's own weight, or of that of its energy, forces and stress,
        applied to its rows.
    excluded : set of (configuration, quantity, atom)
        Labels that are left out; atom -1 means the whole quantity.
    """

    columns: tuple[str, ...]
    chunks: tuple[Span, ...]
    folds: Indices
    groups: tuple[str, ...]
    judged: tuple[str, ...]
    scales: Array
    excluded: frozenset[Label] = frozenset()

    @classmethod
    def of(cls, dataset: Dataset, descriptor: Descriptor, settings: FitSettings) -> Layout:
        """Layout of a fit; groups without weights of their own share one factor unless kept."""
        columns, own = column_names(descriptor), settings.weights.groups
        apart = {*own, *compared_groups(dataset, settings)}
        return cls(
            columns=columns,
            chunks=chunks_of(dataset, len(columns)),
            folds=_folds(dataset, settings),
            groups=tuple(
                g if settings.keep_groups or g in own else COLLAPSED for g in dataset.groups
            ),
            judged=tuple(
                g if settings.keep_groups or g in apart else COLLAPSED for g in dataset.groups
            ),
            scales=_scales(settings.configuration_weights, len(dataset)),
            excluded=frozenset(settings.exclude),
        )

    def key(self, index: int, quantity: str) -> Key:
        """Key of the rows of one quantity of configuration ``index``."""
        groups = self.groups if quantity == "forces" else self.judged
        return Key(int(self.folds[index]), groups[index], quantity)

    def scale(self, index: int, quantity: str) -> float:
        """Factor of the rows of one quantity of configuration ``index``."""
        own = self.scales[index]
        return float(own if own.ndim == 0 else own[QUANTITIES.index(quantity)])

    def kept(self, index: int, quantity: str, block: Block) -> Block:
        """Rows of a block that are not left out."""
        keep = in_fit(self.excluded, index, quantity, block)
        return block if keep.all() else block.take(keep)

    def content(self) -> str:
        """Content key of all that decides how rows are filed."""
        filed = [self.groups, self.judged, sorted(self.excluded), self.folds, self.scales]
        return content_key([self.columns, self.chunks, *filed])


def compared_groups(dataset: Dataset, settings: FitSettings) -> list[str]:
    """Groups whose stress is compared with energies and forces: the largest, at most ``MOST``."""
    catalog = dataset.catalog
    if settings.contradictions == "keep" or not catalog.stressed.any():
        return []
    counts = Counter(catalog.group[catalog.stressed].tolist())
    large = {catalog.groups[g]: n for g, n in counts.items() if n >= FEWEST}
    return sorted(large, key=lambda g: (-large[g], g))[:MOST]


def _folds(dataset: Dataset, settings: FitSettings) -> Indices:
    """Fold of every configuration: as many as asked for, or as the solver wants."""
    wanted = settings.n_folds
    if wanted is None:
        wanted = settings.make_solver().n_folds
    if not wanted:
        return np.zeros(len(dataset), np.int64)
    usable = int((~dataset.isolated_mask()).sum())
    if usable < 2:
        raise FitError(f"folds need at least two configurations, got {usable}")
    from potlearn.data import k_folds

    folds = np.full(len(dataset), -1, np.int64)
    for fold, members in enumerate(k_folds(dataset, min(wanted, usable), seed=0)):
        folds[members] = fold
    return folds


def _scales(weights: ArrayLike | None, n: int) -> Array:
    values = np.ones(n) if weights is None else np.asarray(weights, float)
    if values.shape not in ((n,), (n, 3)) or not np.isfinite(values).all() or (values < 0).any():
        raise FitError(
            f"configuration weights: expected {n} finite numbers >= 0, got shape {values.shape}"
        )
    return np.asarray(np.sqrt(values))
