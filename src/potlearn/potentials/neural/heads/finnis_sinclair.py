"""Square roots of densities, as in Finnis-Sinclair potentials."""

from __future__ import annotations

from typing_extensions import override

from potlearn.potentials.neural.heads.base import Head, Layer, Parameters


class FinnisSinclair(Head):
    r"""Densities that are linear in the features, and a smooth signed square root of each.

    .. math:: h = \sum_p a_p^{z}\, f(w_p^{z} \cdot x), \qquad f(\rho) = \rho\, (1 + \rho^2)^{-1/4}

    The embedding of Finnis and Sinclair (Philos. Mag. A 50 (1984) 45) over any descriptor, as in
    nonlinear ACE (Lysogorskiy et al., npj Comput. Mater. 7 (2021) 97).  ``hidden`` is the number of
    densities, one layer.
    """

    kind = "finnis_sinclair"
    activations = ("sqrt",)
    default_hidden = (64,)
    most_layers = 1

    @staticmethod
    @override
    def shapes(
        n_species: int, n_features: int, hidden: tuple[int, ...]
    ) -> dict[str, tuple[int, ...]]:
        n = hidden[0]
        return {"w0": (n_species, n, n_features), "last": (n_species, 1, n)}

    @override
    def layers(self, parameters: Parameters) -> list[Layer]:
        return [Layer(parameters["w0"]), Layer(parameters["last"])]
