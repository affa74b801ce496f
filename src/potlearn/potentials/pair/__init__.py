"""Pair potentials: one function of distance per pair of species."""

from .base import PairPotential
from .shifted import BornMayer, Coulomb, LennardJones, Morse
from .zbl import ZBL

__all__ = [
    "PAIR_KINDS",
    "ZBL",
    "BornMayer",
    "Coulomb",
    "LennardJones",
    "Morse",
    "PairPotential",
]

PAIR_KINDS: dict[str, type[PairPotential]] = {
    cls.kind: cls for cls in (ZBL, LennardJones, Morse, BornMayer, Coulomb)
}
