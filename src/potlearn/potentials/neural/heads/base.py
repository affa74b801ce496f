r"""What heads have in common: layers for every species, made from parameters.

.. math::
    y_0 = x, \qquad y_l = \varphi(W_l^{z} y_{l-1} + b_l^{z}), \qquad h = W_L^{z} y_{L-1}

with standardised features x (M,) of an atom of species z.  A head says how its parameters make the
layers; the last ones are zero at first, so that training starts at the linear model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

import numpy as np

from potlearn.engine import ACTIVATIONS, Branch
from potlearn.engine.activations import activate
from potlearn.errors import ModelFileError
from potlearn.potentials.neural.scaling import Scaling
from potlearn.runtime import shown
from potlearn.typing import Array, Settings

Parameters: TypeAlias = dict[str, Any]
"""Arrays of NumPy or JAX by name."""


class Layer(NamedTuple):
    """Weights (S, out, in) and biases (S, out), or none."""

    weights: Any
    biases: Any = None


@dataclass(frozen=True, eq=False)
class Head(ABC):
    """A function of the standardised features of an atom, for every species.

    Attributes
    ----------
    n_species, n_features : int
        S and M.
    hidden : tuple of int
        Sizes of the hidden layers.
    activation : str
        One of :data:`~potlearn.engine.ACTIVATIONS`.
    parameters : mapping of name to array
        Of the shapes that :meth:`shapes` gives.

    Raises
    ------
    ModelFileError
        Layers or an activation that the head does not take, parameters of other names or shapes,
        or not finite.
    """

    kind: ClassVar[str]
    """Name of the head in files and settings."""
    activations: ClassVar[tuple[str, ...]] = ACTIVATIONS
    """Activations that it takes; the first is the default."""
    default_hidden: ClassVar[tuple[int, ...]] = (64, 64)
    """Sizes of the hidden layers where none are given."""
    most_layers: ClassVar[int | None] = None
    """Hidden layers that it takes; None: any number."""

    n_species: int
    n_features: int
    hidden: tuple[int, ...]
    activation: str
    parameters: Mapping[str, Array]

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(int(n) for n in self.hidden))
        self.check_hidden(self.hidden)
        if self.activation not in self.activations:
            raise ModelFileError(
                f"activation: the head {self.kind!r} takes {', '.join(self.activations)}; got "
                f"{shown(self.activation)}"
            )
        arrays = {k: np.ascontiguousarray(v, float) for k, v in self.parameters.items()}
        object.__setattr__(self, "parameters", arrays)
        self._check_parameters()

    @classmethod
    def initial(
        cls,
        n_species: int,
        n_features: int,
        hidden: Sequence[int],
        rng: np.random.Generator,
        activation: str | None = None,
    ) -> Self:
        """A head with random hidden layers and a last layer of zeros."""
        shapes = cls.shapes(n_species, n_features, tuple(hidden))
        parameters = {name: _drawn(name, shape, rng) for name, shape in shapes.items()}
        chosen = activation or cls.activations[0]
        return cls(n_species, n_features, tuple(hidden), chosen, parameters)

    @classmethod
    def check_hidden(cls, hidden: Sequence[int]) -> None:
        """Refuse hidden layers that this kind of head does not take.

        Raises
        ------
        ModelFileError
            No layer, one without units, or too many layers.
        """
        if not hidden:
            raise ModelFileError("hidden: expected at least one layer, got none")
        if min(hidden) < 1:
            raise ModelFileError(f"hidden: expected sizes of layers from 1, got {list(hidden)}")
        most = cls.most_layers
        if most is not None and len(hidden) > most:
            layers = "1 layer" if most == 1 else f"{most} layers"
            raise ModelFileError(
                f"hidden: the head {cls.kind!r} takes {layers}, got {len(hidden)}: {list(hidden)}"
            )

    @staticmethod
    @abstractmethod
    def shapes(
        n_species: int, n_features: int, hidden: tuple[int, ...]
    ) -> dict[str, tuple[int, ...]]:
        """Shapes of the parameters.

        Names of hidden weights begin with ``w``; those of what is zero at first, such as biases
        (``b``) and the layer ``last``, do not.  A number in a name is that of the layer, from 0;
        without one it is the first.
        """

    @abstractmethod
    def layers(self, parameters: Parameters) -> list[Layer]:
        """Layers of every species, from the first; the last has one output and no biases."""

    def of_species(self, parameters: Parameters, species: Any, x: Any, xp: Any) -> Any:
        """Energies (P,) of standardised features (P, M) of atoms of one species.

        ``xp`` is NumPy or JAX's NumPy, to which parameters and features belong.
        """
        *inner, last = self.layers(parameters)
        y = x
        for layer in inner:
            y = y @ layer.weights[species].T
            y = y if layer.biases is None else y + layer.biases[species]
            y = activate(self.activation, y, xp)
        return (y @ last.weights[species].T)[:, 0]

    def branch(self, scaling: Scaling, factor: float = 1.0) -> Branch:
        """Layers that read the features themselves; energies are multiplied by ``factor``."""
        layers = self.layers(dict(self.parameters))
        first, last = layers[0], layers[-1]
        weights = [np.asarray(layer.weights) for layer in layers]
        biases = [np.zeros(w.shape[:2]) for w in weights[:-1]]
        for bias, layer in zip(biases, layers[:-1], strict=True):
            bias += 0.0 if layer.biases is None else layer.biases
        weights[0] = first.weights * scaling.scale[:, None, :]
        biases[0] -= np.einsum("soi,si->so", weights[0], scaling.center)
        weights[-1] = factor * last.weights
        return Branch(tuple(weights), tuple(biases), self.activation)

    def with_parameters(self, parameters: Mapping[str, Any]) -> Self:
        """The same head with other parameters."""
        return replace(self, parameters={k: np.array(v, float) for k, v in parameters.items()})

    def to_dict(self) -> Settings:
        """Settings that rebuild it."""
        return {
            "kind": self.kind,
            "n_species": self.n_species,
            "n_features": self.n_features,
            "hidden": list(self.hidden),
            "activation": self.activation,
            "parameters": dict(self.parameters),
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(**settings)

    def _check_parameters(self) -> None:
        expected = self.shapes(self.n_species, self.n_features, self.hidden)
        if set(self.parameters) != set(expected):
            raise ModelFileError(
                f"parameters: expected {', '.join(expected)}, got {shown(list(self.parameters))}"
            )
        for name, shape in expected.items():
            found = self.parameters[name]
            if found.shape != shape or not np.isfinite(found).all():
                raise ModelFileError(
                    f"parameter {name}: expected finite numbers of shape {shape}, got shape "
                    f"{found.shape}"
                )


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Weights whose outputs have about the size of their inputs, or zeros."""
    if not name.startswith("w"):
        return np.zeros(shape)
    return rng.normal(0.0, shape[-1] ** -0.5, shape)
