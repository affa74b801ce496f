"""How many descriptors POD's settings give, counted before anything is built."""

from __future__ import annotations

from itertools import product
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from potlearn.descriptors.pod.program import FOURBODY_ANGULAR
from potlearn.errors import BasisError
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.descriptors.pod.program import PodBody

MAX_FACTORS = 20_000
"""Most three- or four-body descriptors that are factors of products, which are counted in pairs."""
_ROWS = 256


class _Family(NamedTuple):
    """Three- or four-body descriptors, in their order: what the rules of products ask for.

    Attributes
    ----------
    place : (n,)
        Angular number + width × radial number.
    elements, degree, radial : (n,)
    """

    place: Indices
    elements: Indices
    degree: Indices
    radial: Indices

    def within(self, n_radial: int, degree: int) -> _Family:
        """Those that can be factors of products with these bounds."""
        kept = (self.radial < n_radial) & (self.degree <= degree)
        return _Family(*(x[kept] for x in self))


def n_descriptors(n_species: int, body: PodBody) -> int:
    """Number of descriptors, two- to seven-body.

    Raises
    ------
    BasisError
        So many factors of products that they cannot even be counted.
    """
    angular = [sum(abc) for abc in FOURBODY_ANGULAR if sum(abc) <= body.degree[4]]
    n_three = comb(n_species + 1, 2) * body.radial[3] * (body.degree[3] + 1)
    n_four = comb(n_species + 2, 3) * body.radial[4] * len(angular)
    total = n_species * body.radial[2] + n_three + n_four
    if not any(body.radial[q] for q in (5, 6, 7)):
        return total
    for n in (n_three, n_four):
        if n > MAX_FACTORS:
            raise BasisError(
                f"pod: this basis would have products of {n} three- or four-body descriptors; the "
                f"limit is {MAX_FACTORS}: lower their numbers, or use no five- to seven-body ones"
            )
    three = _family(comb(n_species + 1, 2), body.radial[3], list(range(body.degree[3] + 1)))
    four = _family(comb(n_species + 2, 3), body.radial[4], angular)
    pairs = {5: (three, three), 6: (three, four), 7: (four, four)}
    return total + sum(
        _n_products(*factors, body.radial[q], body.degree[q]) for q, factors in pairs.items()
    )


def _family(n_elements: int, n_radial: int, degrees: list[int]) -> _Family:
    """Descriptors by elements, radial and angular number, the last fastest."""
    numbers = product(range(n_elements), range(n_radial), range(len(degrees)))
    e, m, p = np.array(list(numbers), np.int64).reshape(-1, 3).T
    return _Family(p + len(degrees) * m, e, np.array(degrees, np.int64)[p], m)


def _n_products(left: _Family, right: _Family, n_radial: int, degree: int) -> int:
    """Pairs that the rules of :class:`~potlearn.descriptors.pod.program.PodProgram` admit."""
    left, right = left.within(n_radial, degree), right.within(n_radial, degree)
    found = 0
    for start in range(0, len(left.place), _ROWS):
        place, elements, degrees, radial = (x[start : start + _ROWS, None] for x in left)
        admitted = (right.place >= place) & (right.elements >= elements)
        admitted &= (right.degree + degrees <= degree) & (right.radial + radial < n_radial)
        found += int(admitted.sum())
    return found
