"""Proper orthogonal descriptors (POD), as LAMMPS 22Jul2025's ``pair_style pod`` defines them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Annotated, TypeAlias

import numpy as np
from annotated_types import Ge, Le
from typing_extensions import override

from potlearn.descriptors.base import Configurations, DesignRows, Energies, Evaluator, Gradient
from potlearn.descriptors.compiled import CompiledDescriptor, Outline, checked, positions_of
from potlearn.descriptors.network import NetworkModel, check_network
from potlearn.descriptors.pod.blend import Blend
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.descriptors.pod.limits import ORDERS, check_orders, check_radial, check_size
from potlearn.descriptors.pod.program import PodBody, PodProgram
from potlearn.descriptors.pod.radial import PodRadial
from potlearn.descriptors.pod.sizes import n_descriptors
from potlearn.engine import Basis, Engine, Network, tabulate
from potlearn.errors import BasisError
from potlearn.runtime import check_fields, shown
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.species import check_species
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms, ByLedger, Length, RadialCount, Settings

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
_CLUSTER_SEED = 0
_BY_LEDGER = ByLedger("number_of_environment_clusters", 1)
Number: TypeAlias = Annotated[RadialCount, _BY_LEDGER]
"""A number that chooses among functions; clusters are found in all of them, which ties them."""
_RADIAL = "body_number_radial_basis_functions"
_DEGREE = "body_angular_degree"


@dataclass(frozen=True)
class POD(CompiledDescriptor):
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
    """Chemical symbols; their order is that of the elements in LAMMPS files."""
    cutoff: Length = 5.0
    """Distance up to which an atom sees its neighbours, Å."""
    rin: Annotated[float, Ge(0.01), Le(100)] = 1.0
    """Inner radius of the radial basis, Å, below every distance in the data."""
    bessel_polynomial_degree: RadialCount = 4
    """Number of Bessel snapshots per shape parameter."""
    inverse_polynomial_degree: RadialCount = 10
    """Number of inverse-power snapshots."""
    twobody_number_radial_basis_functions: Number = BY_SPECIES
    """Radial functions of the two-body descriptors."""
    threebody_number_radial_basis_functions: Number = BY_SPECIES
    """Radial functions of the three-body descriptors."""
    threebody_angular_degree: Number = BY_SPECIES
    """Highest power of cos θ in the three-body descriptors."""
    fourbody_number_radial_basis_functions: Number = BY_SPECIES
    """Radial functions of the four-body descriptors."""
    fourbody_angular_degree: Number = BY_SPECIES
    """Highest total degree of the four-body angular functions."""
    fivebody_number_radial_basis_functions: Number = BY_SPECIES
    """Bound on the radial indices of the five-body products."""
    fivebody_angular_degree: Number = BY_SPECIES
    """Bound on the degrees of the five-body products."""
    sixbody_number_radial_basis_functions: Number = BY_SPECIES
    """Bound on the radial indices of the six-body products."""
    sixbody_angular_degree: Number = BY_SPECIES
    """Bound on the degrees of the six-body products."""
    sevenbody_number_radial_basis_functions: Number = BY_SPECIES
    """Bound on the radial indices of the seven-body products."""
    sevenbody_angular_degree: Number = BY_SPECIES
    """Bound on the degrees of the seven-body products."""
    number_of_environment_clusters: Annotated[int, Ge(1), Le(100)] = 1
    """Number of environment clusters per species."""
    number_of_principal_components: Annotated[int, Ge(1), Le(1000)] = 1
    """Number of principal components in which the clusters are found."""
    clusters: Clusters | None = field(default=None, compare=False, repr=False)
    kept: Annotated[tuple[str, ...] | None, _BY_LEDGER] = None
    """Names of the features to keep, in this order; all of them if absent."""

    def __post_init__(self) -> None:
        self._fill_defaults()
        check_fields(self, "pod", BasisError)
        object.__setattr__(self, "species", tuple(self.species))
        check_species(self.species, "pod", BasisError)
        if self.kept is not None:
            object.__setattr__(self, "kept", tuple(self.kept))
        if not self.rin < self.cutoff:
            raise BasisError(f"pod: expected 0 < rin < cutoff, got {self.rin} and {self.cutoff}")
        check_orders(self.body)
        check_radial(self.radial, max(self.body.radial.values()))
        check_size(self._n_whole, self.number_of_environment_clusters)
        if self.clusters is not None:
            self.clusters.check(len(self.species), self._n_whole, *self._blending)

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

    def to_dict(self) -> Settings:
        """Settings that rebuild the descriptor, ``family`` included."""
        names = [f.name for f in fields(self) if f.compare]
        settings: Settings = {"family": "pod"} | {n: getattr(self, n) for n in names}
        settings["species"] = list(self.species)
        if self.clusters is not None:
            settings["clusters"] = self.clusters.to_dict()
        if self.kept is None:
            del settings["kept"]
        else:
            settings["kept"] = list(self.kept)
        return settings

    @classmethod
    def from_dict(cls, settings: Settings) -> POD:
        """The inverse of :meth:`to_dict` (without ``family``)."""
        settings = {k: v for k, v in settings.items() if k != "family"}
        if settings.get("clusters") is not None:
            settings["clusters"] = Clusters.from_dict(settings["clusters"])
        unknown = sorted(set(settings) - {f.name for f in fields(cls)})
        if unknown:
            raise BasisError(f"pod: unknown setting {shown(unknown[0])}")
        return cls(**settings)

    def prepared(self, configurations: Iterable[Atoms]) -> POD:
        """The descriptor with clusters found in the configurations, if it blends by any."""
        k, c = self._blending
        if k == 1:
            return self
        return self.with_clusters(Clusters.fit(self, configurations, k, c, _CLUSTER_SEED))

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

    @property
    def blended(self) -> bool:
        """Whether features are blended by environment clusters."""
        return self.number_of_environment_clusters > 1

    @property
    def _blending(self) -> tuple[int, int]:
        """Numbers of clusters and of principal components."""
        return self.number_of_environment_clusters, self.number_of_principal_components

    @cached_property
    def _n_whole(self) -> int:
        """Number of descriptors before pruning and blending; nothing is built for it."""
        return n_descriptors(len(self.species), self.body)

    @cached_property
    def _all_names(self) -> tuple[str, ...]:
        """Identities of the features before pruning."""
        names = self._whole.names
        if not self.blended:
            return names
        clusters = range(self.number_of_environment_clusters)
        return tuple(f"cluster{k}:{name}" for k in clusters for name in names)

    @cached_property
    def _chosen(self) -> list[int]:
        """Positions of the kept features among all."""
        if self.kept is None:
            return list(range(len(self._all_names)))
        return positions_of(self.kept, self._all_names, "pod")

    @cached_property
    def _whole(self) -> Basis:
        """Tables and the polynomials of all descriptors."""
        builder = PodProgram(self.species, self.body)
        n = builder.n_radial
        table = tabulate(lambda r: self.radial.functions(r, n), self.cutoff)
        table_of = np.zeros((len(self.species), len(self.species)), np.int32)
        return Basis(tuple(builder.degrees), (table,), table_of, (builder.build(),))

    @cached_property
    def engine(self) -> Engine:
        """Descriptors before blending, compiled; without clusters only those that are kept."""
        pruned = self.kept is not None and not self.blended
        return Engine(self._whole.prune(self._chosen) if pruned else self._whole)

    @property
    def n_base_features(self) -> int:
        """Number M of descriptors per atom, before blending by clusters."""
        return self._n_whole if self.kept is None or self.blended else len(self._chosen)

    @property
    @override
    def n_features(self) -> int:
        if self.kept is None:
            return self.number_of_environment_clusters * self._n_whole
        return len(self._chosen)

    @property
    @override
    def feature_names(self) -> tuple[str, ...]:
        return self._all_names if self.kept is None else self.kept

    @override
    def prune(self, names: Sequence[str]) -> POD:
        positions_of(names, self.feature_names, "pod")
        return replace(self, kept=tuple(names))

    # Evaluation: with clusters, the chain rule goes through the blending --------------------------

    def base_features(self, atoms: Configurations, neighbors: Neighbors | None = None) -> Array:
        """Descriptors before blending by clusters, (N, M)."""
        return self.engine.features(self.system(atoms, neighbors))

    def blend(self, system: System, threads: int = 1) -> Blend:
        """Descriptors of every atom, with the weights of its clusters."""
        if self.clusters is None:
            raise BasisError(
                f"pod: {self.number_of_environment_clusters} environment clusters need a "
                "projection and centroids; make them with Clusters.fit(descriptor, dataset)"
            )
        base = self.engine.features(system, threads)
        return Blend(base, *self.clusters.weights(base, system.species))

    @override
    def features(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Array:
        if not self.blended:
            return super().features(atoms, neighbors, threads=threads)
        return self.blend(self.system(atoms, neighbors), threads).features()[:, self._chosen]

    @override
    def vjp(
        self,
        atoms: Configurations,
        weights: Array,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Gradient:
        if not self.blended:
            return super().vjp(atoms, weights, neighbors, threads=threads)
        system = self.system(atoms, neighbors)
        _, gradient = self.blend(system, threads).pull_back(self.of_all(weights))
        return Gradient(*self.engine.vjp(system, gradient, threads))

    @override
    def jvp(
        self,
        atoms: Configurations,
        displacements: Array | None = None,
        strain: Array | None = None,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Array:
        if not self.blended:
            return super().jvp(atoms, displacements, strain, neighbors, threads=threads)
        system = self.system(atoms, neighbors)
        tangent = self.engine.jvp(system, displacements, strain, threads)
        return self.blend(system, threads).tangent(tangent)[:, self._chosen]

    @override
    def rows(
        self,
        atoms: Configurations,
        neighbors: Neighbors | None = None,
        *,
        virial: bool = True,
        threads: int = 1,
    ) -> DesignRows:
        if not self.blended:
            return super().rows(atoms, neighbors, virial=virial, threads=threads)
        system = self.system(atoms, neighbors)
        blend = self.blend(system, threads)
        gates = blend.weights, blend.slopes
        rows = self.engine.rows(system, gates, virial=virial, threads=threads)
        if self.kept is None:
            return DesignRows(*rows)
        width, one = 1 + len(self._all_names), np.array([0, *(1 + k for k in self._chosen)])
        columns = np.concatenate([e * width + one for e in range(len(self.species))])
        return DesignRows(*(part[..., columns] for part in rows))

    @override
    def outline(self) -> Outline:
        if self.blended:
            raise BasisError(
                "pod: force times with environment clusters are not predicted; measure them"
            )
        return super().outline()

    @override
    def fold(self, coefficients: Array) -> Evaluator:
        if not self.blended:
            return super().fold(coefficients)
        return BlendedModel(self, checked(coefficients, len(self.species), self.n_features))

    @override
    def embed(self, network: Network) -> Evaluator:
        if not self.blended:
            return super().embed(network)
        check_network(network, len(self.species), self.n_features)
        return NetworkModel(self, network)

    def of_all(self, values: Array) -> Array:
        """Values (..., n_features) at the places of all features, zero elsewhere."""
        if self.kept is None:
            return values
        whole = np.zeros((*values.shape[:-1], len(self._all_names)))
        whole[..., self._chosen] = values
        return whole

    def _fill_defaults(self) -> None:
        radial, degree = DEFAULTS[min(max(len(self.species), 1), max(DEFAULTS))]
        numbers = dict(zip((f"{n}{_RADIAL}" for n in ORDERS.values()), radial, strict=True))
        numbers |= zip((f"{n}{_DEGREE}" for q, n in ORDERS.items() if q > 2), degree, strict=True)
        for name, number in numbers.items():
            if getattr(self, name) == BY_SPECIES:
                object.__setattr__(self, name, number)


@dataclass(frozen=True, eq=False)
class BlendedModel:
    """Linear models of blended features; coefficients as for :meth:`POD.fold`."""

    descriptor: POD
    coefficients: Array

    def __call__(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Energies:
        """Energies, forces and virial, of several models with a leading S."""
        system = self.descriptor.system(atoms, neighbors)
        blend = self.descriptor.blend(system, threads)
        if self.coefficients.ndim == 2:
            return self._one(system, blend, self.coefficients, threads)
        found = [self._one(system, blend, c, threads) for c in self.coefficients]
        return Energies(*(np.stack(parts) for parts in zip(*found, strict=True)))

    def _one(self, system: System, blend: Blend, coefficients: Array, threads: int) -> Energies:
        c = coefficients[system.species]
        energies, gradient = blend.pull_back(self.descriptor.of_all(c[:, 1:]))
        return Energies(c[:, 0] + energies, *self.descriptor.engine.vjp(system, gradient, threads))
