"""How large a basis may be: counted before anything is built, ten times what serves in practice.

Bases in use have some 100 to 10,000 functions; 12,600 of order 4 take 8 seconds to build.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from potlearn.descriptors.ace.trees import Pattern, degrees
from potlearn.engine.radial import table_size
from potlearn.errors import BasisError

MAX_CHANNELS = 20_000
"""Channels (species, n, l) of one order."""
MAX_PRODUCTS = 300_000
"""Products of channels of one order; most have none to two functions."""
MAX_FUNCTIONS = 100_000
MAX_COMPONENTS = 2_000_000
"""Components (m_1, ..., m_N) of one product."""
MAX_WORK = 1e11
"""Components times trees of all patterns: some ten minutes, where bases in use take a second."""
MAX_TABLES = 2 * 2**30
"""Bytes of radial tables."""
_PAIRINGS = {4: 3, 5: 15, 6: 15}
"""Ways to couple so many factors in pairs."""
_LESS = "lower 'order', 'degree' or 'nmax' and 'lmax'"

Item = TypeVar("Item")


def check_channels(order: int, n: int) -> None:
    """Refuse more channels than can be combined."""
    if n > MAX_CHANNELS:
        raise BasisError(
            f"ace: functions of order {order} would have {n} channels (species, n, l); the limit "
            f"is {MAX_CHANNELS}: {_LESS}, or raise 'wL'"
        )


def limited(products: Iterator[Item], order: int) -> Iterator[Item]:
    """The products of channels of one order, refused as soon as there are too many."""
    yield from islice(products, MAX_PRODUCTS)
    if next(products, None) is not None:
        raise BasisError(
            f"ace: this basis would have more than {MAX_PRODUCTS} products of order {order}; that "
            f"is the limit: {_LESS}"
        )


def check_functions(n: int) -> None:
    """Refuse an empty basis, and one with more functions than a fit can have."""
    if n == 0:
        raise BasisError("ace: these settings leave no function")
    if n > MAX_FUNCTIONS:
        raise BasisError(
            f"ace: this basis would have {n} functions; the limit is {MAX_FUNCTIONS}: {_LESS}"
        )


def check_work(patterns: Iterable[Pattern]) -> None:
    """Refuse degrees whose couplings need more memory or time than there is.

    Raises
    ------
    BasisError
        A product with too many components, or too many trees in all.
    """
    total = 0.0
    for pattern in patterns:
        ls = degrees(pattern)
        components = math.prod(2 * l + 1 for l in ls)
        if components > MAX_COMPONENTS:
            raise BasisError(
                f"ace: a product of angular degrees {', '.join(map(str, ls))} has {components} "
                f"components; the limit is {MAX_COMPONENTS}: lower 'lmax' or 'degree' of order "
                f"{len(ls)}"
            )
        total += components * _n_trees(ls)
    if total > MAX_WORK:
        raise BasisError(
            f"ace: coupling these angular degrees takes {total:.0e} operations; the limit is "
            f"{MAX_WORK:.0e}: {_LESS}"
        )


def _n_trees(ls: Iterable[int]) -> int:
    """Bound on the coupling trees of these degrees."""
    coupled = sorted(l for l in ls if l > 0)
    if len(coupled) < 4:
        return 1
    widths = (2 * l + 1 for l in coupled[: len(coupled) // 2])
    return _PAIRINGS[len(coupled)] * math.prod(widths)


def check_tables(n_tables: int, n_functions: int) -> None:
    """Refuse radial tables that would not fit into memory."""
    size = n_tables * table_size(n_functions)
    if size > MAX_TABLES:
        raise BasisError(
            f"ace: {n_functions} radial functions of {n_tables} kinds of pairs take "
            f"{size / 2**30:.1f} GB; the limit is {MAX_TABLES / 2**30:.0f} GB: fewer radial "
            "functions, or fewer pairs with settings of their own"
        )
