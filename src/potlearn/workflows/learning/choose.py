"""Which candidates are worth a label, given what is in the set already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import LearningError
from potlearn.features import configuration_features, make_kinds, scaled
from potlearn.select import SELECTORS, make_selector, near_copies
from potlearn.select.given import Continues

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor


@dataclass(frozen=True)
class Choice:
    """How to choose.

    Attributes
    ----------
    method : str
        A selector that continues from known rows.
    parameters : mapping
        Its parameters.
    features : tuple of str
        Features of a configuration.
    scaling : str
        How features are scaled.

    Raises
    ------
    LearningError
        The selector takes no account of known rows.
    """

    method: str = "map"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    features: tuple[str, ...] = ("mean",)
    scaling: str = "standard"

    def __post_init__(self) -> None:
        make_kinds(self.features)
        if not issubclass(SELECTORS.load(self.method), Continues):
            able = [name for name in SELECTORS if issubclass(SELECTORS[name], Continues)]
            raise LearningError(
                f"select: method: {self.method!r} cannot continue from what is in the set; "
                f"expected one of {', '.join(able)}"
            )

    def __call__(
        self, candidates: Dataset, known: Dataset, descriptor: Descriptor, n: int, seed: int = 0
    ) -> list[int]:
        """Numbers of at most n candidates, ascending, without copies of others or known ones."""
        parts = [configuration_features(d, descriptor, self.features) for d in (known, candidates)]
        rows, m = np.asarray(scaled(np.vstack(parts), self.scaling)), len(known)
        first = near_copies(rows)[m:]
        free = np.flatnonzero(first == np.arange(m, len(rows)))
        if len(free) <= n:
            return free.tolist()
        selector = make_selector(
            self.method, n_to_select=n, random_state=seed, **dict(self.parameters)
        )
        found = selector.select(rows[m:][free], known=rows[:m])
        return sorted(free[found.indices].tolist())
