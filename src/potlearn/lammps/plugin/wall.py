"""The wall around the data as a term."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.lammps.plugin.terms import Term
from potlearn.potentials.wall import LINEAR, WIDTH, Wall


def terms(potential: Wall, weight: float) -> Iterator[Term]:
    """Its tables, and the constants of its functions."""
    yield {
        "kind": "wall",
        "species": "\n".join(potential.species),
        "reach": potential.reach,
        "limit": potential.limit,
        "height": weight * potential.height,
        "contact": potential.contact,
        "stiffness": weight * potential.stiffness,
        "width": WIDTH,
        "linear": LINEAR,
    }
