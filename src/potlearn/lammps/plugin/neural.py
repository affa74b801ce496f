"""Neural potentials as terms: the mean of the members as one network of the features."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.descriptors.compiled import EmbeddedModel
from potlearn.engine import Network
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays
from potlearn.lammps.plugin.terms import Term, terms_of
from potlearn.potentials.neural import NeuralPotential


def terms(potential: NeuralPotential, weight: float) -> Iterator[Term]:
    """Network and linear part, and the reference.

    Raises
    ------
    ModelFileError
        A descriptor that the compiled engine does not evaluate alone.
    """
    model = potential.evaluator
    if not isinstance(model, EmbeddedModel):
        raise ModelFileError(
            f"networks of {type(potential.descriptor).__name__} descriptors of this kind "
            "(environment clusters, or a family without the compiled engine) cannot be written for "
            "pair_style potlearn"
        )
    basis = basis_arrays(model.engine.basis, model.species)
    yield {"kind": "network", **basis, **network_arrays(model.network, weight)}
    if potential.reference is not None:
        yield from terms_of(potential.reference, weight)


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
