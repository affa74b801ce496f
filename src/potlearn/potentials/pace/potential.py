"""Nonlinear ACE potentials (PACE), as ``.yace`` files hold them, on the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import ModelFileError
from potlearn.potentials.base import Prediction
from potlearn.potentials.operations import PotentialBase
from potlearn.potentials.pace.document import file_from_dict, file_to_dict
from potlearn.potentials.pace.energy import (
    NearestSwitch,
    core_switch,
    embedding_energy,
    nearest_switch,
)
from potlearn.potentials.pace.file import YaceFile
from potlearn.potentials.pace.model import PaceModel, build
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.structure.units import VOIGT
from potlearn.typing import Array, Atoms, Settings, Species


@dataclass(frozen=True, eq=False)
class PacePotential(PotentialBase):
    r"""Atomic cluster expansion with embedding functions and a core repulsion.

    .. math:: E_i = E_{0, \mu_i} + F_{\mu_i}(\rho_1, \dots, \rho_P), \qquad
              \rho_p = \sum_v \tilde c_{pv} \operatorname{Re} \prod_t A_{i v_t}

    with switches and core of :mod:`~potlearn.potentials.pace.energy`, moments and products of
    :mod:`~potlearn.potentials.pace.model`.  Radial functions are tabulated by the engine; atoms
    closer than 1/64 of the cutoff raise :class:`~potlearn.errors.DataError`.

    Attributes
    ----------
    file : YaceFile
        All parameters.
    metadata : mapping
        How it came about; stored with it.
    """

    kind: ClassVar[str] = "pace"

    file: YaceFile
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""
        return self.file.elements

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""
        return self.file.cutoff

    @cached_property
    def _model(self) -> PaceModel:
        return build(self.file)

    @override
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        with np.errstate(all="ignore"):
            found = self._of_system(system, threads)
        if not (np.isfinite(found.energies).all() and np.isfinite(found.forces).all()):
            raise ModelFileError(
                "pace: energies or forces of these atoms are not finite numbers; the potential's "
                "coefficients are too large, or the atoms too close"
            )
        return found

    def _of_system(self, system: System, threads: int) -> Prediction:
        engine = self._model.engine
        if self._linear is not None:
            return Prediction(*engine.energy_forces(system, self._linear, threads))
        features = engine.features(system, threads)
        switch = nearest_switch(self.file, system) if self._has_nearest_switch else None
        energies, weights, excess = self._site_energies(system.species, features, switch)
        forces, virial = engine.vjp(system, weights, threads)
        if switch is not None:
            _add_pairs(forces, virial, switch, excess, system)
        return Prediction(energies, forces, virial)

    @cached_property
    def _linear(self) -> Array | None:
        """Coefficients (n, 1 + M) of a potential without core, linear in its densities."""
        embeddings = self.file.embeddings
        if (
            self._model.core is not None
            or self._has_nearest_switch
            or any((e.exponents != 1).any() for e in embeddings)
        ):
            return None
        coefficients = np.zeros((len(embeddings), 1 + self._model.engine.n_features))
        coefficients[:, 0] = self.file.e0
        for mu, embedding in enumerate(embeddings):
            step, _ = core_switch(embedding, np.zeros(1))
            coefficients[mu, 1 : 1 + embedding.ndensity] = step * embedding.weights
        return coefficients

    @property
    def _has_nearest_switch(self) -> bool:
        return self.file.inner_cutoff_type == "zbl"

    def _site_energies(
        self, species: Species, features: Array, switch: NearestSwitch | None
    ) -> tuple[Array, Array, Array]:
        """Energies (N,), their derivatives in the features (N, M), and F - core (N,)."""
        energies, weights = self.file.e0[species], np.zeros_like(features)
        column = self._model.core
        core = features[:, column] if column is not None else np.zeros(len(features))
        total = np.zeros(len(features))
        step, by_core = np.ones(len(features)), np.ones(len(features))
        for mu, embedding in enumerate(self.file.embeddings):
            mine, densities = species == mu, slice(embedding.ndensity)
            total[mine], by_density = embedding_energy(embedding, features[mine, densities])
            if switch is None:
                step[mine], slope = core_switch(embedding, core[mine])
                by_core[mine] += total[mine] * slope
            else:
                step[mine] = switch.value[mine]
            weights[mine, densities] = step[mine, None] * by_density
        if switch is not None:
            by_core = 1 - step
            energies = energies + total * step + core * by_core
        else:
            energies = energies + total * step + core
        if column is not None:
            weights[:, column] = by_core
        return energies, weights, total - core

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential."""
        return {
            "kind": self.kind,
            "file": file_to_dict(self.file),
            "metadata": dict(self.metadata),
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> PacePotential:
        """The inverse of :meth:`to_dict`."""
        return cls(file_from_dict(settings["file"]), settings["metadata"])


def _add_pairs(
    forces: Array, virial: Array, switch: NearestSwitch, excess: Array, system: System
) -> None:
    """Forces and virial of the steps that move with the nearest neighbour."""
    i, j, shifts = system.neighbors.some(switch.pair)
    vectors = system.positions[j] - system.positions[i] + shifts
    r = np.linalg.norm(vectors, axis=1)
    pull = (excess[i] * switch.slope / r)[:, None] * vectors
    np.add.at(forces, i, pull)
    np.add.at(forces, j, -pull)
    virial -= (vectors.T @ pull)[VOIGT]
