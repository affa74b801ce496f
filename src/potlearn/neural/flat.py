"""Parameters of a head as one vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from potlearn.potentials.neural import Head
from potlearn.potentials.neural.heads import Parameters
from potlearn.typing import Array, Mask


@dataclass(frozen=True)
class Flat:
    """Names and shapes of parameters, one after the other in a vector (D,).

    Attributes
    ----------
    shapes : mapping of name to shape
    """

    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, head: Head) -> Flat:
        """The parameters of a head."""
        return cls(head.shapes(head.n_species, head.n_features, head.hidden))

    @property
    def size(self) -> int:
        """Number D of parameters."""
        return sum(prod(shape) for shape in self.shapes.values())

    def vectors(self, heads: Sequence[Head]) -> Array:
        """Parameters of several heads, (K, D)."""
        rows = [np.concatenate([h.parameters[n].ravel() for n in self.shapes]) for h in heads]
        return np.stack(rows)

    def parameters(self, vector: Any) -> Parameters:
        """Arrays by name of a vector (D,) of NumPy or JAX."""
        found, start = {}, 0
        for name, shape in self.shapes.items():
            end = start + prod(shape)
            found[name] = vector[start:end].reshape(shape)
            start = end
        return found

    def place(self, name: str) -> slice:
        """Where a parameter is in the vector."""
        start = 0
        for other, shape in self.shapes.items():
            if other == name:
                return slice(start, start + prod(shape))
            start += prod(shape)
        raise KeyError(name)

    def where(self, chosen: Callable[[str], bool]) -> Mask:
        """Which places of the vector belong to the chosen names, (D,)."""
        return np.concatenate([np.full(prod(s), chosen(name)) for name, s in self.shapes.items()])


def is_weight(name: str) -> bool:
    """Whether a parameter is a weight; the names of biases begin with ``b``."""
    return not name.startswith("b")


def layer_of(name: str, depth: int) -> int:
    """Layer that a parameter belongs to, from 0: ``w1`` to 1, ``w_species`` to 0, ``last``."""
    digits = "".join(c for c in name if c.isdigit())
    return depth if name == "last" else int(digits or 0)
