"""Networks on descriptors: the compiled pass where there is one, NumPy and vjp for the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from potlearn.descriptors.base import Configurations, Descriptor, Energies, Evaluator
from potlearn.engine import Network
from potlearn.errors import BasisError
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System


@runtime_checkable
class Embeds(Protocol):
    """A descriptor that evaluates networks itself, faster than from its features."""

    def embed(self, network: Network) -> Evaluator:
        """Energies and forces of a network of its features, as fast as can be."""


@dataclass(frozen=True, eq=False)
class NetworkModel:
    """A network of the features of any descriptor: features, NumPy, then vjp."""

    descriptor: Descriptor
    network: Network

    def __call__(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Energies:
        """Energies, forces and virial."""
        system = System.of(atoms, self.descriptor.species, self.descriptor.cutoff, neighbors)
        features = self.descriptor.features(system, threads=threads)
        energies, slopes = self.network.energies_and_slopes(features, system.species)
        return Energies(energies, *self.descriptor.vjp(system, slopes, threads=threads))


def evaluator_of(descriptor: Descriptor, network: Network) -> Evaluator:
    """Energies and forces of a network of a descriptor's features.

    Raises
    ------
    BasisError
        The network is of another number of species or features.
    """
    check_network(network, len(descriptor.species), descriptor.n_features)
    if isinstance(descriptor, Embeds):
        return descriptor.embed(network)
    return NetworkModel(descriptor, network)


def check_network(network: Network, n_species: int, n_features: int) -> None:
    """BasisError where a network is not of so many species and features."""
    got = network.n_species, network.n_features
    if got != (n_species, n_features):
        raise BasisError(
            f"network: expected {n_species} species and {n_features} features as the descriptor "
            f"has, got {got[0]} and {got[1]}"
        )


__all__ = ["Embeds", "NetworkModel", "check_network", "evaluator_of"]
