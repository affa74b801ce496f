r"""Site energies of nonlinear ACE potentials, from densities and core repulsion.

With :math:`F = \sum_p w_p G(\rho_p; m_p)` and the step :math:`s`,

.. math::

    \text{density, distance:} \quad & E_i = F \, s(\rho_\mathrm{core}) + \rho_\mathrm{core} \\
    \text{zbl:} \quad & E_i = F \, s_i + \rho_\mathrm{core} (1 - s_i)

where :math:`s_i` goes from one to zero as the nearest neighbour enters the inner cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.ace.primitives import smooth_step
from potlearn.engine import Jet, close_pairs
from potlearn.potentials.pace.data import Bond, Embedding
from potlearn.potentials.pace.file import YaceFile
from potlearn.structure.system import System
from potlearn.typing import Array

STEEPNESS = 1e6
"""Where FinnisSinclair turns from a power into a line, as an inverse density."""
_NOTHING = 1e-10
_LINEAR = 1e-9
"""Exponents this close to one are one: the formulas divide by the difference."""


def embedding_energy(embedding: Embedding, rho: Array) -> tuple[Array, Array]:
    r""":math:`F` (K,) and :math:`\partial F / \partial \rho` (K, P) for densities (K, P).

    With :math:`a = |\rho|`, for exponents :math:`m` other than one,

    .. math::

        \text{FinnisSinclair:} \quad & G = \pm \big( (1 - y) a^m + W^{1-m} y a \big), \quad
            y = e^{-(W a)^3}, \quad W = 10^6 \\
        \text{FinnisSinclairShiftedScaled:} \quad & G = \pm \big( (X + a)^m - Z \big), \quad
            X = t^{t / (1 - t)} e^{-a}, \quad Z = t^{1 / (1 - t)} e^{-a}, \quad t = 1 / m
    """
    function = _power if embedding.npoti == "FinnisSinclair" else _shifted
    columns = [
        (rho[:, p], np.ones(len(rho))) if abs(m - 1) < _LINEAR else function(rho[:, p], float(m))
        for p, m in enumerate(embedding.exponents)
    ]
    values, slopes = (np.stack(part, 1) for part in zip(*columns, strict=True))
    return values @ embedding.weights, slopes * embedding.weights


def _power(rho: Array, m: float) -> tuple[Array, Array]:
    a = np.maximum(np.abs(rho), _NOTHING)
    line = STEEPNESS ** (1 - m)
    cube = np.minimum((STEEPNESS * a) ** 3, 1e3)
    y = np.where(cube > 30, 0.0, np.exp(-cube))
    dy = -3 * STEEPNESS * (STEEPNESS * a) ** 2 * y
    value = (1 - y) * a**m + line * y * a
    slope = (1 - y) * m * a ** (m - 1) - dy * a**m + line * (y + dy * a)
    tiny = np.abs(rho) <= _NOTHING
    return np.where(tiny, line * rho, np.sign(rho) * value), np.where(tiny, line, slope)


def _shifted(rho: Array, m: float) -> tuple[Array, Array]:
    a, t = np.abs(rho), 1 / m
    x = t ** (t / (1 - t)) * np.exp(-a)
    z = t ** (1 / (1 - t)) * np.exp(-a)
    value = np.sign(rho) * ((x + a) ** m - z)
    return value, z + m * (1 - x) * (x + a) ** (m - 1)


def core_switch(embedding: Embedding, rho_core: Array) -> tuple[Array, Array]:
    """Step in the core repulsion, and its slope, (K,)."""
    step = smooth_step(
        Jet.variable(rho_core), embedding.rho_core_cutoff, embedding.drho_core_cutoff
    )
    return step.value, step.first


@dataclass(frozen=True)
class NearestSwitch:
    """The step of the mode ``zbl``: one unless the nearest neighbour is in the inner cutoff.

    Attributes
    ----------
    value : (N,)
    pair : (K,) int
        Pairs of the list that some atom's step depends on.
    atom : (K,) int
        Their centres.
    slope : (K,)
        Slope of that step in the distance, 1/Å.
    """

    value: Array
    pair: NDArray[np.int64]
    atom: NDArray[np.int64]
    slope: Array


def nearest_switch(file: YaceFile, system: System) -> NearestSwitch:
    r"""The step of every atom.

    Nearest is the neighbour of smallest :math:`r_{ij} - (r_\mathrm{in} - d_\mathrm{in})`, with
    the parameters of the pair; one that is ``d_in`` or more away from it leaves the step at one.
    """
    positions, species = system.positions, system.species
    outer, width, cutoff = (_of_pairs(file, key) for key in ("rcut_in", "dcut_in", "rcut"))
    reach = min(file.cutoff, float((outer - width).max() + width.max()))
    near = close_pairs(system, reach) if reach > 0 else np.empty(0, np.int64)
    i, j, shifts = system.neighbors.some(near)
    r = np.linalg.norm(positions[j] - positions[i] + shifts, axis=1)
    kinds = species[i], species[j]
    depth = r - (outer - width)[kinds]
    order = np.lexsort((depth, i))
    order = order[(r < cutoff[kinds])[order]]
    atoms, first = np.unique(i[order], return_index=True)
    chosen = order[first]
    chosen, atoms = (x[depth[chosen] < file.cutoff] for x in (chosen, atoms))
    value = np.ones(len(positions))
    slope = np.empty(len(chosen))
    for k, (pair, atom) in enumerate(zip(chosen, atoms, strict=True)):
        a, d = outer[kinds[0][pair], kinds[1][pair]], width[kinds[0][pair], kinds[1][pair]]
        step = smooth_step(Jet.variable(np.array([a - r[pair]])), d, d)
        value[atom], slope[k] = step.value[0], -step.first[0]
    moving = slope != 0
    return NearestSwitch(value, near[chosen[moving]], atoms[moving], slope[moving])


def _of_pairs(file: YaceFile, key: str) -> Array:
    n = len(file.elements)
    table = np.zeros((n, n))
    for pair, bond in file.bonds.items():
        assert isinstance(bond, Bond)
        table[pair] = getattr(bond, key)
    return table
