r"""Nonlinear ACE potentials as data: everything that a ``.yace`` file holds, checked.

Drautz, Phys. Rev. B 99, 014104 (2019); Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021).  Names
are those of the file.  Species are numbers, places in ``elements``; pairs are (centre, neighbour).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array

Pair: TypeAlias = tuple[int, int]

EMBEDDINGS = ("FinnisSinclair", "FinnisSinclairShiftedScaled")
RADIAL = ("ChebExpCos", "ChebPow", "ChebLinear", "SBessel")
POLYNOMIAL = "ACE.jl"
INNER_CUTOFFS = ("density", "distance", "zbl")


@dataclass(frozen=True, eq=False)
class Embedding:
    r"""Energy of densities, :math:`F(\rho) = \sum_p w_p \, G(\rho_p; m_p)`.

    Attributes
    ----------
    weights, exponents : (P,)
        :math:`w_p` (eV) and :math:`m_p`, interleaved in the file's ``FS_parameters``.
    npoti : str
        Which :math:`G`; one of :data:`EMBEDDINGS`.
    rho_core_cutoff, drho_core_cutoff : float
        Where ``F`` is switched off as the core repulsion grows, and over which width, in eV.
    """

    weights: Array
    exponents: Array
    npoti: str = "FinnisSinclair"
    rho_core_cutoff: float = 1e5
    drho_core_cutoff: float = 250.0

    @property
    def ndensity(self) -> int:
        """Number P of densities."""
        return len(self.weights)

    @classmethod
    def linear(cls) -> Embedding:
        """The embedding of a linear potential: one density, which is the energy."""
        return cls(np.ones(1), np.ones(1))


@dataclass(frozen=True, eq=False)
class Bond:
    r"""Radial functions of one pair, :math:`R_{nl} = \sum_k c_{nlk} g_k`.

    Attributes
    ----------
    radbasename : str
        Kind of the primitive functions :math:`g_k`; one of :data:`RADIAL`.
    radparameters : tuple of float
        Its parameters, the first of which is :math:`\lambda`.
    radcoefficients : (nradmax, lmax + 1, nradbasemax)
        :math:`c_{nlk}`.
    rcut, dcut : float
        Cutoff, and width of the last switch, in Å.
    prehc, lambdahc : float
        Strength and decay of the core repulsion.
    rcut_in, dcut_in : float
        Inner cutoff and its width, in Å.
    inner_cutoff_type : str
        What the inner cutoff does; one of :data:`INNER_CUTOFFS`.
    """

    radbasename: str
    radparameters: tuple[float, ...]
    radcoefficients: Array
    rcut: float
    dcut: float = 0.01
    prehc: float = 0.0
    lambdahc: float = 1.0
    rcut_in: float = 0.0
    dcut_in: float = 0.01
    inner_cutoff_type: str = "distance"

    @property
    def nradmax(self) -> int:
        """Number of functions for orders from 2."""
        return len(self.radcoefficients)

    @property
    def lmax(self) -> int:
        """Largest degree."""
        return int(self.radcoefficients.shape[1]) - 1

    @property
    def nradbasemax(self) -> int:
        """Number of primitive functions."""
        return int(self.radcoefficients.shape[2])


@dataclass(frozen=True, eq=False)
class PolynomialBond:
    r"""Radial functions of one pair as ACE.jl has them, the same for all degrees.

    .. math::

        x = \left( \frac{1 + r_0}{1 + r} \right)^p, \qquad
        P_1 = A_1 (x - x_l)^{p_l} (x - x_r)^{p_r}, \qquad
        P_n = (A_n x + B_n) P_{n-1} + C_n P_{n-2}

    and zero for :math:`x < x_l` if :math:`p_l > 0`, for :math:`x > x_r` if :math:`p_r > 0`.

    Attributes
    ----------
    recursion : (3, maxn)
        Rows A, B, C.
    """

    rcut: float
    xl: float
    xr: float
    pl: int
    pr: int
    r0: float
    p: int
    recursion: Array
    radbasename: str = "ACE.jl.base"

    @property
    def nradmax(self) -> int:
        """Number of functions."""
        return int(self.recursion.shape[1])

    @property
    def nradbasemax(self) -> int:
        """Number of functions for order 1, the same."""
        return int(self.recursion.shape[1])


@dataclass(frozen=True, eq=False)
class SplineBond:
    r"""Radial functions of one pair as ACEpotentials.jl tabulates them, the same for all degrees.

    On equal intervals from zero to the cutoff every function is the cubic with the values and
    slopes of the nodes.

    Attributes
    ----------
    rcut : float
        Cutoff in Å: the last node.
    values, slopes : (nradmax, K + 1)
        At the nodes.
    """

    rcut: float
    values: Array
    slopes: Array
    radbasename: str = "ACE.jl"

    @property
    def nradmax(self) -> int:
        """Number of functions."""
        return len(self.values)

    @property
    def nradbasemax(self) -> int:
        """Number of functions for order 1, the same."""
        return len(self.values)


@dataclass(frozen=True, eq=False)
class PolynomialPair:
    r"""Pair potential that goes with :class:`PolynomialBond`; a pair adds half of it to each site.

    .. math:: v(r) = \sum_n c_n P_n(r) \quad (r > r_i), \qquad
              v(r) = e_0 + B e^{-A (r / r_i - 1)} r_i / r \quad (r \le r_i)

    Attributes
    ----------
    basis : PolynomialBond
    coefficients : mapping of pair to (maxn,)
    inner : mapping of pair to (ri, e0, A, B)
        Empty: the polynomials reach down to zero.
    """

    basis: PolynomialBond
    coefficients: Mapping[Pair, Array]
    inner: Mapping[Pair, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ClusterFunction:
    r"""Product of N factors summed over combinations of their m.

    .. math:: \rho_p \mathrel{+}= \sum_c \tilde c_{cp} \operatorname{Re} \prod_{t=1}^N
              A_{\mu_t n_t l_t m_{ct}}

    Attributes
    ----------
    mus, ns, ls : tuple of int, length N
        Species, radial index (from 1) and degree of every factor.
    ms : (M, N) int
        Combinations, each of sum zero.
    ctildes : (M, P)
    """

    mus: tuple[int, ...]
    ns: tuple[int, ...]
    ls: tuple[int, ...]
    ms: NDArray[np.int64]
    ctildes: Array

    @property
    def rank(self) -> int:
        """Number of factors."""
        return len(self.mus)


@dataclass(frozen=True, eq=False)
class YaceData:
    """A complete potential.

    Attributes
    ----------
    elements : tuple of str
        Chemical symbols.
    e0 : (n,)
        Energy of the free atoms, in eV.
    embeddings : tuple of Embedding
        One per centre species.
    bonds : mapping of (centre, neighbour) to Bond, PolynomialBond or SplineBond
        Every ordered pair, all of one kind.
    functions : tuple of tuples of ClusterFunction
        One list per centre species; may be empty.
    spline_bins : float
        Spacing in Å of the tables that other evaluators make; not used here.
    lmax : int, optional
        Largest degree, with PolynomialBond and SplineBond only.
    pair : PolynomialPair, optional
        With PolynomialBond only.

    Raises
    ------
    ModelFileError
        Parts that do not fit together; the message names key, species and function.
    """

    elements: tuple[str, ...]
    e0: Array
    embeddings: tuple[Embedding, ...]
    bonds: Mapping[Pair, Bond] | Mapping[Pair, PolynomialBond] | Mapping[Pair, SplineBond]
    functions: tuple[tuple[ClusterFunction, ...], ...]
    spline_bins: float = 0.001
    lmax: int | None = None
    pair: PolynomialPair | None = None

    @property
    def is_julia(self) -> bool:
        """Whether the radial functions are those of ACE.jl or ACEpotentials.jl."""
        return not isinstance(self.bonds[0, 0], Bond)

    @property
    def inner_cutoff_type(self) -> str:
        """The last pair's: other evaluators have one for the whole potential, set by this one."""
        last = self.bonds[max(self.bonds)]
        return last.inner_cutoff_type if isinstance(last, Bond) else "density"

    @property
    def cutoff(self) -> float:
        """Largest cutoff, in Å."""
        return max(bond.rcut for bond in self.bonds.values())

    @property
    def ndensity(self) -> int:
        """Largest number of densities."""
        return max(embedding.ndensity for embedding in self.embeddings)

    @property
    def nradbasemax(self) -> int:
        """Largest number of primitive functions: order-1 functions may use them in every pair."""
        return max(bond.nradbasemax for bond in self.bonds.values())

    @property
    def nradmax(self) -> int:
        """Largest number of radial functions."""
        return max(bond.nradmax for bond in self.bonds.values())

    @property
    def degree(self) -> int:
        """Largest degree that functions may have."""
        if self.lmax is not None:
            return self.lmax
        return max(bond.lmax for bond in self.bonds.values() if isinstance(bond, Bond))
