"""The compiled engine's Python face."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.engine.program import Program
from potlearn.engine.radial import RadialTable
from potlearn.errors import DataError
from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Array


def instruction_sets() -> tuple[str, ...]:
    """Instruction sets that this CPU runs, narrowest first: of baseline, avx2, avx512."""
    from potlearn.engine import _native

    return tuple(_native.instruction_sets())


def native_pairs(positions: Array, species: NDArray[np.int32], neighbors: Neighbors) -> Any:
    """The compiled view of a configuration and its neighbour list."""
    from potlearn.engine import _native

    return _native.Pairs(
        np.ascontiguousarray(positions, float),
        np.ascontiguousarray(species, np.int32),
        neighbors.first,
        neighbors.j,
        np.ascontiguousarray(neighbors.offsets),
    )


def close_pairs(positions: Array, neighbors: Neighbors, cutoff: float) -> NDArray[np.int64]:
    """Indices of the pairs of the list that are closer than ``cutoff`` Å, ascending."""
    from potlearn.engine import _native

    found = np.empty(len(neighbors.j), np.int64)
    pairs = native_pairs(positions, np.zeros(len(positions), np.int32), neighbors)
    return found[: _native.close_pairs(pairs, cutoff, found)]


def _aligned_rows(count: int, columns: int) -> Array:
    """Zeros (count, stride >= columns) whose second column starts a cache line in every row."""
    line = 8
    stride = -(-columns // line) * line
    flat = np.zeros(count * stride + line)
    start = (-(flat.ctypes.data // flat.itemsize) - 1) % line
    return flat[start : start + count * stride].reshape(count, stride)


def _native_program(p: Program) -> Any:
    from potlearn.engine import _native

    return _native.Program(
        p.n_moments, p.n_invariants, p.node_first, p.group_a, p.group_first,
        p.term_b, p.term_weight, p.feature, p.min_neighbors,
    )  # fmt: skip


class Engine:
    r"""Moments, a polynomial program, and their derivatives, for every atom of a configuration.

    .. math::
        A_{e n l m}(i) &= \sum_{j: z_j = e} R_n(r_{ij}; z_i, z_j) Y_{lm}(r_{ij} / |r_{ij}|) \\
        B_k(i) &= P_k(A(i))

    Radial function ``n`` has the moments of degrees :math:`\lambda_n \le l \le L_n`.  Moment
    ``(e, n, l, m)`` has index ``e S + o_n + l² + l + m - λ_n²`` with ``o_n`` the sum of
    :math:`(L_{n'} + 1)^2 - \lambda_{n'}^2` over ``n' < n`` and ``S`` that sum over all ``n``.

    Parameters
    ----------
    degrees : sequence of int
        Angular degree :math:`L_n` of each radial function, 0 to 12.
    tables : sequence of RadialTable
        Radial functions, one table per kind of pair.
    table_of : (n_species, n_species) int
        Which table serves (centre, neighbour).
    program : Program or sequence of Program
        The polynomials; or one program per centre species, with the same number of features.
    lowest : sequence of int, optional
        Lowest degree :math:`\lambda_n` of each radial function; zero by default.
    instruction_set : str, optional
        One of :func:`instruction_sets`; the widest by default.

    All methods take positions (N, 3) in Å, species indices (N,) and a full neighbour list at least
    as long as the cutoff.  Results have the same bits for any number of threads.  Atoms closer than
    a table covers (1/64 of the cutoff) raise :class:`~potlearn.errors.DataError`.
    """

    def __init__(
        self,
        degrees: Sequence[int],
        tables: Sequence[RadialTable],
        table_of: NDArray[np.int32],
        program: Program | Sequence[Program],
        instruction_set: str | None = None,
        lowest: Sequence[int] | None = None,
    ) -> None:
        self.degrees = tuple(degrees)
        self.lowest = tuple(lowest) if lowest is not None else (0,) * len(self.degrees)
        self.tables = tuple(tables)
        self.table_of = np.ascontiguousarray(table_of, np.int32)
        self.programs = (program,) if isinstance(program, Program) else tuple(program)
        self.program = self.programs[0]
        self.instruction_set = instruction_set or instruction_sets()[-1]

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return len(self.program.feature)

    @property
    def n_species(self) -> int:
        """Number of species."""
        return len(self.table_of)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_native"}

    @cached_property
    def _native(self) -> Any:
        from potlearn.engine import _native

        n_programs, species = len(self.programs), np.arange(self.n_species, dtype=np.int32)
        return _native.Engine(
            n_species=self.n_species,
            bits=self.tables[0].bits,
            octaves=self.tables[0].octaves,
            lowest=np.array(self.lowest, np.int32),
            degree=np.array(self.degrees, np.int32),
            table_of=self.table_of,
            cutoffs=np.array([t.cutoff for t in self.tables], float),
            knots=np.stack([t.knots for t in self.tables]),
            programs=[_native_program(p) for p in self.programs],
            program_of=species if n_programs > 1 else np.zeros_like(species),
            instruction_set=self.instruction_set,
        )

    def energy_forces(
        self,
        positions: Array,
        species: NDArray[np.int32],
        neighbors: Neighbors,
        coefficients: Array,
        threads: int = 1,
    ) -> tuple[Array, Array, Array]:
        r"""Linear model :math:`E_i = c_{z_i,0} + \sum_k c_{z_i,k} B_k(i)`.

        ``coefficients`` is (n_species, 1 + M), or (S, n_species, 1 + M) for S models in one pass.
        Returns energies per atom (N,), forces (N, 3) and the virial (6,) ``-dE/dstrain`` (Voigt),
        each with a leading S if the coefficients have one.
        """
        c = np.ascontiguousarray(coefficients, float)
        sets = 1 if c.ndim == 2 else len(c)
        n = len(species)
        energies, forces, virial = np.empty((sets, n)), np.empty((sets, n, 3)), np.empty((sets, 6))
        pairs = native_pairs(positions, species, neighbors)
        self._call("energy_forces", pairs, c, sets, threads, energies, forces, virial)
        if c.ndim == 2:
            return energies[0], forces[0], virial[0]
        return energies, forces, virial

    def descriptors(
        self, positions: Array, species: NDArray[np.int32], neighbors: Neighbors, threads: int = 1
    ) -> Array:
        """Features ``B`` of every atom, (N, M)."""
        out = np.empty((len(species), self.n_features))
        self._call("descriptors", native_pairs(positions, species, neighbors), threads, out)
        return out

    def vjp(
        self,
        positions: Array,
        species: NDArray[np.int32],
        neighbors: Neighbors,
        weights: Array,
        threads: int = 1,
    ) -> tuple[Array, Array]:
        r"""Minus the gradient of :math:`\sum_{ik} w_{ik} B_k(i)` at fixed weights (N, M).

        Returns forces (N, 3) and virial (6,).  With weights = dE/dB these are the model's.
        """
        forces, virial = np.empty((len(species), 3)), np.empty(6)
        pairs = native_pairs(positions, species, neighbors)
        self._call("vjp", pairs, np.ascontiguousarray(weights, float), threads, forces, virial)
        return forces, virial

    def jvp(
        self,
        positions: Array,
        species: NDArray[np.int32],
        neighbors: Neighbors,
        displacements: Array | None = None,
        strain: Array | None = None,
        threads: int = 1,
    ) -> Array:
        r"""Derivative of the features (N, M) along displacements ``u`` (N, 3) and a strain (3, 3).

        .. math:: \delta r_{ij} = u_j - u_i + \epsilon\, r_{ij}
        """
        u = np.zeros((len(species), 3)) if displacements is None else displacements
        e = np.zeros((3, 3)) if strain is None else strain
        out = np.empty((len(species), self.n_features))
        u, e = np.ascontiguousarray(u, float), np.ascontiguousarray(e, float)
        self._call("jvp", native_pairs(positions, species, neighbors), u, e, threads, out)
        return out

    def design(
        self,
        positions: Array,
        species: NDArray[np.int32],
        neighbors: Neighbors,
        gates: tuple[Array, Array] | None = None,
        virial: bool = True,
        owner: NDArray[np.int32] | None = None,
    ) -> tuple[Array, Array, Array]:
        r"""Rows of the linear model: energy (S, C), forces (3N, C), virial (6S, C).

        The atoms may belong to S configurations side by side, ``owner`` (N,) saying which to whom;
        without it there is one, and its rows are energy (C,), forces (3N, C), virial (6, C).

        ``row · coefficients`` is the energy, a force component (atom-major), a virial component.
        Columns are element-major blocks ``[one-body count, features]``.  With ``gates`` = (weights
        (N, G), slopes (N, G, M)) the features are :math:`w_g(B(i)) B_k(i)`, g-major, and slopes =
        :math:`dw_g/dB_k`.  The engine must have one program.
        """
        n, m = len(species), self.n_features
        g = 0 if gates is None else gates[0].shape[1]
        weights, slopes = gates or (np.empty((n, 0)), np.empty((n, 0, m)))
        columns = self.n_species * (1 + max(g, 1) * m)
        owners = np.zeros(n, np.int32) if owner is None else np.ascontiguousarray(owner, np.int32)
        systems = 1 if owner is None else int(owners.max(initial=-1)) + 1
        energy, forces, virial_rows = (
            _aligned_rows(k, columns) for k in (systems, 3 * n, 6 * systems * virial)
        )
        weights, slopes = np.ascontiguousarray(weights), np.ascontiguousarray(slopes)
        pairs = native_pairs(positions, species, neighbors)
        stride = forces.shape[1]
        flat = energy.ravel(), forces.ravel(), virial_rows.ravel()
        self._call("design", pairs, owners, systems, g, weights, slopes, stride, *flat)
        energy = energy[:, :columns]
        return energy[0] if owner is None else energy, forces[:, :columns], virial_rows[:, :columns]

    def _call(self, operation: str, *args: Any) -> None:
        from potlearn.engine import _native

        try:
            getattr(self._native, operation)(*args)
        except _native.TooCloseError as error:
            raise DataError(str(error)) from None
