"""One pass over a dataset: the numbers of each configuration that checks look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.dataset import Dataset
from potlearn.data.labels import Labels
from potlearn.data.shape import Floats, invariants
from potlearn.data.work import Step, step
from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.typing import Atoms, Settings

Progress = Callable[[int, int], None]
# A gap of this many Å between layers of atoms is vacuum.
VACUUM = 6.0


@dataclass(frozen=True)
class Survey:
    """Numbers per configuration, (n,) unless stated; NaN for absent labels and properties.

    Attributes
    ----------
    dataset : Dataset
        What was surveyed.
    cutoff : float
        Distance up to which neighbours were looked at, in Å.
    max_force, net_force : float64
        Largest force on an atom, and length of the sum of forces (all atoms labelled), in eV/Å.
    max_stress, pressure : float64
        Largest stress component, and minus a third of the trace, in eV/Å³.
    volume, density, thickness : float64
        Cell volume in Å³, mass density in g/cm³, smallest distance between opposite faces in Å.
    pbc : (n, 3) bool
        Periodicity.
    vacuum : bool
        Whether the atoms leave a gap of 6 Å along a periodic cell vector.
    shortest : (n, n_pairs) float64
        Shortest distance of each pair of elements, in Å; inf where none is within the cutoff.
    fewest_neighbors : int64
        Neighbours within the cutoff of the atom that has fewest.
    invariants : (n, 5) float64
        Equal for equivalent configurations (see :mod:`potlearn.data.shape`).
    step_energy, force_work, stress_work : float64
        Energy difference to the configuration before, and the work of forces and stress between
        the two, in eV (see :mod:`potlearn.data.work`).
    """

    dataset: Dataset
    cutoff: float
    max_force: Floats
    net_force: Floats
    max_stress: Floats
    pressure: Floats
    volume: Floats
    density: Floats
    thickness: Floats
    pbc: NDArray[np.bool_]
    vacuum: NDArray[np.bool_]
    shortest: Floats
    fewest_neighbors: NDArray[np.int64]
    invariants: Floats
    step_energy: Floats
    force_work: Floats
    stress_work: Floats

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of elements, columns of ``shortest``."""
        species = self.dataset.species
        return [(a, b) for k, a in enumerate(species) for b in species[k:]]


# Labels without a meaning, such as 1e300, overflow to infinity, which the checks speak of.
@np.errstate(over="ignore", invalid="ignore")
def survey(dataset: Dataset, cutoff: float, progress: Progress | None = None) -> Survey:
    """Look at every configuration once."""
    from ase.data import atomic_numbers

    species = np.array([atomic_numbers[symbol] for symbol in dataset.species])
    rows: dict[str, list[Any]] = {}
    before: tuple[Atoms, Labels] | None = None
    for i in range(len(dataset)):
        atoms, labels = dataset[i], dataset.labels(i)
        work = Step() if before is None else step(before, (atoms, labels))
        before = atoms, labels
        entry = _work_numbers(work) | _label_numbers(labels) | _cell_numbers(atoms)
        entry |= _neighbor_numbers(atoms, neighbors(atoms, cutoff), species)
        for name, value in entry.items():
            rows.setdefault(name, []).append(value)
        if progress is not None:
            progress(i + 1, len(dataset))
    return Survey(dataset=dataset, cutoff=cutoff, **{k: np.array(v) for k, v in rows.items()})


def _work_numbers(work: Step) -> dict[str, float]:
    """Energy difference and work since the configuration before."""
    return {
        "step_energy": work.energy,
        "force_work": work.force_work,
        "stress_work": work.stress_work,
    }


def _label_numbers(labels: Labels) -> dict[str, float]:
    """Sizes of forces and stress."""
    forces, stress = labels.forces, labels.stress
    whole = forces is not None and (labels.force_mask is None or bool(labels.force_mask.all()))
    return {
        "max_force": np.nan if forces is None else float(np.sqrt((forces**2).sum(1).max())),
        "net_force": float(np.linalg.norm(forces.sum(0)))
        if whole and forces is not None
        else np.nan,
        "max_stress": np.nan if stress is None else float(np.abs(stress).max()),
        "pressure": np.nan if stress is None else float(-stress[:3].sum() / 3),
    }


def _cell_numbers(atoms: Atoms) -> Settings:
    """Volume, density, thickness and vacuum; NaN without periodicity."""
    cell, pbc = np.asarray(atoms.cell), np.array(atoms.pbc, bool)
    volume = abs(float(np.linalg.det(cell)))
    if not pbc.any() or volume < 1e-6:
        numbers = dict.fromkeys(("volume", "density", "thickness"), np.nan)
        return numbers | {"pbc": pbc, "vacuum": False}
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    fractions = np.sort(atoms.positions @ np.linalg.inv(cell) % 1.0, axis=0)
    gaps = np.diff(np.concatenate([fractions, fractions[:1] + 1.0]), axis=0).max(0) * heights
    periodic = bool(pbc.all())
    return {
        "volume": volume if periodic else np.nan,
        "density": float(atoms.get_masses().sum()) / volume * 1.66053907 if periodic else np.nan,
        "thickness": float(heights[pbc].min()),
        "pbc": pbc,
        "vacuum": bool((gaps[pbc] > VACUUM).any()),
    }


def _neighbor_numbers(atoms: Atoms, pairs: Neighbors, species: NDArray[np.int64]) -> Settings:
    """Shortest distances, neighbour counts and invariants."""
    vectors = pairs.vectors(atoms.positions)
    r = np.sqrt(np.einsum("pk,pk->p", vectors, vectors))
    kinds, i, j = np.searchsorted(species, atoms.numbers), pairs.i, pairs.j
    return {
        "shortest": _shortest(r, kinds[i], kinds[j], len(species)),
        "fewest_neighbors": int(np.diff(pairs.first).min()),
        "invariants": invariants(vectors, r, pairs, np.asarray(atoms.numbers, np.float64)),
    }


def _shortest(r: Floats, a: NDArray[np.int64], b: NDArray[np.int64], n: int) -> Floats:
    """Shortest distance of each unordered pair of elements."""
    matrix = np.full(n * n, np.inf)
    if n == 1:
        matrix[0] = r.min(initial=np.inf)
    else:
        np.minimum.at(matrix, np.minimum(a, b) * n + np.maximum(a, b), r)
    return matrix.reshape(n, n)[np.triu_indices(n)]
