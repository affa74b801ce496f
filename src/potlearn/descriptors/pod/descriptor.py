"""Proper orthogonal descriptors (POD), as LAMMPS 22Jul2025's ``pair_style pod`` defines them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from potlearn.descriptors.base import DesignRows
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.descriptors.pod.program import PodBody, PodProgram
from potlearn.descriptors.pod.radial import PodRadial
from potlearn.engine import Engine, tabulate
from potlearn.errors import BasisError
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms

ORDERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
BY_SPECIES = -1
"""Default of the numbers per body order: what suits the number of species."""
DEFAULTS: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    1: ((10, 10, 8, 6, 5, 4), (6, 4, 4, 4, 3)),
    2: ((8, 6, 4, 2, 2, 1), (4, 3, 2, 1, 1)),
    3: ((8, 6, 4, 0, 0, 0), (4, 2, 0, 0, 0)),
    4: ((8, 4, 2, 0, 0, 0), (3, 1, 0, 0, 0)),
    5: ((6, 3, 0, 0, 0, 0), (3, 0, 0, 0, 0)),
}
"""Radial functions from two-body on and degrees from three-body on, by number of species.

The number of descriptors grows as a power of the number of species; these keep the columns of a fit
at some 700 to 1100.  From five species on the last holds.
"""
_USABLE_EIGENVALUE = 1e-9
_AMBIGUOUS_SIGN = 1e-6
_RADIAL = "body_number_radial_basis_functions"
_DEGREE = "body_angular_degree"


@dataclass(frozen=True)
class POD:
    r"""Proper orthogonal descriptors, two- to seven-body, for any number of species.

    Radial functions are the principal functions of a family of snapshots
    (:class:`~potlearn.descriptors.pod.radial.PodRadial`); the descriptors are the polynomials of
    :mod:`~potlearn.descriptors.pod.program`.  They do not depend on the centre's species, only the
    coefficients do.  A block of body order ``q`` is zero for atoms with fewer than ``q - 1``
    neighbours.
    With ``number_of_environment_clusters`` K > 1 the features are :math:`w_k(B) B_m`, k-major
    (:class:`~potlearn.descriptors.pod.clusters.Clusters`).

    Parameters have the names that LAMMPS gives them (``cutoff`` is ``rcut``), in Å where they are
    lengths.  The defaults are this package's, chosen for accuracy: :data:`DEFAULTS` for the numbers
    per body order.

    Raises
    ------
    BasisError
        Settings that LAMMPS refuses or that define no numerically reproducible basis: more radial
        functions than the snapshots resolve (eigenvalue below 1e-9 of the largest), or numbers that
        grow with the body order.

    References
    ----------
    Nguyen & Rohskopf, J. Comput. Phys. 480, 112030 (2023); Nguyen, Phys. Rev. B 107, 144103 (2023);
    Nguyen, J. Comput. Phys. (2024) 113102; Nguyen & Sema, arXiv:2405.00306.
    """

    species: tuple[str, ...]
    cutoff: float = 5.0
    rin: float = 1.0
    bessel_polynomial_degree: int = 4
    inverse_polynomial_degree: int = 10
    twobody_number_radial_basis_functions: int = BY_SPECIES
    threebody_number_radial_basis_functions: int = BY_SPECIES
    threebody_angular_degree: int = BY_SPECIES
    fourbody_number_radial_basis_functions: int = BY_SPECIES
    fourbody_angular_degree: int = BY_SPECIES
    fivebody_number_radial_basis_functions: int = BY_SPECIES
    fivebody_angular_degree: int = BY_SPECIES
    sixbody_number_radial_basis_functions: int = BY_SPECIES
    sixbody_angular_degree: int = BY_SPECIES
    sevenbody_number_radial_basis_functions: int = BY_SPECIES
    sevenbody_angular_degree: int = BY_SPECIES
    number_of_environment_clusters: int = 1
    number_of_principal_components: int = 1
    clusters: Clusters | None = field(default=None, compare=False, repr=False)
    threads: int = field(default=1, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "species", tuple(self.species))
        self._fill_defaults()
        self._check_ranges()
        self._check_orders()
        self._check_radial()

    # Settings ------------------------------------------------------------------------------------

    @property
    def radial(self) -> PodRadial:
        """The radial settings."""
        return PodRadial(
            self.rin, self.cutoff, self.bessel_polynomial_degree, self.inverse_polynomial_degree
        )

    @property
    def body(self) -> PodBody:
        """Numbers of radial functions and angular degrees per body order."""
        return PodBody(
            {q: getattr(self, f"{n}{_RADIAL}") for q, n in ORDERS.items()},
            {2: 0} | {q: getattr(self, f"{n}{_DEGREE}") for q, n in ORDERS.items() if q > 2},
        )

    def to_dict(self) -> dict[str, Any]:
        """Settings that rebuild the descriptor, ``family`` included."""
        names = [f.name for f in fields(self) if f.compare]
        settings: dict[str, Any] = {"family": "pod"} | {n: getattr(self, n) for n in names}
        settings["species"] = list(self.species)
        if self.clusters is not None:
            settings["clusters"] = self.clusters.to_dict()
        return settings

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> POD:
        """The inverse of :meth:`to_dict` (without ``family``)."""
        settings = {k: v for k, v in settings.items() if k != "family"}
        if settings.get("clusters") is not None:
            settings["clusters"] = Clusters.from_dict(settings["clusters"])
        unknown = sorted(set(settings) - {f.name for f in fields(cls)})
        if unknown:
            raise BasisError(f"pod: unknown setting {unknown[0]!r}")
        return cls(**settings)

    def with_clusters(self, clusters: Clusters) -> POD:
        """The same descriptor, blended by environment clusters."""
        k, c = clusters.centroids.shape[1:]
        return replace(
            self,
            clusters=clusters,
            number_of_environment_clusters=k,
            number_of_principal_components=c,
        )

    # Features ------------------------------------------------------------------------------------

    @cached_property
    def engine(self) -> Engine:
        """Tables and program, compiled."""
        builder = PodProgram(self.species, self.body)
        n = builder.n_radial
        table = tabulate(lambda r: self.radial.functions(r, n), self.cutoff)
        table_of = np.zeros((len(self.species), len(self.species)), np.int32)
        return Engine(builder.degrees, [table], table_of, builder.build())

    @property
    def n_base_features(self) -> int:
        """Number M of descriptors per atom, before blending by clusters."""
        return self.engine.n_features

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return self.n_base_features * self.number_of_environment_clusters

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Identity of each feature."""
        names = self.engine.program.names
        if self.number_of_environment_clusters == 1:
            return names
        clusters = range(self.number_of_environment_clusters)
        return tuple(f"cluster{k}:{name}" for k in clusters for name in names)

    @property
    def smoothness(self) -> None:
        """None: a penalty weighs features by the size of their columns."""

    def base_descriptors(self, atoms: Atoms, neighbors_: Neighbors | None = None) -> Array:
        """Descriptors before blending by clusters, (N, M)."""
        return self.engine.features(self._system(atoms, neighbors_), self.threads)

    def descriptors(self, atoms: Atoms, neighbors: Neighbors | None = None) -> Array:
        """Features of every atom, (N, K M)."""
        b = self.base_descriptors(atoms, neighbors)
        if self.number_of_environment_clusters == 1:
            return b
        weights, _ = self.gates(atoms, b)
        return (weights[:, :, None] * b[:, None, :]).reshape(len(b), -1)

    def gates(self, atoms: Atoms, base: Array) -> tuple[Array, Array]:
        """Cluster weights (N, K) and their slopes (N, K, M) in the base descriptors (N, M)."""
        if self.clusters is None:
            raise BasisError(
                f"pod: {self.number_of_environment_clusters} environment clusters need a "
                "projection and centroids; make them with Clusters.fit(descriptor, dataset)"
            )
        return self.clusters.weights(base, species_indices(atoms, self.species))

    def design(
        self, atoms: Atoms, neighbors: Neighbors | None = None, virial: bool = True
    ) -> DesignRows:
        """Rows of the linear model (:class:`~potlearn.descriptors.DesignRows`)."""
        system = self._system(atoms, neighbors)
        gates = None
        if self.number_of_environment_clusters > 1:
            gates = self.gates(atoms, self.engine.features(system, self.threads))
        return DesignRows(*self.engine.rows(system, gates, virial))

    def linear_model(
        self, atoms: Atoms, coefficients: Array, neighbors: Neighbors | None = None
    ) -> tuple[Array, Array, Array]:
        """Energies (N,), forces (N, 3), virial (6,) of coefficients (n_species, 1 + K M)."""
        system = self._system(atoms, neighbors)
        if self.number_of_environment_clusters == 1:
            return self.engine.energy_forces(system, coefficients, self.threads)
        b = self.engine.features(system, self.threads)
        weights, slopes = self.gates(atoms, b)
        c = coefficients[system.species]
        per_cluster = c[:, 1:].reshape(len(b), weights.shape[1], -1)
        cluster_energy = np.einsum("nkm,nm->nk", per_cluster, b)
        gradient = np.einsum("nk,nkm->nm", weights, per_cluster)
        gradient += np.einsum("nk,nkm->nm", cluster_energy, slopes)
        forces, virial = self.engine.vjp(system, gradient, self.threads)
        return c[:, 0] + (weights * cluster_energy).sum(1), forces, virial

    def _system(self, atoms: Atoms, list_: Neighbors | None) -> System:
        return System.of(atoms, self.species, self.cutoff, list_)

    def _fill_defaults(self) -> None:
        radial, degree = DEFAULTS[min(max(len(self.species), 1), max(DEFAULTS))]
        numbers = dict(zip((f"{n}{_RADIAL}" for n in ORDERS.values()), radial, strict=True))
        numbers |= zip((f"{n}{_DEGREE}" for q, n in ORDERS.items() if q > 2), degree, strict=True)
        for name, number in numbers.items():
            if getattr(self, name) == BY_SPECIES:
                object.__setattr__(self, name, number)

    # Checks --------------------------------------------------------------------------------------

    def _check_ranges(self) -> None:
        if not self.species or len(set(self.species)) != len(self.species):
            raise BasisError(f"pod: species must be distinct and at least one, got {self.species}")
        if not 0 < self.rin < self.cutoff:
            raise BasisError(f"pod: expected 0 < rin < cutoff, got {self.rin} and {self.cutoff}")
        for f in fields(self):
            value = getattr(self, f.name)
            if ("number" in f.name or "degree" in f.name) and value < 0:
                raise BasisError(f"pod: {f.name} must not be negative, got {value}")
        if self.number_of_environment_clusters < 1 or self.number_of_principal_components < 1:
            raise BasisError("pod: numbers of clusters and of principal components start at 1")

    def _check_orders(self) -> None:
        n, p = self.body.radial, self.body.degree
        for q, bound in ((4, 3), (5, 4), (6, 4), (7, 4)):
            if n[q] > n[bound] or p[q] > p[bound]:
                raise BasisError(
                    f"pod: {ORDERS[q]}body numbers ({n[q]} radial functions, degree {p[q]}) must "
                    f"not exceed {ORDERS[bound]}body's ({n[bound]}, {p[bound]})"
                )
        if p[3] > 12 or p[4] > 6:
            raise BasisError(
                f"pod: angular degrees go to 12 (threebody) and 6 (fourbody), got {p[3]} and {p[4]}"
            )
        if max(n[2], n[3]) == 0:
            raise BasisError("pod: no radial function was asked for")

    def _check_radial(self) -> None:
        n = max(self.body.radial.values())
        if n > self.radial.n_snapshots:
            raise BasisError(
                f"pod: {n} radial functions from {self.radial.n_snapshots} snapshots "
                "(3 bessel_polynomial_degree + inverse_polynomial_degree); raise these degrees"
            )
        phi, eigenvalues = self.radial.principal_functions()
        usable = int((eigenvalues >= _USABLE_EIGENVALUE * eigenvalues[0]).sum())
        if n > usable:
            raise BasisError(
                f"pod: {n} radial functions, but rin {self.rin}, cutoff {self.cutoff} and degrees "
                f"{self.bessel_polynomial_degree}, {self.inverse_polynomial_degree} give {usable} "
                "above rounding (eigenvalue 1e-9 of the largest): more would differ by machine"
            )
        diagonal = np.abs(np.diag(phi))[:n]
        if (diagonal < _AMBIGUOUS_SIGN * np.abs(phi).max(0)[:n]).any():
            raise BasisError(
                "pod: the sign of a radial function is ambiguous; change rin or a degree"
            )
