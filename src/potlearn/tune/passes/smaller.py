"""The fit of some of a candidate's functions, chosen by a method of compression."""

from __future__ import annotations

from potlearn.compress import FunctionChoice, Reduced, make_compressor
from potlearn.compress.problem import FeatureProblem, check_rows, shares_of
from potlearn.compress.reduce import Reducer
from potlearn.descriptors import Descriptor
from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.posed import Posed
from potlearn.fit.solved import Solved


def compressed(
    ledger: Ledger, fit: Solved, descriptor: Descriptor, method: str, k: int
) -> tuple[Reduced, Descriptor]:
    """The refit of at most ``k`` functions, and their descriptor.

    Raises
    ------
    FitError
        The method chooses directions, not functions; ``k`` is less than one, or more than there
        are; fewer rows than coefficients.
    """
    check_rows(ledger)
    compressor, solver = make_compressor(method), fit.settings.make_solver()
    if not isinstance(compressor, FunctionChoice):
        raise FitError(
            f"compression by {method!r} keeps all functions, and with them the force time; take a "
            "method that chooses functions"
        )
    posed = Posed.of(ledger, fit.settings, n_folds=solver.n_folds)
    features = FeatureProblem.of(
        posed.problem,
        descriptor.feature_names,
        descriptor.species,
        fit.info,
        shares_of(ledger, descriptor.species),
    )
    reduced = Reducer(posed, features, compressor, solver).fit(k)
    return reduced, descriptor.prune(reduced.names)
