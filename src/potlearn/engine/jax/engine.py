"""The JAX backend: a basis as functions that XLA compiles for CPUs, GPUs and TPUs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.engine.basis import Basis
from potlearn.engine.jax.inputs import Inputs, Packing, padded_rows
from potlearn.errors import ConfigError
from potlearn.runtime.packages import require
from potlearn.runtime.xla import double_precision
from potlearn.structure.system import System
from potlearn.typing import Array, Settings

if TYPE_CHECKING:
    import jax

    from potlearn.engine.jax.operations import Operations
    from potlearn.engine.network import Network

DTYPES = ("float64", "float32")


class JaxEngine:
    r"""A basis in JAX: what :class:`~potlearn.engine.Engine` computes, and further derivatives.

    Parameters
    ----------
    basis : Basis
        Moments and polynomials (:mod:`potlearn.engine.basis`).
    dtype : {"float64", "float32"}
        Precision.  Positions are subtracted in double precision in any case.

    Raises
    ------
    MissingExtraError
        JAX is not installed.
    ConfigError
        Another ``dtype``.

    Notes
    -----
    Methods that take a :class:`~potlearn.structure.System` give NumPy arrays of the shapes of
    :class:`~potlearn.engine.Engine`, and raise as it does.  In double precision they agree with it
    to 1e-10 of the largest number of an array.  Threads are those of XLA; the argument has no
    effect.

    Numbers of atoms and neighbours are rounded up to a few sizes, and every operation is compiled
    once for each.  Compilation takes seconds: for a few evaluations on a CPU the compiled engine is
    the faster one by far.

    Double precision holds within these methods only; JAX's own settings are left as they are.

    :meth:`features_at` and :meth:`features_of` are pure functions for JAX's transformations, such
    as ``jax.grad`` and ``jax.hessian``, in positions, pair vectors and the knots of the radial
    tables.  They compute in the precision of what they are given; double precision is then the
    caller's to switch on.
    """

    def __init__(self, basis: Basis, dtype: str = "float64") -> None:
        if dtype not in DTYPES:
            raise ConfigError(f"dtype: expected one of {', '.join(DTYPES)}, got {dtype!r}")
        require("jax", "neural", "the JAX engine")
        self.basis, self.dtype = basis, dtype
        self.compilations = 0
        """How often a function was compiled for a new size."""

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return self.basis.n_features

    @property
    def n_species(self) -> int:
        """Number of species."""
        return self.basis.n_species

    @cached_property
    def knots(self) -> Array:
        """Value, first and second derivative in r at the knots, (tables, knots, 3, n)."""
        from potlearn.engine.jax.radial import knots_of

        return knots_of(self.basis)

    def features(self, system: System, threads: int = 1) -> Array:
        """Features ``B`` of every atom, (N, M)."""
        return self._run("features", system)[0]

    def energy_forces(
        self, system: System, coefficients: Array, threads: int = 1
    ) -> tuple[Array, Array, Array]:
        """Linear model, or several: see :meth:`potlearn.engine.Engine.energy_forces`."""
        c = np.asarray(coefficients, float)
        if c.ndim not in (2, 3) or c.shape[-2:] != (self.n_species, 1 + self.n_features):
            raise ValueError("coefficients must be (S, n_species, 1 + M)")
        sets = c.reshape(-1, *c.shape[-2:]).swapaxes(0, 1)
        energies, forces, virials = self._run("linear", system, fixed=(sets,))
        found = energies.T, forces.swapaxes(0, 1), _per_system(virials, system)
        if c.ndim == 2:
            return found[0][0], found[1][0], found[2][..., 0, :]
        return found[0], found[1], np.moveaxis(found[2], -2, 0)

    def vjp(self, system: System, weights: Array, threads: int = 1) -> tuple[Array, Array]:
        """Forces and virial at fixed weights: see :meth:`potlearn.engine.Engine.vjp`."""
        w = np.asarray(weights, float)
        if w.shape != (len(system), self.n_features):
            raise ValueError("weights must be (N, M)")
        forces, virials = self._run("vjp", system, per_atom=(w,))
        return forces, _per_system(virials, system)

    def jvp(
        self,
        system: System,
        displacements: Array | None = None,
        strain: Array | None = None,
        threads: int = 1,
    ) -> Array:
        """Derivative of the features: see :meth:`potlearn.engine.Engine.jvp`."""
        n, owner = len(system), system.owner
        u = np.zeros((n, 3)) if displacements is None else np.asarray(displacements, float)
        if u.shape != (n, 3):
            raise ValueError("displacements must be (N, 3)")
        shape = (3, 3) if owner is None else (system.n_systems, 3, 3)
        e = np.zeros(shape) if strain is None else np.asarray(strain, float)
        if e.shape != shape:
            raise ValueError(f"strain must be {shape}, got {e.shape}")
        each = np.broadcast_to(e, (n, 3, 3)) if owner is None else e[owner]
        return self._run("jvp", system, per_atom=(u, each))[0]

    def network_energy_forces(
        self, system: System, network: Network, threads: int = 1
    ) -> tuple[Array, Array, Array]:
        """Energies per atom (N,), forces (N, 3) and virial (6,) or (B, 6) of a network.

        See :class:`potlearn.engine.network.Network`.
        """
        if network.coefficients.shape != (self.n_species, 1 + self.n_features):
            raise ValueError("coefficients must be (n_species, 1 + M)")
        from potlearn.engine.jax.network import parameters

        kinds = tuple(branch.activation for branch in network.branches)
        found = self._run("network", system, fixed=(parameters(network),), static=(kinds,))
        return found[0], found[1], _per_system(found[2], system)

    def inputs(self, system: System) -> Inputs:
        """Atoms and neighbours within the cutoff, padded, as NumPy arrays.

        Raises
        ------
        DataError
            Atoms closer than a table covers.
        """
        return self._packing.inputs(system)

    def features_at(
        self, inputs: Inputs, positions: jax.Array | None = None, knots: jax.Array | None = None
    ) -> jax.Array:
        """Features (N, M) with the atoms of ``inputs`` at ``positions`` (N, 3), as a pure function.

        Rows beyond the atoms of the system have no meaning.  ``knots`` are by default
        :attr:`knots`.  Distances below those that a table covers give NaN.
        """
        import jax.numpy as jnp

        moved = inputs if positions is None else inputs._replace(positions=positions)
        moved = Inputs(*(jnp.asarray(a) for a in moved))
        return self._operations.features(moved, self._intervals(knots))

    def features_of(
        self, vectors: jax.Array, inputs: Inputs, knots: jax.Array | None = None
    ) -> jax.Array:
        """Features (N, M) with the neighbours of ``inputs`` at ``vectors`` (N, K, 3).

        See :meth:`features_at`.  Vectors of places without a neighbour have no effect.
        """
        import jax.numpy as jnp

        given = Inputs(*(jnp.asarray(a) for a in inputs))
        return self._operations.features_of(jnp.asarray(vectors), given, self._intervals(knots))

    def __getstate__(self) -> Settings:
        return {"basis": self.basis, "dtype": self.dtype, "compilations": 0}

    def _intervals(self, knots: jax.Array | None) -> jax.Array:
        import jax.numpy as jnp

        from potlearn.engine.jax.radial import intervals_of

        return intervals_of(jnp.asarray(self.knots if knots is None else knots))

    @cached_property
    def _packing(self) -> Packing:
        return Packing(self.basis)

    @cached_property
    def _operations(self) -> Operations:
        from potlearn.engine.jax.model import Model
        from potlearn.engine.jax.operations import Operations

        return Operations(Model.of(self.basis), self.dtype)

    @cached_property
    def _compiled(self) -> dict[str, Callable[..., Any]]:
        """Operations by name; inputs, knots, static arguments, and others."""
        import jax

        def compiled(name: str) -> Callable[..., Any]:
            function = getattr(self._operations, name)

            def counted(*args: Any) -> Any:  # runs when JAX compiles, and only then
                self.compilations += 1
                found = function(*args)
                return found if isinstance(found, tuple) else (found,)

            return jax.jit(counted, static_argnums=(2,) if name == "network" else ())

        return {name: compiled(name) for name in ("features", "linear", "vjp", "jvp", "network")}

    @cached_property
    def _own_intervals(self) -> jax.Array:
        return self._intervals(None).astype(self.dtype)

    def _run(
        self,
        operation: str,
        system: System,
        per_atom: tuple[Array, ...] = (),
        fixed: tuple[Any, ...] = (),
        static: tuple[Any, ...] = (),
    ) -> list[Array]:
        """Results of the atoms of a system, first axis N."""
        import jax

        with double_precision(jax):
            inputs = self._view(system)
            rows = [padded_rows(a, len(inputs.species)) for a in per_atom]
            given = jax.tree.map(lambda a: np.asarray(a, self.dtype), (*fixed, *rows))
            found = self._compiled[operation](inputs, self._own_intervals, *static, *given)
            return [np.asarray(a)[: len(system)].astype(float) for a in found]

    def _view(self, system: System) -> Inputs:
        """Inputs on JAX's device, kept with the system."""
        import jax

        key = f"jax {self._packing.key}"
        if key not in system.views:
            system.views[key] = jax.device_put(self.inputs(system))
        view: Inputs = system.views[key]
        return view


def _per_system(virials: Array, system: System) -> Array:
    """Sums over the atoms of each configuration, (B, ...); of one configuration without the B."""
    if system.owner is None:
        return np.asarray(virials.sum(0))
    found = np.zeros((system.n_systems, *virials.shape[1:]))
    np.add.at(found, system.owner, virials)
    return found
