"""Ways to choose a subset: a selector with its parameters, and the features that it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from potlearn.errors import SelectionError
from potlearn.features import SCALINGS, make_kinds, scaled
from potlearn.runtime import content_key
from potlearn.select import Hierarchical, Selection, Selector, make_selector
from potlearn.typing import Array

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
    descriptor : str
        Name of the features' descriptor, where a comparison has several.
    chunk_size : int, optional
        Choose level by level, from chunks of so many configurations
        (:class:`~potlearn.select.Hierarchical`).
    oversampling : float
        How many times the number of configurations a chunk keeps.

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
    descriptor: str = ""
    chunk_size: int | None = None
    oversampling: float = 2.0

    def __post_init__(self) -> None:
        make_kinds(self.features)
        own = {"name", "random_state", SIZE.get(self.selector, "n_to_select")}
        for taken in sorted(own & set(self.parameters)):
            raise SelectionError(f"{self.selector}: {taken!r} is not a parameter of a method")
        self.make(1, 0)
        if self.scaling not in SCALINGS:
            raise SelectionError(f"unknown scaling {self.scaling!r}; expected one of {SCALINGS}")

    @property
    def key(self) -> str:
        """Content key of what it does, whatever it is called."""
        return content_key(replace(self, name=""), size=6)

    @property
    def rows(self) -> tuple[str, ...]:
        """What its features are called in a comparison."""
        return (self.descriptor, *self.features)

    def make(self, n_to_select: int, seed: int) -> Selector:
        """The selector of a number of rows and a seed."""
        size = {SIZE.get(self.selector, "n_to_select"): n_to_select}
        flat = make_selector(self.selector, **size, random_state=seed, **self.parameters)
        if self.chunk_size is None:
            return flat
        return Hierarchical(flat, self.chunk_size, self.oversampling, levels=True)

    def choose(self, X: Array, groups: NDArray[Any], n_to_select: int, seed: int) -> Selection:
        """Choose from rows of raw features (n, F) with their groups (n,).

        Raises
        ------
        SelectionError
            As the selector does.
        """
        return self.make(n_to_select, seed).select(scaled(X, self.scaling), groups)
