"""The compiled module (native/module.cpp): arrays in, arrays filled.

N atoms of B configurations, P pairs, M features, S sets of coefficients, G gates.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array

class TooCloseError(ValueError): ...

class Program:
    def __init__(
        self,
        n_moments: int,
        n_invariants: int,
        node_first: NDArray[np.int32],
        group_a: NDArray[np.int32],
        group_first: NDArray[np.int32],
        term_b: NDArray[np.int32],
        term_weight: Array,
        feature: NDArray[np.int32],
        min_neighbors: NDArray[np.int32],
    ) -> None: ...

class System:
    """Refers to the arrays; sizes and indices are checked here, once."""

    def __init__(
        self,
        positions: Array,  # (N, 3)
        species: NDArray[np.int32],  # (N,)
        first: NDArray[np.int64],  # (N + 1,)
        neighbor: NDArray[np.int32],  # (P,)
        image: NDArray[np.int32],  # (P,)
        translations: Array,  # (K, 3)
        owner: NDArray[np.int32] | None = None,  # (N,), ascending; None: B = 1
        n_systems: int = 1,
    ) -> None: ...

class Network:
    """A copy of the weights, laid out for the compiled pass; sizes are checked here."""

    def __init__(
        self,
        coefficients: Array,  # (n_species, 1 + M)
        branches: Sequence[
            tuple[Sequence[Array], Sequence[Array], str]
        ],  # weights (n_species, out, in), biases (n_species, out), activation
        center: Array,  # (n_species, M), or empty: no fade
        weight: Array,
        inner: Array,  # (n_species,)
        outer: Array,
    ) -> None: ...

class Engine:
    def __init__(
        self,
        n_species: int,
        bits: int,
        octaves: int,
        lowest: NDArray[np.int32],
        degree: NDArray[np.int32],
        table_of: NDArray[np.int32],
        cutoffs: Array,
        knots: Array,
        programs: Sequence[Program],
        program_of: NDArray[np.int32],
        instruction_set: str,
    ) -> None: ...
    @property
    def n_features(self) -> int: ...
    def energy_forces(
        self,
        system: System,
        coefficients: Array,  # (S, n_species, 1 + M)
        threads: int,
        energies: Array,  # (S, N)
        forces: Array,  # (S, N, 3)
        virial: Array,  # (S, B, 6)
    ) -> None: ...
    def network_energy_forces(
        self,
        system: System,
        network: Network,
        threads: int,
        energies: Array,  # (N,)
        forces: Array,  # (N, 3)
        virial: Array,  # (B, 6)
    ) -> None: ...
    def features(self, system: System, threads: int, out: Array) -> None: ...
    def vjp(
        self,
        system: System,
        weights: Array,  # (N, M)
        threads: int,
        forces: Array,  # (N, 3)
        virial: Array,  # (B, 6)
    ) -> None: ...
    def jvp(
        self,
        system: System,
        displacements: Array,  # (N, 3)
        strain: Array,  # (B, 3, 3)
        threads: int,
        out: Array,  # (N, M)
    ) -> None: ...
    def rows(
        self,
        system: System,
        gate_weights: Array,  # (N, G)
        gate_slopes: Array,  # (N, G, M)
        row_stride: int,
        threads: int,
        energy: Array,  # (B, row_stride), zeros, as are the others
        forces: Array,  # (3N, row_stride)
        virial: Array,  # (6B, row_stride) or empty
    ) -> None: ...

def instruction_sets() -> list[str]: ...
def stages() -> dict[str, float]: ...  # in builds of `make profile` only
def close_pairs(system: System, cutoff: float, found: NDArray[np.int64]) -> int: ...
def densities(
    system: System,
    reach: Array,  # (S, S)
    contact: Array,  # (S, S)
    density: Array,  # (N,)
    found: NDArray[np.int64],  # (P,)
) -> int: ...
