"""The native backend: a basis compiled for the instruction set of this CPU."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.engine.basis import Basis
from potlearn.engine.network import Network
from potlearn.engine.program import Program
from potlearn.errors import ConfigError, DataError
from potlearn.structure.system import System
from potlearn.typing import Array, Indices, Settings

if TYPE_CHECKING:
    from potlearn.engine import _native


# Names the instruction set of all engines, for the same bits as on another machine.
VARIABLE = "POTLEARN_INSTRUCTION_SET"


def instruction_sets() -> tuple[str, ...]:
    """Instruction sets that this CPU runs, narrowest first: of baseline, avx2, avx512."""
    from potlearn.engine import _native

    return tuple(_native.instruction_sets())


def usual_set() -> str:
    """The instruction set that the environment names, or the widest."""
    asked, known = os.environ.get(VARIABLE), instruction_sets()
    if asked and asked not in known:
        raise ConfigError(
            f"{VARIABLE} is {asked!r}; expected one that this processor runs: {', '.join(known)}"
        )
    return asked or known[-1]


def _view(system: System) -> _native.System:
    """The compiled view of a system, checked when it is made and kept with it."""
    from potlearn.engine import _native

    if "native" not in system.views:
        list_, owner = system.neighbors, system.owner
        system.views["native"] = _native.System(
            np.ascontiguousarray(system.positions, float),
            np.ascontiguousarray(system.species, np.int32),
            np.ascontiguousarray(list_.first, np.int64),
            np.ascontiguousarray(list_.j, np.int32),
            np.ascontiguousarray(list_.image, np.int32),
            np.ascontiguousarray(list_.translations, float),
            None if owner is None else np.ascontiguousarray(owner, np.int32),
            system.n_systems,
        )
    found: _native.System = system.views["native"]
    return found


def close_pairs(system: System, cutoff: float) -> Indices:
    """Indices of the pairs of the list that are closer than ``cutoff`` Å, ascending."""
    from potlearn.engine import _native

    found = np.empty(len(system.neighbors.j), np.int64)
    return found[: _native.close_pairs(_view(system), cutoff, found)]


def densities(system: System, reach: Array, contact: Array) -> tuple[Array, Indices]:
    r"""How crowded every atom is, and the pairs in contact.

    .. math:: \rho_i = \sum_j \big(1 - (r_{ij} / R_{z_i z_j})^2\big)^4, \qquad r_{ij} < R

    with ``reach`` R and ``contact``, (S, S) in Å.  Returns the densities (N,) and the indices of
    the pairs closer than their contact, ascending.
    """
    from potlearn.engine import _native

    density, found = np.empty(len(system)), np.empty(len(system.neighbors.j), np.int64)
    n = _native.densities(_view(system), reach, contact, density, found)
    return density, found[:n]


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
    r"""A basis, compiled: features of every atom of a configuration, and their derivatives.

    Parameters
    ----------
    basis : Basis
        Moments and polynomials (:mod:`potlearn.engine.basis`).
    instruction_set : str, optional
        One of :func:`instruction_sets`; by default that of the environment variable
        ``POTLEARN_INSTRUCTION_SET``, or the widest.

    Notes
    -----
    All methods take a :class:`~potlearn.structure.System`: one configuration, or several side by
    side, of which virials and strains then have a leading axis B.  Neighbour lists must reach at
    least as far as the cutoff.  Results have the same bits for any number of threads.  Atoms closer
    than a table covers (1/64 of the cutoff) raise :class:`~potlearn.errors.DataError`.
    """

    def __init__(self, basis: Basis, instruction_set: str | None = None) -> None:
        self.basis = basis
        self.instruction_set = instruction_set or usual_set()

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return self.basis.n_features

    @property
    def n_species(self) -> int:
        """Number of species."""
        return self.basis.n_species

    def __getstate__(self) -> Settings:
        return {k: v for k, v in self.__dict__.items() if k != "_native"}

    @cached_property
    def _native(self) -> Any:
        from potlearn.engine import _native

        basis, species = self.basis, np.arange(self.n_species, dtype=np.int32)
        return _native.Engine(
            n_species=self.n_species,
            bits=basis.tables[0].bits,
            octaves=basis.tables[0].octaves,
            lowest=np.array(basis.lowest, np.int32),
            degree=np.array(basis.degrees, np.int32),
            table_of=basis.table_of,
            cutoffs=np.array([t.cutoff for t in basis.tables], float),
            knots=np.stack([t.knots for t in basis.tables]),
            programs=[_native_program(p) for p in basis.programs],
            program_of=species if len(basis.programs) > 1 else np.zeros_like(species),
            instruction_set=self.instruction_set,
        )

    def features(self, system: System, threads: int = 1) -> Array:
        """Features ``B`` of every atom, (N, M)."""
        out = np.empty((len(system), self.n_features))
        self._call("features", _view(system), threads, out)
        return out

    def energy_forces(
        self, system: System, coefficients: Array, threads: int = 1
    ) -> tuple[Array, Array, Array]:
        r"""Linear model :math:`E_i = c_{z_i,0} + \sum_k c_{z_i,k} B_k(i)`.

        ``coefficients`` is (n_species, 1 + M), or (S, n_species, 1 + M) for S models in one pass,
        in which many models share the values of an atom and its neighbours.
        Returns energies per atom (N,), forces (N, 3) and the virial (6,) ``-dE/dstrain`` (Voigt),
        each with a leading S if the coefficients have one.
        """
        c = np.ascontiguousarray(coefficients, float)
        sets, n = 1 if c.ndim == 2 else len(c), len(system)
        energies, forces = np.empty((sets, n)), np.empty((sets, n, 3))
        virial = np.empty((sets, system.n_systems, 6))
        self._call("energy_forces", _view(system), c, threads, energies, forces, virial)
        found = energies, forces, virial if system.owner is not None else virial[:, 0]
        return found if c.ndim == 3 else (found[0][0], found[1][0], found[2][0])

    def network_energy_forces(
        self, system: System, network: Network, threads: int = 1
    ) -> tuple[Array, Array, Array]:
        """Energies per atom (N,), forces (N, 3) and virial (6,) of a network of the features.

        One compiled pass; its numbers are those of
        :meth:`~potlearn.engine.Network.energies_and_slopes` and :meth:`vjp`.
        """
        energies, forces = np.empty(len(system)), np.empty((len(system), 3))
        virial, view = np.empty((system.n_systems, 6)), _view(system)
        self._call("network_energy_forces", view, network.native, threads, energies, forces, virial)
        return energies, forces, virial if system.owner is not None else virial[0]

    def vjp(self, system: System, weights: Array, threads: int = 1) -> tuple[Array, Array]:
        r"""Minus the gradient of :math:`\sum_{ik} w_{ik} B_k(i)` at fixed weights (N, M).

        Returns forces (N, 3) and virial (6,).  With weights = dE/dB these are the model's.
        """
        forces, virial = np.empty((len(system), 3)), np.empty((system.n_systems, 6))
        w = np.ascontiguousarray(weights, float)
        self._call("vjp", _view(system), w, threads, forces, virial)
        return forces, virial if system.owner is not None else virial[0]

    def jvp(
        self,
        system: System,
        displacements: Array | None = None,
        strain: Array | None = None,
        threads: int = 1,
    ) -> Array:
        r"""Derivative of the features (N, M) along displacements ``u`` (N, 3) and a strain (3, 3).

        .. math:: \delta r_{ij} = u_j - u_i + \epsilon\, r_{ij}

        Of several configurations the strain is (B, 3, 3).
        """
        u = np.zeros((len(system), 3)) if displacements is None else displacements
        shape = (3, 3) if system.owner is None else (system.n_systems, 3, 3)
        e = np.zeros(shape) if strain is None else np.asarray(strain, float)
        if e.shape != shape:
            raise ValueError(f"strain must be {shape}, got {e.shape}")
        u, e = np.ascontiguousarray(u, float), np.ascontiguousarray(e.reshape(-1, 3, 3))
        out = np.empty((len(system), self.n_features))
        self._call("jvp", _view(system), u, e, threads, out)
        return out

    def rows(
        self,
        system: System,
        gates: tuple[Array, Array] | None = None,
        virial: bool = True,
        threads: int = 1,
    ) -> tuple[Array, Array, Array]:
        r"""Rows of the linear model: energy (C,), forces (3N, C), virial (6, C).

        ``row · coefficients`` is the energy, a force component (atom-major), a virial component;
        of several configurations energy is (B, C) and virial (6B, C).  Columns are element-major
        blocks ``[one-body count, features]``.  With ``gates`` = (weights (N, G), slopes (N, G, M))
        the features are :math:`w_g(B(i)) B_k(i)`, g-major, and slopes = :math:`dw_g/dB_k`.  The
        basis must have one program.
        """
        n, m = len(system), self.n_features
        g = 0 if gates is None else gates[0].shape[1]
        weights, slopes = gates or (np.empty((n, 0)), np.empty((n, 0, m)))
        columns, systems = self.n_species * (1 + max(g, 1) * m), system.n_systems
        energy, forces, virials = (
            _aligned_rows(k, columns) for k in (systems, 3 * n, 6 * systems * virial)
        )
        given = np.ascontiguousarray(weights), np.ascontiguousarray(slopes)
        stride, filled = forces.shape[1], (energy, forces, virials)
        self._call("rows", _view(system), *given, stride, threads, *filled)
        energy = energy[:, :columns]
        return (
            energy[0] if system.owner is None else energy,
            forces[:, :columns],
            virials[:, :columns],
        )

    def _call(self, operation: str, *args: Any) -> None:
        from potlearn.engine import _native

        try:
            getattr(self._native, operation)(*args)
        except _native.TooCloseError as error:
            raise DataError(str(error)) from None
