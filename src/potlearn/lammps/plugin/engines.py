"""What an engine evaluates, a basis or a network of its features, as arrays of a term."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.engine import Basis, Engine, Network, Program
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.terms import Term


def basis_arrays(basis: Basis, species: Sequence[str]) -> Term:
    """Species, tables and programs."""
    first = basis.tables[0]
    if any((t.bits, t.octaves) != (first.bits, first.octaves) for t in basis.tables):
        raise ModelFileError("radial tables of different resolution in one basis")
    n_species = basis.n_species
    program_of = np.arange(n_species) if len(basis.programs) > 1 else np.zeros(n_species, int)
    arrays: Term = {
        "species": "\n".join(species),
        "bits": first.bits,
        "octaves": first.octaves,
        "lowest": np.array(basis.lowest, np.int32),
        "degree": np.array(basis.degrees, np.int32),
        "table_of": basis.table_of,
        "cutoffs": np.array([t.cutoff for t in basis.tables], float),
        "knots": np.stack([t.knots[:, :, : len(basis.degrees)] for t in basis.tables]),
        "program_of": program_of.astype(np.int32),
    }
    for k, program in enumerate(basis.programs):
        arrays |= {f"program{k}.{name}": value for name, value in _program(program).items()}
    return arrays


def features_arrays(descriptor: Descriptor) -> Term:
    """Those of a descriptor's features.

    Raises
    ------
    ModelFileError
        The compiled engine does not evaluate them alone.
    """
    engine = getattr(descriptor, "engine", None)
    if not isinstance(engine, Engine) or engine.basis.names != descriptor.feature_names:
        raise ModelFileError(
            f"features of {type(descriptor).__name__} descriptors of this kind cannot be written "
            "for pair_style potlearn"
        )
    return basis_arrays(engine.basis, descriptor.species)


def network_arrays(network: Network, weight: float = 1.0) -> Term:
    """Layers of a network times a weight."""
    arrays: Term = {"coefficients": weight * network.coefficients}
    for k, branch in enumerate(network.branches):
        *before, last = branch.weights
        layers = (*before, weight * last)
        own: Term = {"activation": branch.activation}
        own |= {f"weights{n}": layer for n, layer in enumerate(layers)}
        own |= {f"biases{n}": bias for n, bias in enumerate(branch.biases)}
        arrays |= {f"branch{k}.{name}": value for name, value in own.items()}
    if (fade := network.fade) is not None:
        arrays |= {f"fade.{name}": value for name, value in vars(fade).items()}
    return arrays


def _program(program: Program) -> Term:
    return {
        "n_moments": program.n_moments,
        "n_invariants": program.n_invariants,
        "node_first": program.node_first,
        "group_a": program.group_a,
        "group_first": program.group_first,
        "term_b": program.term_b,
        "term_weight": program.term_weight,
        "feature": program.feature,
        "min_neighbors": program.min_neighbors,
    }
