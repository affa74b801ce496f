"""Models of a descriptor as terms, linear or neural, and their reference."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.descriptors.compiled import EmbeddedModel, FoldedModel
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays, network_arrays
from potlearn.lammps.plugin.terms import Term, terms_of
from potlearn.potentials.referenced import ReferencedPotential


def terms(potential: ReferencedPotential, weight: float) -> Iterator[Term]:
    """The model of the descriptor, as it is evaluated, and the terms of the reference.

    Raises
    ------
    ModelFileError
        A descriptor that the compiled engine does not evaluate alone.
    """
    model = potential.evaluator
    if isinstance(model, FoldedModel):
        own: Term = {"kind": "linear", "coefficients": weight * model.coefficients}
    elif isinstance(model, EmbeddedModel):
        own = {"kind": "network", **network_arrays(model.network, weight)}
    else:
        raise ModelFileError(
            f"a model of this {type(potential.descriptor).__name__} descriptor cannot be written "
            "for pair_style potlearn: it has environment clusters, or a family without the "
            "compiled engine; fit with number_of_environment_clusters: 1"
        )
    yield {**own, **basis_arrays(model.engine.basis, model.species)}
    if potential.reference is not None:
        yield from terms_of(potential.reference, weight)
