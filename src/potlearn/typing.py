"""Types that all rooms share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ase import Atoms as Atoms
else:
    Atoms = Any  # for annotations: ASE is not loaded

Array: TypeAlias = NDArray[np.float64]
"""Real numbers; docstrings give the shape."""
Indices: TypeAlias = NDArray[np.int64]
"""Positions in an array."""
Mask: TypeAlias = NDArray[np.bool_]
"""What is taken, true or false each."""
Species: TypeAlias = NDArray[np.int32]
"""Index of each atom's element in the list of species."""
Settings: TypeAlias = dict[str, Any]
"""Plain data (and arrays) that rebuild an object."""

Positive: TypeAlias = Annotated[float, Gt(0)]
"""A number above 0; settings files are checked for it."""
NonNegative: TypeAlias = Annotated[float, Ge(0)]
"""A number not below 0."""
Count: TypeAlias = Annotated[int, Ge(0)]
"""A whole number not below 0."""
Length: TypeAlias = Annotated[float, Ge(0.001), Le(100)]
"""A distance between atoms that matters, Å; more than 100 is a mistake, and costs without end."""
RadialCount: TypeAlias = Annotated[int, Ge(0), Le(100)]
"""A number of radial functions, or a degree of theirs; beyond some 30 they are rounding alone."""


@dataclass(frozen=True)
class ByLedger:
    """Annotation of a setting that changes no design row, or only chooses among them.

    Fits with other values of it need no new pass over the data: the triangular factors of a larger
    basis answer them (:mod:`potlearn.tune.passes`).  A setting without this mark needs a pass.

    Parameters
    ----------
    key, value :
        Another setting of the same class, and the value of it with which this holds; by default it
        always holds.
    """

    key: str = ""
    value: Any = None


__all__ = [
    "Array",
    "Atoms",
    "ByLedger",
    "Count",
    "Indices",
    "Length",
    "Mask",
    "NonNegative",
    "Positive",
    "RadialCount",
    "Settings",
    "Species",
]
