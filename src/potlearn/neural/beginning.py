"""Where training starts: a linear potential and new heads, or a neural potential and its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from potlearn.engine import Fade
from potlearn.errors import FitError
from potlearn.neural.flat import Flat, layer_of
from potlearn.neural.settings import NeuralSettings
from potlearn.neural.whitening import Whitening
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import HEADS, Head, NeuralPotential, Scaling
from potlearn.typing import Array, Mask


@dataclass(frozen=True, eq=False)
class Beginning:
    """Where training starts.

    Attributes
    ----------
    start : LinearPotential or NeuralPotential
    linear : LinearPotential
        The linear part, which stays as it is.
    heads : tuple of Head
        One for each member.
    """

    start: LinearPotential | NeuralPotential
    linear: LinearPotential
    heads: tuple[Head, ...]

    @classmethod
    def of(cls, start: LinearPotential | NeuralPotential, settings: NeuralSettings) -> Beginning:
        """The heads of a potential, and new ones up to the number of members.

        Raises
        ------
        FitError
            The potential is of another kind, of other heads, or has more members.
        """
        if isinstance(start, LinearPotential):
            known: tuple[Head, ...] = ()
            if settings.frozen:
                raise FitError("freeze: a linear potential has no layers to keep; expected 0")
            linear = start
        elif isinstance(start, NeuralPotential):
            known, linear = start.heads, start.linear
            if settings.hidden is None:
                settings = replace(settings, hidden=known[0].hidden)
            _check_heads(known, settings)
        else:
            raise FitError(
                f"networks start from a linear or neural potential, got {type(start).__name__}"
            )
        n_species, n_features = len(linear.descriptor.species), linear.descriptor.n_features
        new = [
            _drawn(n_species, n_features, settings, k) for k in range(len(known), settings.members)
        ]
        return cls(start, linear, (*known, *new))

    @property
    def fade(self) -> Fade | None:
        """That of a neural potential."""
        return self.start.fade if isinstance(self.start, NeuralPotential) else None

    def scaling(self, new: Scaling) -> Scaling:
        """That of the start, to which the weights belong; the new one of species it lacked."""
        if not isinstance(self.start, NeuralPotential):
            return new
        old = self.start.scaling
        unseen = (old.scale == 0).all(axis=1, keepdims=True)
        return Scaling(
            np.where(unseen, new.center, old.center),
            np.where(unseen, new.scale, old.scale),
        )

    def trained(self, whitening: Whitening) -> Array:
        """Parameters to train (K, D); those of new heads are drawn as such."""
        vectors = whitening.flat.vectors(self.heads)
        known = len(self.start.heads) if isinstance(self.start, NeuralPotential) else 0
        vectors[:known] = whitening.trained(vectors[:known])
        return vectors

    def free(self, settings: NeuralSettings) -> Mask:
        """Which parameters are trained, (D,): not those of the first layers that are frozen.

        Raises
        ------
        FitError
            No layer would be left.
        """
        depth = len(self.heads[0].hidden)
        if settings.frozen > depth:
            raise FitError(
                f"freeze is {settings.freeze}: the networks have {depth} hidden layers and a last "
                f"one; expected at most {depth}, so that one is trained"
            )
        flat = Flat.of(self.heads[0])
        return flat.where(lambda name: layer_of(name, depth) >= settings.frozen)


def _drawn(n_species: int, n_features: int, settings: NeuralSettings, member: int) -> Head:
    """A new head; each member has its own random numbers."""
    rng = np.random.default_rng([settings.seed, member])
    kind = HEADS.load(settings.head)
    return kind.initial(n_species, n_features, settings.layers, rng, settings.activation)


def _check_heads(heads: tuple[Head, ...], settings: NeuralSettings) -> None:
    """FitError unless the heads are of the settings' architecture, and not too many."""
    if len(heads) > settings.members:
        raise FitError(
            f"members is {settings.members}: the potential from which training starts has "
            f"{len(heads)}; expected as many or more"
        )
    activation = settings.activation or HEADS.load(settings.head).activations[0]
    wanted = settings.head, settings.layers, activation
    for head in heads:
        found = head.kind, head.hidden, head.activation
        if found != wanted:
            raise FitError(
                "the potential from which training starts has networks of another architecture "
                f"(head {found[0]}, hidden {list(found[1])}, activation {found[2]}); the settings "
                f"ask for {wanted[0]}, {list(wanted[1])}, {wanted[2]}"
            )
