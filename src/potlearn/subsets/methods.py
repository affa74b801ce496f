"""Ways to choose a subset: a selector with its parameters, and the features that it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import SelectionError
from potlearn.features import SCALINGS, make_kinds, scaled
from potlearn.select import Selection, make_selector

Array = NDArray[np.float64]
# Selectors whose number of rows is drawn: what the number asked for is called.
SIZE = {"dpp": "expected_size"}


@dataclass(frozen=True)
class Method:
    """A way to choose.

    Attributes
    ----------
    name : str
        What it is called in tables.
    selector : str
        Name in :data:`~potlearn.select.SELECTORS`.
    parameters : mapping
        The selector's parameters, without number of rows and seed.
    features : tuple of str
        Names in :data:`~potlearn.features.KINDS`.
    scaling : str
        One of :data:`~potlearn.features.SCALINGS`.

    Raises
    ------
    SelectionError
        Unknown selector, parameter or scaling.
    BasisError
        Unknown kind of features.
    """

    name: str
    selector: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    features: tuple[str, ...] = ("mean",)
    scaling: str = "standard"

    def __post_init__(self) -> None:
        make_kinds(self.features)
        self.make(1, 0)
        if self.scaling not in SCALINGS:
            raise SelectionError(f"unknown scaling {self.scaling!r}; expected one of {SCALINGS}")

    @property
    def key(self) -> str:
        """Fingerprint of what it does, whatever it is called."""
        parameters = sorted((name, repr(value)) for name, value in self.parameters.items())
        settings = (self.selector, parameters, self.features, self.scaling)
        return blake2b(repr(settings).encode(), digest_size=6).hexdigest()

    def make(self, n_to_select: int, seed: int) -> Any:
        """The selector of a number of rows and a seed."""
        size = {SIZE.get(self.selector, "n_to_select"): n_to_select}
        return make_selector(self.selector, **size, random_state=seed, **self.parameters)

    def choose(self, X: Array, groups: NDArray[Any], n_to_select: int, seed: int) -> Selection:
        """Choose from rows of raw features (n, F) with their groups (n,).

        Raises
        ------
        SelectionError
            As the selector does.
        """
        selection: Selection = self.make(n_to_select, seed).select(scaled(X, self.scaling), groups)
        return selection
