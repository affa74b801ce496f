"""What a selection gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.tasks.selection_cost import DEFAULT, costs_of
from potlearn.tasks.selection_pool import Pool
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Array, Indices, Mask, Settings

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
    pool : Pool
        Configurations with their features; known ones and copies.
    selector : Selector
    selection : Selection
        Selected rows and their scores.
    """

    config: SelectConfig
    pool: Pool
    selector: Selector
    selection: Selection

    @property
    def dataset(self) -> Dataset:
        """All configurations that could be selected."""
        return self.pool.dataset

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor."""
        return self.pool.descriptor

    @property
    def X(self) -> Array:  # noqa: N802
        """Scaled features of all rows, (n, F)."""
        return self.pool.X

    @property
    def owner(self) -> Indices:
        """Configuration of every row, (n,)."""
        return self.pool.owner

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

    def atoms_of(self, i: int) -> list[int]:
        """Selected atoms of a configuration, ascending."""
        rows = self.selection.indices
        return sorted((rows[self.owner[rows] == i] - self.first[i]).tolist())

    @property
    def entries(self) -> list[Settings]:
        """File, frame, group and more of each selected configuration, as plain data."""
        table, groups, rows = self.dataset.catalog, self.dataset.groups, self.selection
        scores = dict(zip(self.owner[rows.indices[::-1]].tolist(), rows.scores[::-1], strict=True))
        found: list[Settings] = []
        for i in self.indices.tolist():
            entry: Settings = {
                "file": table.names[table.file[i]],
                "frame": int(table.number[i]),
                "group": groups[i],
                "score": float(scores[i]) if np.isfinite(scores[i]) else None,
            }
            if self.config.environments:
                entry["atoms"] = self.atoms_of(i)
            found.append(entry)
        return found

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a user should know: copies, costs, constant features."""
        return (*self._copies(), *self._cost(), *self._constant())

    def _copies(self) -> list[str]:
        notes, digest = [], self.dataset.catalog.digest
        repeated = len(digest) - len(np.unique(digest.view("V16")))
        if repeated:
            noun = (
                "configuration is a duplicate" if repeated == 1 else "configurations are duplicates"
            )
            notes.append(f"{repeated} {noun} of others")
        first = self.pool.first
        known = int((first < 0).sum())
        if known:
            notes.append(
                f"{known} of {len(first)} configurations are copies of known ones: left out"
            )
        copied = int((first >= 0).sum()) - int(self.pool.is_candidate.sum())
        if copied:
            notes.append(
                f"{copied} of {len(first)} configurations are near copies of others: left out"
            )
        among = 0 if self.pool.distinct else self.pool.copies_among(self.indices)
        if among:
            notes.append(f"{among} chosen configurations are near copies of other chosen ones")
        return notes

    def _cost(self) -> list[str]:
        if self.config.budget is None:
            return []
        costs = costs_of(self.dataset, self.config.cost)
        spent = float(costs[self.indices].sum())
        return [
            f"cost ({self.config.cost or DEFAULT}): {spent:.4g} of a budget of "
            f"{self.config.budget:.4g}; all configurations: {costs.sum():.4g}"
        ]

    def _constant(self) -> list[str]:
        constant = int((self.X.max(axis=0) == self.X.min(axis=0)).sum())
        if constant:
            return [f"{constant} features are the same for all rows and have no influence"]
        return []

    @property
    def files(self) -> tuple[Path, ...]:
        """What was written."""
        config = self.config
        found = [path for path in (config.output, config.rest, config.indices) if path]
        if config.report is not None:
            names = ("report.html", "figures", "selection.json")
            found += [config.report / name for name in names]
        return tuple(found)
