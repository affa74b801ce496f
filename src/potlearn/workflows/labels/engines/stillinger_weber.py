r"""The silicon potential of Stillinger and Weber: a stand-in for an engine, where statistics count.

.. math::
    E = \sum_{i<j} \epsilon A (B r^{-4} - 1) \, e^{1/(r-a)}
      + \sum_i \sum_{j<k} \epsilon \lambda \left(\cos\theta_{jik} + \tfrac13\right)^2
        e^{\gamma/(r_{ij}-a)} \, e^{\gamma/(r_{ik}-a)}

with distances in units of σ.  Source: Phys. Rev. B 31, 5262 (1985), eqs. (2.1) to (2.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

from potlearn.errors import SpeciesError
from potlearn.structure.neighbors import neighbors
from potlearn.typing import Array, Indices

EPSILON, SIGMA, A, LAMBDA, GAMMA = 2.1682, 2.0951, 1.80, 21.0, 1.20
"""Energy in eV, length in Å, and numbers."""
BIG_A, BIG_B = 7.049556277, 0.6022245584


class StillingerWeber(Calculator):
    """Energy, forces and stress of silicon."""

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012 - as ASE

    def calculate(
        self,
        atoms: Any = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Fill ``results``.

        Raises
        ------
        SpeciesError
            An element other than silicon.
        """
        Calculator.calculate(self, atoms, properties, system_changes)
        current: Any = self.atoms
        if (current.numbers != 14).any():
            found = sorted(set(current.get_chemical_symbols()) - {"Si"})
            raise SpeciesError(f"stillinger-weber: expected silicon alone, got {', '.join(found)}")
        list_ = neighbors(current, A * SIGMA - 1e-9, closest=0.0)
        vectors = list_.vectors(current.positions)
        own, gradient = _bonds(vectors / SIGMA, np.asarray(list_.first))
        energy = EPSILON * own
        gradient *= EPSILON / SIGMA
        forces = np.zeros((len(current), 3))
        np.add.at(forces, list_.i, gradient)
        np.subtract.at(forces, list_.j, gradient)
        self.results = {"energy": energy, "free_energy": energy, "forces": forces}
        if current.cell.rank == 3:
            virial = vectors.T @ gradient / current.get_volume()
            self.results["stress"] = virial.ravel()[[0, 4, 8, 5, 2, 1]]


def _bonds(bonds: Array, first: Indices) -> tuple[float, Array]:
    """Reduced energy, half of every pair at each end, and its gradient in the bonds (n, 3)."""
    r = np.linalg.norm(bonds, axis=1)
    unit = bonds / r[:, None]
    cut = np.exp(1 / (r - A))
    pair = 0.5 * BIG_A * (BIG_B * r**-4 - 1) * cut
    slope = -2 * BIG_A * BIG_B * r**-5 * cut - pair / (r - A) ** 2
    gradient = slope[:, None] * unit
    one, two = _angles(first)
    g = np.exp(GAMMA / (r - A))
    cosine = np.einsum("ij,ij->i", unit[one], unit[two])
    h = cosine + 1 / 3
    bend = LAMBDA * g[one] * g[two] * h * h
    for a, b in ((one, two), (two, one)):
        along = -GAMMA / (r[a] - A) ** 2 * bend
        turn = 2 * LAMBDA * g[a] * g[b] * h / r[a]
        across = unit[b] - cosine[:, None] * unit[a]
        np.add.at(gradient, a, along[:, None] * unit[a] + turn[:, None] * across)
    return float(pair.sum() + bend.sum()), gradient


def _angles(first: Indices) -> tuple[Indices, Indices]:
    """Both bonds of every angle; bonds of atom i are those from first[i] on."""
    counts = np.diff(first)
    centre = np.repeat(np.arange(len(counts)), counts)
    one = np.repeat(np.arange(first[-1]), counts[centre])
    start = np.repeat(np.cumsum(counts[centre]) - counts[centre], counts[centre])
    two = first[centre[one]] + np.arange(len(one)) - start
    later = one < two
    return one[later], two[later]
