"""Repulsive cores: the shortest distances of the data, ZBL below them, dimers, inequalities."""

from .dimers import DimerCheck, check_dimers, dimer_distances, dimers
from .shortest import Pair, default_zbl, pairs_of, shortest_distances

__all__ = [
    "DimerCheck",
    "Pair",
    "check_dimers",
    "default_zbl",
    "dimer_distances",
    "dimers",
    "pairs_of",
    "shortest_distances",
]
