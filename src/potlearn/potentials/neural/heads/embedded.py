"""One multilayer perceptron for all species, with an embedding of the species."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from typing_extensions import override

from potlearn.potentials.neural.heads.base import Head, Layer, Parameters


class EmbeddedMLP(Head):
    r"""All species share the weights; a vector of each is added in the first layer.

    .. math:: h = a \cdot \varphi(W_2\, \varphi(W_1 x + e^{z}) + b_2)

    Few parameters for many species.
    """

    kind = "embedded"

    @staticmethod
    @override
    def shapes(
        n_species: int, n_features: int, hidden: tuple[int, ...]
    ) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {"w0": (hidden[0], n_features)}
        found["w_species"] = n_species, hidden[0]
        for layer, (n_in, n_out) in enumerate(pairwise(hidden), 1):
            found[f"w{layer}"] = n_out, n_in
            found[f"b{layer}"] = (n_out,)
        return {**found, "last": (1, hidden[-1])}

    @override
    def layers(self, parameters: Parameters) -> list[Layer]:
        first = Layer(self._shared(parameters["w0"]), parameters["w_species"])
        others = [
            Layer(self._shared(parameters[f"w{k}"]), self._shared(parameters[f"b{k}"]))
            for k in range(1, len(self.hidden))
        ]
        return [first, *others, Layer(self._shared(parameters["last"]))]

    def _shared(self, array: Any) -> Any:
        """The same for every species."""
        return array[None].repeat(self.n_species, 0)
