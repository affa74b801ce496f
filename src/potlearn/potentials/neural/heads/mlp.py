"""A multilayer perceptron for each species."""

from __future__ import annotations

from itertools import pairwise

from typing_extensions import override

from potlearn.potentials.neural.heads.base import Head, Layer, Parameters


class SpeciesMLP(Head):
    r"""Every species has layers of its own.

    .. math:: h = a^{z} \cdot \varphi(W_2^{z} \varphi(W_1^{z} x + b_1^{z}) + b_2^{z})
    """

    kind = "mlp"

    @staticmethod
    @override
    def shapes(
        n_species: int, n_features: int, hidden: tuple[int, ...]
    ) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for layer, (n_in, n_out) in enumerate(pairwise((n_features, *hidden))):
            found[f"w{layer}"] = n_species, n_out, n_in
            found[f"b{layer}"] = n_species, n_out
        return {**found, "last": (n_species, 1, hidden[-1])}

    @override
    def layers(self, parameters: Parameters) -> list[Layer]:
        hidden = [Layer(parameters[f"w{k}"], parameters[f"b{k}"]) for k in range(len(self.hidden))]
        return [*hidden, Layer(parameters["last"])]
