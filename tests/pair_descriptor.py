"""A small pair descriptor in NumPy, and labelled configurations that it fits exactly."""

import time
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn.descriptors import DesignRows
from potlearn.potentials import Prediction
from potlearn.structure.neighbors import neighbors as neighbor_list

VOIGT = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])


@dataclass(frozen=True)
class PairDescriptor:
    """Features sum_j (1 - r/cutoff)^(k + 2), k < n, whatever the neighbour's species."""

    species: tuple[str, ...] = ("Si",)
    cutoff: float = 4.0
    n_features: int = 4
    delay: float = 0.0
    log: str = ""
    smoothness: tuple[float, ...] | None = None

    @property
    def feature_names(self):
        return tuple(f"power{k + 2}" for k in range(self.n_features))

    def rows(self, atoms, neighbors=None, *, virial=True, threads=1):
        if self.log:
            with open(self.log, "a") as file:
                file.write("x\n")
        time.sleep(self.delay)
        found = neighbors or neighbor_list(atoms, self.cutoff)
        n, width = len(atoms), 1 + self.n_features
        kind = np.array([self.species.index(s) for s in atoms.get_chemical_symbols()])
        i, j = found.i, found.j
        vector = found.vectors(atoms.positions)
        r = np.linalg.norm(vector, axis=1)
        power = np.arange(self.n_features) + 2
        x = np.clip(1 - r / self.cutoff, 0, None)[:, None]
        value, slope = x**power, -power * x ** (power - 1) / self.cutoff
        energy = np.zeros((len(self.species), width))
        energy[:, 0] = np.bincount(kind, minlength=len(self.species))
        np.add.at(energy[:, 1:], kind[i], value)
        push = slope[:, None, :] * (vector / r[:, None])[:, :, None]
        forces = np.zeros((n, 3, len(self.species), width))
        for s in range(len(self.species)):
            mine = kind[i] == s
            np.add.at(forces[:, :, s, 1:], i[mine], push[mine])
            np.add.at(forces[:, :, s, 1:], j[mine], -push[mine])
        stretch = -push[:, VOIGT[0]] * vector[:, VOIGT[1], None]
        rows = np.zeros((6, len(self.species), width))
        np.add.at(np.moveaxis(rows[:, :, 1:], 1, 0), kind[i], stretch)
        return DesignRows(energy.ravel(), forces.reshape(3 * n, -1), rows.reshape(6, -1))

    def to_dict(self):
        return {"species": list(self.species), "cutoff": self.cutoff, "n": self.n_features}


@dataclass(frozen=True)
class PairPotential:
    """A linear potential of the descriptor, as a reference."""

    descriptor: PairDescriptor
    coefficients: tuple[float, ...]

    @property
    def species(self):
        return self.descriptor.species

    @property
    def cutoff(self):
        return self.descriptor.cutoff

    def predict(self, atoms, neighbors=None, *, threads=1):
        rows, c = self.descriptor.rows(atoms, neighbors), np.array(self.coefficients)
        energies = np.full(len(atoms), rows.energy @ c / len(atoms))
        return Prediction(energies, (rows.forces @ c).reshape(-1, 3), rows.virial @ c)

    def to_dict(self):
        return {"kind": "fake", "coefficients": list(self.coefficients)}


def labelled(atoms, potential, rng=None, noise=0.0, **changes):
    """The configuration with the potential's labels, plus noise."""
    p = potential.predict(atoms)
    shake = rng.normal(size=p.forces.shape) if rng is not None else 0.0
    results = {
        "energy": p.energy,
        "forces": p.forces + noise * shake,
        "stress": p.stress(atoms.get_volume()) if atoms.pbc.all() else None,
    } | changes
    results = {k: v for k, v in results.items() if v is not None}
    atoms = atoms.copy()
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def crystal(rng, species=("Si",), strain=0.05, rattle=0.15):
    """Eight atoms of strained and rattled diamond, species at random."""
    atoms = bulk("Si", "diamond", a=5.43, cubic=True)
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain * rng.normal(size=(3, 3))), True)
    atoms.positions += rattle * rng.normal(size=(8, 3))
    atoms.symbols = rng.choice(species, 8)
    return atoms


def configurations(
    n=40, seed=0, species=("Si",), coefficients=(-5.0, 1.0, -2.0, 30.0, 4.0), noise=0.0, groups=()
):
    """Crystals labelled by a pair potential, as a Dataset."""
    rng = np.random.default_rng(seed)
    potential = PairPotential(PairDescriptor(species), coefficients)
    frames = []
    for k in range(n):
        atoms = labelled(crystal(rng, species), potential, rng, noise)
        if groups:
            atoms.info["config_type"] = groups[k % len(groups)]
        frames.append(atoms)
    return pl.from_atoms(frames)


def isolated(symbol, energy):
    """A free atom with its energy."""
    atoms = Atoms(symbol, info={"config_type": "IsolatedAtom"})
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms
