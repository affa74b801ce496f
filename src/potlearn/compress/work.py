r"""What functions cost in force time, and what they share.

A function needs *items*: nodes of the descriptor's program, moments of a radial function up to a
degree, the radial function itself, spherical harmonics up to a degree.  An item is paid for once,
however many functions need it:

.. math:: t = \sum_{i \in \bigcup_f I_f} p_i .

Prices of nodes are by their terms and groups; those of moments, radial functions and harmonics are
for every neighbour within the cutoff.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.engine import close_pairs
from potlearn.engine.basis import Basis
from potlearn.engine.program import Program
from potlearn.errors import FitError
from potlearn.structure.system import System
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.typing import Atoms

GROUP, RADIAL, MOMENT, HARMONIC = 1.0, 1.6, 0.13, 0.7
"""Prices, in units of about a nanosecond (on one core with AVX-512): a group of terms of a node,
for each atom; and for each neighbour a radial function, a moment, a spherical harmonic."""
NODE, RADIAL_FUNCTION, MOMENTS, HARMONICS = "node", "radial", "moments", "harmonics"


class Item(NamedTuple):
    """A node; a radial function; its moments of a degree; harmonics of a degree."""

    kind: str
    radial: int
    degree: int


@dataclass(frozen=True, eq=False)
class Work:
    """Items of every function, and their prices.

    Attributes
    ----------
    features : tuple of str
        Names of the F functions.
    items : tuple of Item
    prices : (I,)
        Of the items.
    needs : (F, I) bool
        Which items a function needs.
    """

    features: tuple[str, ...]
    items: tuple[Item, ...]
    prices: Array
    needs: NDArray[np.bool_]

    @classmethod
    def of(cls, descriptor: Descriptor, examples: Sequence[Atoms]) -> Work:
        """Work of a descriptor's functions, with the neighbours that the examples have.

        Raises
        ------
        FitError
            The functions are not those of a program, as where they are blended by clusters.
        """
        basis = getattr(getattr(descriptor, "engine", None), "basis", None)
        if not isinstance(basis, Basis) or basis.names != tuple(descriptor.feature_names):
            raise FitError(
                "the cost of these functions is not known: they are not those of one program "
                "(environment clusters share all of it); choose by error instead of by cost"
            )
        system = System.of(list(examples), descriptor.species, descriptor.cutoff)
        neighbors = len(close_pairs(system, descriptor.cutoff)) / max(len(system), 1)
        return cls.of_basis(basis, neighbors)

    @classmethod
    def of_basis(cls, basis: Basis, neighbors: float) -> Work:
        """Work of a basis for atoms of so many neighbours."""
        program = basis.programs[0]
        nodes, channels = _needed(program, basis.channels)
        items = [*_node_items(program), *_radial_items(basis)]
        place = {item: j for j, item in enumerate(items)}
        needs = np.zeros((len(nodes), len(items)), bool)
        for f, (own, pairs) in enumerate(zip(nodes, channels, strict=True)):
            needs[f, own] = True
            needs[f, [place[item] for n, l in pairs for item in _below(n, l)]] = True
        prices = np.array([*_node_prices(program), *_radial_prices(items, neighbors)])
        return cls(basis.names, tuple(items), prices, needs)

    def cost(self, kept: NDArray[np.bool_]) -> float:
        """Cost of some functions (F,) together, in ns/atom or so."""
        return float(self.prices[self.needs[kept].any(axis=0)].sum())

    def cost_of(self, names: Collection[str]) -> float:
        """Cost of some functions by name."""
        return self.cost(np.isin(np.array(self.features), list(names)))

    @property
    def groups(self) -> NDArray[np.bool_]:
        """Functions (G, F) that share a radial function, or angular degrees from some one up.

        Without all of them at once, radial functions and moments drop out.
        """
        shared = [j for j, item in enumerate(self.items) if item.kind != NODE]
        found: NDArray[np.bool_] = np.unique(self.needs[:, shared].T, axis=0)
        several: NDArray[np.bool_] = found[found.sum(axis=1) > 1]
        return several


def _needed(
    program: Program, channels: Sequence[tuple[int, int]]
) -> tuple[list[NDArray[np.intp]], list[set[tuple[int, int]]]]:
    """Nodes and (radial function, degree) that each feature is made of."""
    nodes: list[int] = []  # sets of nodes as bits
    moments: list[set[tuple[int, int]]] = []
    for node in range(program.n_nodes):
        own, pairs = 1 << node, set()
        for value in program.read_by(node).tolist():
            if value < program.n_moments:
                pairs.add(channels[value])
            elif value < program.n_moments + program.n_nodes:
                own |= nodes[value - program.n_moments]
                pairs |= moments[value - program.n_moments]
        nodes.append(own)
        moments.append(pairs)
    roots = (program.feature - program.n_moments).tolist()
    return [_bits(nodes[root], program.n_nodes) for root in roots], [moments[r] for r in roots]


def _bits(number: int, n: int) -> NDArray[np.intp]:
    raw = np.frombuffer(number.to_bytes((n + 7) // 8, "little"), np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little"))


def _node_items(program: Program) -> Iterator[Item]:
    return (Item(NODE, node, 0) for node in range(program.n_nodes))


def _node_prices(program: Program) -> Array:
    return GROUP * np.diff(program.node_first).astype(float)


def _below(n: int, l: int) -> Iterator[Item]:
    """Items of a moment of radial function ``n`` and degree ``l``: the engine goes up to it."""
    yield Item(RADIAL_FUNCTION, n, 0)
    for degree in range(l + 1):
        yield Item(MOMENTS, n, degree)
        yield Item(HARMONICS, 0, degree)


def _radial_items(basis: Basis) -> list[Item]:
    found = [i for n, top in enumerate(basis.degrees) for i in _below(n, top)]
    return list(dict.fromkeys(found))


def _radial_prices(items: Sequence[Item], neighbors: float) -> Iterator[float]:
    price = {RADIAL_FUNCTION: RADIAL, MOMENTS: MOMENT, HARMONICS: HARMONIC}
    for item in items:
        if item.kind != NODE:
            width = 1 if item.kind == RADIAL_FUNCTION else 2 * item.degree + 1
            yield neighbors * price[item.kind] * width
