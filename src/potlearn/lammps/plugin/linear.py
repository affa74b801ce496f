"""Linear potentials as terms: their coefficients folded into the polynomials."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.descriptors.compiled import FoldedModel
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays
from potlearn.lammps.plugin.terms import Term, terms_of
from potlearn.potentials.linear import LinearPotential


def terms(potential: LinearPotential, weight: float) -> Iterator[Term]:
    """The model of the descriptor, and its reference.

    Raises
    ------
    ModelFileError
        A descriptor that the compiled engine does not evaluate alone.
    """
    model = potential.evaluator
    if not isinstance(model, FoldedModel):
        raise ModelFileError(
            f"{type(potential.descriptor).__name__} descriptors of this kind (environment "
            "clusters, or a family without the compiled engine) cannot be written for pair_style "
            "potlearn; "
            "fit with number_of_environment_clusters: 1"
        )
    basis = basis_arrays(model.engine.basis, model.species)
    yield {"kind": "linear", **basis, "coefficients": weight * model.coefficients}
    if potential.reference is not None:
        yield from terms_of(potential.reference, weight)
