"""Sums as terms: weights are folded into the terms."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.lammps.plugin.terms import Term, terms_of
from potlearn.potentials.sum import SumPotential


def terms(potential: SumPotential, weight: float) -> Iterator[Term]:
    """Those of every potential in the sum."""
    for own, term in potential.terms:
        yield from terms_of(term, weight * own)
