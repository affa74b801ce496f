"""What a selection was asked for, and what it gave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.select import Selection, Selector


@dataclass(frozen=True)
class SelectOptions:
    """What ``potlearn select`` was asked for; see its options."""

    files: tuple[Path, ...]
    count: int
    output: Path
    method: str = "kmeans"
    parameters: tuple[str, ...] = ()
    rest: Path | None = None
    seed: int = 0
    descriptor: Path | None = None
    overrides: tuple[str, ...] = ()
    features: tuple[str, ...] = ("mean",)
    scaling: str = "standard"
    environments: bool = False
    chunk_size: int | None = None
    oversampling: float = 2.0
    levels: bool = False
    workers: int = 1
    scheduler: str | None = None
    report: Path | None = None


@dataclass(frozen=True)
class SelectOutcome:
    """What was chosen, and where it was written.

    Attributes
    ----------
    indices : (m,)
        Chosen configurations, in the order of choice.
    groups : list of (group, configurations, chosen)
    summary : str
    notes : tuple of str
        What a user should know.
    files : tuple of Path
    """

    indices: NDArray[np.int64]
    groups: list[tuple[str, int, int]]
    summary: str
    notes: tuple[str, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Chosen:
    """Rows (configurations or atoms) of scaled features, and which of them were chosen."""

    dataset: Dataset
    descriptor: Descriptor
    X: Array
    owner: NDArray[np.int64]
    selector: Selector
    selection: Selection

    @property
    def configurations(self) -> NDArray[np.int64]:
        """Configurations of the chosen rows, each once, in the order of choice."""
        owners = self.owner[self.selection.indices]
        return np.asarray(owners[np.sort(np.unique(owners, return_index=True)[1])])
