"""An exported potential without LAMMPS: what its pair style gets from the library."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from potlearn.errors import DataError, ModelFileError
from potlearn.lammps.plugin.library import Atoms as CAtoms
from potlearn.lammps.plugin.library import Results, library
from potlearn.lammps.plugin.surroundings import Surroundings
from potlearn.potentials.base import Prediction
from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Array, Atoms

_WORDS = 1000


class Evaluation(NamedTuple):
    """Energies (C,) of centres, forces (N, 3), virial (6,), and virials of atoms (N, 6)."""

    energies: Array
    forces: Array
    virial: Array
    virials: Array


class ExportedModel:
    """A file of ``pair_style potlearn``, evaluated through its C interface.

    Parameters
    ----------
    path : path

    Raises
    ------
    ModelFileError
        No such file, a damaged one, or one of another kind or version.
    """

    def __init__(self, path: str | Path) -> None:
        self._library = library()
        words = ctypes.create_string_buffer(_WORDS)
        self._model = self._library.potlearn_open(str(path).encode(), words, _WORDS)
        if not self._model:
            raise ModelFileError(words.value.decode(errors="replace"))

    def __del__(self) -> None:
        if getattr(self, "_model", None):
            self._library.potlearn_close(self._model)

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""
        n = self._library.potlearn_n_species(self._model)
        found = (self._library.potlearn_species(self._model, k) for k in range(n))
        return tuple(symbol.decode(errors="replace") for symbol in found)

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""
        return float(self._library.potlearn_cutoff(self._model))

    @property
    def instruction_set(self) -> str:
        """That of the engine."""
        return str(self._library.potlearn_instruction_set(self._model).decode())

    def has(self, part: str) -> bool:
        """Whether the file has a part: ``gamma``, ``gamma_configuration``, ``force_std``."""
        return bool(self._library.potlearn_has(self._model, part.encode()))

    def evaluate(self, around: Surroundings, threads: int = 1) -> Evaluation:
        """What the centres contribute.

        Raises
        ------
        DataError
            Arrays that do not belong together, or atoms that are too close.
        """
        n = len(around.species)
        found = Evaluation(
            np.empty(len(around.centers)), np.zeros((n, 3)), np.zeros(6), np.zeros((n, 6))
        )
        results = Results(*map(_address, found))
        self._call("evaluate", ctypes.byref(_atoms(around)), threads, ctypes.byref(results))
        return found

    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        """Energies, forces and virial of a configuration, as of a potential.

        Raises
        ------
        SpeciesError
            An element that it does not know.
        DataError
            Atoms that are too close.
        """
        around = Surroundings.of(atoms, self.species, self.cutoff, neighbors)
        found = self.evaluate(around, threads)
        return Prediction(found.energies, around.gathered(found.forces, len(atoms)), found.virial)

    def grades(self, around: Surroundings, threads: int = 1) -> Array:
        """Extrapolation grades (C,) of the centres.

        Raises
        ------
        DataError
            The file has none, arrays that do not belong together, or atoms that are too close.
        """
        found = np.empty(len(around.centers))
        self._spread(around, threads, grades=found)
        return found

    def grade_sums(self, around: Surroundings, threads: int = 1) -> Array:
        """What the centres add to the grade of the configuration; sum it over all centres.

        Raises
        ------
        DataError
            As of :meth:`grades`.
        """
        found = np.zeros(self._library.potlearn_n_sums(self._model))
        self._spread(around, threads, sums=found)
        return found

    def configuration_grade(self, sums: Array) -> float:
        """Grade of a configuration from the sums of all its centres (:meth:`grade_sums`)."""
        given, found = np.ascontiguousarray(sums, float), np.empty(1)
        self._call("gamma_configuration", _address(given), _address(found))
        return float(found[0])

    def deviations(self, around: Surroundings, threads: int = 1) -> Array:
        """What the centres add to forces of K models, (N, K, 3); sum it over all centres.

        Raises
        ------
        DataError
            As of :meth:`grades`.
        """
        k = self._library.potlearn_n_deviations(self._model)
        found = np.zeros((len(around.species), k, 3))
        self._spread(around, threads, deviations=found)
        return found

    def forces_std(self, deviations: Array) -> Array:
        """Expected errors of forces (n, 3) from deviations (n, K, 3) of all centres, in eV/Å."""
        given = np.ascontiguousarray(deviations, float)
        found = np.empty((len(given), 3))
        self._call("force_std", len(given), _address(given), _address(found))
        return found

    def _spread(
        self,
        around: Surroundings,
        threads: int,
        *,
        grades: Array | None = None,
        sums: Array | None = None,
        deviations: Array | None = None,
    ) -> None:
        results = (None if x is None else _address(x) for x in (grades, sums, deviations))
        self._call("spread", ctypes.byref(_atoms(around)), threads, *results)

    def _call(self, function: str, *arguments: Any) -> None:
        """A function of the library that may fail with words."""
        words = ctypes.create_string_buffer(_WORDS)
        if getattr(self._library, f"potlearn_{function}")(self._model, *arguments, words, _WORDS):
            raise DataError(words.value.decode(errors="replace"))


def _atoms(around: Surroundings) -> CAtoms:
    return CAtoms(
        len(around.species),
        _address(around.positions),
        _address(around.species),
        len(around.centers),
        _address(around.centers),
        _address(around.first),
        _address(around.neighbor),
    )


def _address(array: Any) -> int:
    return int(array.ctypes.data)
