r"""Polynomials of complex moments as nodes of a program, in real arithmetic.

With :math:`a_{lm}` the engine's real moments, the moments of complex harmonics with
Condon-Shortley phase are

.. math:: A_{l0} = a_{l0}, \qquad A_{lm} = (-1)^m (a_{lm} + i a_{l,-m}) / \sqrt 2, \qquad
          A_{l,-m} = (-1)^m \overline{A_{lm}} \qquad (m > 0)

and a polynomial is :math:`\sum_v c_v \operatorname{Re} \prod_t A_{v_t}` over products whose m sum
to zero.  Products share their parts: a part is one node for its real and one for its imaginary
part, a part and its conjugate are the same nodes, and of a whole product only the real part is
formed, inside the sum.  The parts are chosen greedily, those that are there or that many products
have first (Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), have the idea of shared products).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from math import sqrt
from typing import NamedTuple, TypeAlias

from potlearn.engine.program import ONE, ProgramBuilder, Value

Factor: TypeAlias = tuple[int, int, int]
"""Channel (any number), l and m of one factor."""
Product: TypeAlias = tuple[Factor, ...]
"""Factors in ascending order."""


class _Complex(NamedTuple):
    """``scale * (re + i sign im)``; no ``im`` is a real number."""

    scale: float
    re: Value
    im: Value | None
    sign: int

    def conjugate(self, factor: int) -> _Complex:
        """The conjugate times a factor."""
        return _Complex(self.scale * factor, self.re, self.im, -self.sign)


def conjugate(product: Product) -> Product:
    """The product with all m reversed; equal to the conjugate times (-1)^(sum m)."""
    return tuple(sorted((channel, l, -m) for channel, l, m in product))


def folded(terms: Mapping[Product, Iterable[float]]) -> dict[Product, list[float]]:
    """Coefficients of sorted products, of a product and its conjugate only one."""
    found: dict[Product, list[float]] = {}
    for product, coefficients in terms.items():
        ordered = tuple(sorted(product))
        key = max(ordered, conjugate(ordered))
        sums = found.get(key)
        new = [float(c) for c in coefficients]
        found[key] = new if sums is None else [a + b for a, b in zip(sums, new, strict=True)]
    return {key: sums for key, sums in found.items() if any(sums)}


class ComplexPolynomials:
    """Puts polynomials of complex moments into ``builder``.

    Parameters
    ----------
    builder : ProgramBuilder
    moment : callable
        The real moment of (channel, l, m).
    """

    def __init__(self, builder: ProgramBuilder, moment: Callable[[int, int, int], Value]) -> None:
        self._builder = builder
        self._moment = moment
        self._parts: dict[Product, _Complex] = {}
        self._uses: Counter[Product] = Counter()

    def add(self, terms: Mapping[Product, Iterable[float]], count: int = 1) -> list[Value]:
        """Nodes of ``count`` polynomials; every product has that many coefficients."""
        products = folded(terms)
        self._uses.update(part for product in products for part in _pairs(product))
        sums: list[dict[tuple[Value, Value], float]] = [{} for _ in range(count)]
        for product, coefficients in products.items():
            for pair, weight in self._real_part(product):
                for p, c in enumerate(coefficients):
                    if c:
                        sums[p][pair] = sums[p].get(pair, 0.0) + c * weight
        return [self._builder.invariant(terms) for terms in sums]

    def _real_part(self, product: Product) -> list[tuple[tuple[Value, Value], float]]:
        if len(product) == 1:
            z = self._part(product)
            return [((ONE, z.re), z.scale)]
        a, b = (self._part(part) for part in self._split(product))
        scale = a.scale * b.scale
        found = [(_ordered(a.re, b.re), scale)]
        if a.im is not None and b.im is not None:
            found.append((_ordered(a.im, b.im), -scale * a.sign * b.sign))
        return found

    def _part(self, product: Product) -> _Complex:
        """The product as nodes, made where they are not there yet."""
        other = conjugate(product)
        if other > product:
            return self._part(other).conjugate((-1) ** (sum(m for _, _, m in product) % 2))
        if product not in self._parts:
            self._parts[product] = (
                self._leaf(*product[0]) if len(product) == 1 else self._node(product)
            )
        return self._parts[product]

    def _leaf(self, channel: int, l: int, m: int) -> _Complex:
        """A moment, m >= 0."""
        if m == 0:
            return _Complex(1.0, self._moment(channel, l, 0), None, 1)
        return _Complex(
            (-1) ** (m % 2) / sqrt(2), self._moment(channel, l, m), self._moment(channel, l, -m), 1
        )

    def _node(self, product: Product) -> _Complex:
        a, b = (self._part(part) for part in self._split(product))
        re = {_ordered(a.re, b.re): 1.0}
        im: dict[tuple[Value, Value], float] = {}
        if a.im is not None and b.im is not None:
            key = _ordered(a.im, b.im)
            re[key] = re.get(key, 0.0) - a.sign * b.sign
        for x, y in ((a, b), (b, a)):
            if y.im is not None:
                key = _ordered(x.re, y.im)
                im[key] = im.get(key, 0.0) + y.sign
        has_imaginary = any(im.values())
        return _Complex(
            a.scale * b.scale,
            self._builder.invariant(re),
            self._builder.invariant(im) if has_imaginary else None,
            1,
        )

    def _split(self, product: Product) -> tuple[Product, Product]:
        """Two parts, with as few new nodes as can be, preferring pairs that many products have."""

        def cost(parts: tuple[Product, Product]) -> tuple[int, int, int]:
            new = sum(len(part) - 1 for part in parts if not self._is_there(part))
            shared = sum(self._uses[_representative(part)] for part in parts if len(part) == 2)
            return new, -shared, abs(len(parts[0]) - len(parts[1]))

        return min(_partitions(product), key=cost)

    def _is_there(self, part: Product) -> bool:
        return len(part) == 1 or _representative(part) in self._parts


def _representative(part: Product) -> Product:
    return max(part, conjugate(part))


def _pairs(product: Product) -> Iterator[Product]:
    """Different pairs of factors, up to conjugation."""
    return iter({_representative(pair) for pair in combinations(product, 2)})


def _partitions(product: Product) -> Iterator[tuple[Product, Product]]:
    for first, second in _places(len(product)):
        yield tuple(product[k] for k in first), tuple(product[k] for k in second)


@cache
def _places(n: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Partitions of the places 0..n-1 in two."""
    found = []
    for size in range(1, n):
        for second in combinations(range(1, n), size):
            found.append((tuple(k for k in range(n) if k not in second), second))
    return found


def _ordered(a: Value, b: Value) -> tuple[Value, Value]:
    """Moments before nodes, so that terms with the same moment are a group."""
    return (a, b) if (a.kind != "moment", a) <= (b.kind != "moment", b) else (b, a)
