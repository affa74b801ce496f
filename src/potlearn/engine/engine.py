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
from potlearn.structure.system import System
from potlearn.typing import Array


def instruction_sets() -> tuple[str, ...]:
    """Instruction sets that this CPU runs, narrowest first: of baseline, avx2, avx512."""
    from potlearn.engine import _native

    return tuple(_native.instruction_sets())


def native_system(system: System) -> Any:
    """The compiled view of a system, checked when it is made and kept with it."""
    from potlearn.engine import _native

    if "native" not in system.views:
        list_, owner = system.neighbors, system.owner
        system.views["native"] = _native.System(
            np.ascontiguousarray(system.positions, float),
            np.ascontiguousarray(system.species, np.int32),
            np.ascontiguousarray(list_.first, np.int64),
            np.ascontiguousarray(list_.j, np.int32),
            np.ascontiguousarray(list_.offsets, float),
            None if owner is None else np.ascontiguousarray(owner, np.int32),
            system.n_systems,
        )
    return system.views["native"]


def close_pairs(positions: Array, neighbors: Neighbors, cutoff: float) -> NDArray[np.int64]:
    """Indices of the pairs of the list that are closer than ``cutoff`` Å, ascending."""
    from potlearn.engine import _native

    found = np.empty(len(neighbors.j), np.int64)
    system = System(positions, np.zeros(len(positions), np.int32), neighbors)
    return found[: _native.close_pairs(native_system(system), cutoff, found)]


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

    All methods take a :class:`~potlearn.structure.system.System` whose neighbour list is at least
    as long as the cutoff.  Where it has several configurations side by side (``system.owner``),
    virials, strains and rows have an axis of B configurations.  Results have the same bits for any
    number of threads.  Atoms closer than a table covers (1/64 of the cutoff) raise
    :class:`~potlearn.errors.DataError`.
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
        self, system: System, coefficients: Array, threads: int = 1
    ) -> tuple[Array, Array, Array]:
        r"""Linear model :math:`E_i = c_{z_i,0} + \sum_k c_{z_i,k} B_k(i)`.

        ``coefficients`` is (n_species, 1 + M), or (S, n_species, 1 + M) for S models in one pass.
        Returns energies per atom (N,), forces (N, 3) and the virial (6,) ``-dE/dstrain`` (Voigt)
        or (B, 6), each with a leading S if the coefficients have one.
        """
        c = np.ascontiguousarray(coefficients, float)
        if c.shape[-2:] != (self.n_species, 1 + self.n_features):
            raise ValueError(
                f"wrong number of coefficients: expected (..., {self.n_species}, "
                f"{1 + self.n_features}), got {c.shape}"
            )
        n, sets = len(system), c.shape[:-2]
        energies, forces = np.empty((*sets, n)), np.empty((*sets, n, 3))
        virial = np.empty((*sets, *_axis(system), 6))
        self._call("energy_forces", system, c, threads, energies, forces, virial)
        return energies, forces, virial

    def features(self, system: System, threads: int = 1) -> Array:
        """Features ``B`` of every atom, (N, M)."""
        out = np.empty((len(system), self.n_features))
        self._call("features", system, threads, out)
        return out

    def vjp(self, system: System, weights: Array, threads: int = 1) -> tuple[Array, Array]:
        r"""Minus the gradient of :math:`\sum_{ik} w_{ik} B_k(i)` at fixed weights (N, M).

        Returns forces (N, 3) and virial (6,) or (B, 6); with weights = dE/dB these are the model's.
        """
        forces, virial = np.empty((len(system), 3)), np.empty((*_axis(system), 6))
        w = np.ascontiguousarray(weights, float)
        self._call("vjp", system, w, threads, forces, virial)
        return forces, virial

    def jvp(
        self,
        system: System,
        displacements: Array | None = None,
        strain: Array | None = None,
        threads: int = 1,
    ) -> Array:
        r"""Derivative of the features (N, M) along displacements ``u`` (N, 3) and a strain.

        .. math:: \delta r_{ij} = u_j - u_i + \epsilon\, r_{ij}

        The strain is (3, 3), or (B, 3, 3) for several configurations.
        """
        u = np.zeros((len(system), 3)) if displacements is None else displacements
        e = np.zeros((*_axis(system), 3, 3)) if strain is None else strain
        out = np.empty((len(system), self.n_features))
        u, e = np.ascontiguousarray(u, float), np.ascontiguousarray(e, float)
        self._call("jvp", system, u, e, threads, out)
        return out

    def rows(
        self,
        system: System,
        gates: tuple[Array, Array] | None = None,
        virial: bool = True,
        threads: int = 1,
    ) -> tuple[Array, Array, Array]:
        r"""Rows of the linear model: energy (C,), forces (3N, C), virial (6, C).

        Several configurations side by side have energy (B, C), forces (3N, C), virial (6B, C).

        ``row · coefficients`` is the energy, a force component (atom-major), a virial component.
        Columns are element-major blocks ``[one-body count, features]``.  With ``gates`` = (weights
        (N, G), slopes (N, G, M)) the features are :math:`w_g(B(i)) B_k(i)`, g-major, and slopes =
        :math:`dw_g/dB_k`.  The engine must have one program.
        """
        n, m = len(system), self.n_features
        weights, slopes = gates or (np.empty((n, 0)), np.empty((n, 0, m)))
        weights, slopes = np.ascontiguousarray(weights), np.ascontiguousarray(slopes)
        columns = self.n_species * (1 + max(weights.shape[1], 1) * m)
        counts = system.n_systems, 3 * n, 6 * system.n_systems * virial
        energy, forces, strain = (_aligned_rows(k, columns) for k in counts)
        stride = forces.shape[1]
        self._call("rows", system, weights, slopes, stride, threads, energy, forces, strain)
        energy = energy[0] if system.owner is None else energy
        return energy[..., :columns], forces[:, :columns], strain[:, :columns]

    def _call(self, operation: str, system: System, *args: Any) -> None:
        from potlearn.engine import _native

        try:
            getattr(self._native, operation)(native_system(system), *args)
        except _native.TooCloseError as error:
            raise DataError(str(error)) from None


def _axis(system: System) -> tuple[int, ...]:
    """The axis of configurations, where there is one."""
    return () if system.owner is None else (system.n_systems,)
