"""What a selection gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Array, Indices, Mask

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.select import Selection, Selector


@dataclass(frozen=True)
class SelectionOutcome:
    """Which rows were selected, configurations or atoms, and how.

    Attributes
    ----------
    config : SelectConfig
    dataset : Dataset
        All configurations.
    descriptor : Descriptor
    X : (n, F)
        Scaled features of all rows.
    owner : (n,)
        Configuration of every row.
    selector : Selector
    selection : Selection
        Selected rows and their scores.
    """

    config: SelectConfig
    dataset: Dataset
    descriptor: Descriptor
    X: Array
    owner: Indices
    selector: Selector
    selection: Selection

    @cached_property
    def indices(self) -> Indices:
        """Configurations of the selected rows, each once, in the order of selection."""
        owners = self.owner[self.selection.indices]
        return np.asarray(owners[np.sort(np.unique(owners, return_index=True)[1])])

    @property
    def mask(self) -> Mask:
        """Whether each configuration is selected, (n_configurations,)."""
        mask = np.zeros(len(self.dataset), bool)
        mask[self.indices] = True
        return mask

    @property
    def sources(self) -> list[str]:
        """Name of every row; those of atoms end with the atom's number."""
        names = [self.dataset.source(i) for i in range(len(self.dataset))]
        if not self.config.environments:
            return names
        atoms = np.arange(len(self.owner)) - self.first[self.owner]
        return [f"{names[i]} atom {a}" for i, a in zip(self.owner.tolist(), atoms, strict=True)]

    @property
    def first(self) -> Indices:
        """First atom of every configuration, and the number of atoms."""
        return np.concatenate([[0], np.cumsum(self.dataset.n_atoms)])

    @property
    def groups(self) -> list[tuple[str, int, int]]:
        """Name, number of configurations, and number of selected ones of every group."""
        mask = self.mask
        members = self.dataset.by_group().items()
        return [(name, len(own), int(mask[own].sum())) for name, own in members]

    @property
    def summary(self) -> str:
        """One line: how many of how many."""
        n_atoms = self.dataset.n_atoms
        what = f"{len(self.selection)} atoms in " if self.config.environments else ""
        return (
            f"{what}{len(self.indices)} of {len(self.dataset)} configurations, "
            f"{int(n_atoms[self.indices].sum())} of {int(n_atoms.sum())} atoms, by "
            f"{self.config.method} in {self.X.shape[1]} features"
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Duplicate configurations and constant features, if there are any."""
        notes, digest = [], self.dataset.catalog.digest
        repeated = len(digest) - len(np.unique(digest.view("V16")))
        if repeated:
            noun = (
                "configuration is a duplicate" if repeated == 1 else "configurations are duplicates"
            )
            notes.append(f"{repeated} {noun} of others")
        constant = int((self.X.max(axis=0) == self.X.min(axis=0)).sum())
        if constant:
            notes.append(f"{constant} features are the same for all rows and have no influence")
        return tuple(notes)

    @property
    def files(self) -> tuple[Path, ...]:
        """What was written."""
        config = self.config
        found = [config.output, *([config.rest] if config.rest else [])]
        if config.report is not None:
            names = ("report.html", "figures", "selection.json")
            found += [config.report / name for name in names]
        return tuple(found)
