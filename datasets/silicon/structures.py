"""The silicon configurations that are labelled: what they are and how they are made.

Every configuration has a unique name, and its random numbers are seeded by that name, so adding or
dropping configurations in one group leaves all the others as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
from ase import Atoms, units
from ase.build import bulk, diamond100, diamond111, make_supercell
from ase.calculators.calculator import Calculator, all_changes
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.neighborlist import neighbor_list
from ase.optimize import FIRE
from files import read_frames

MELTS = Path(__file__).with_name("melts.extxyz.xz")
"""Geometries that ``melts.py`` made, with their names."""

A0 = 5.47
"""PBE lattice constant of diamond silicon in Å, rounded; the reference for all strains."""

VACUUM = 9.0
"""Empty space between a slab and its periodic image, in Å."""

VOLUME_SCALES = np.linspace(0.85, 1.25, 17)

CONVENTIONAL = np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])
"""The cubic 8-atom cell in terms of the primitive fcc vectors."""


class StillingerWeber(Calculator):
    """The silicon potential of Stillinger and Weber (Phys. Rev. B 31, 5262, 1985).

    It only proposes geometries (snapshots of molecular dynamics, reconstructed surfaces); its
    energies never enter the data.
    """

    implemented_properties: ClassVar[list[str]] = ["energy", "forces"]
    epsilon, sigma, a, lam, gamma = 2.1682, 2.0951, 1.80, 21.0, 1.20
    big_a, big_b = 7.049556277, 0.6022245584

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        """Fill ``results`` with the energy and the forces of ``atoms``."""
        super().calculate(atoms, properties, system_changes)
        first, second, vectors = neighbor_list("ijD", self.atoms, self.a * self.sigma - 1e-9)
        energy, forces = 0.0, np.zeros((len(self.atoms), 3))
        for i in range(len(self.atoms)):
            mine = first == i
            e, gradient = self._centre(vectors[mine] / self.sigma)
            energy += e * self.epsilon
            gradient *= self.epsilon / self.sigma
            forces[i] += gradient.sum(axis=0)
            np.subtract.at(forces, second[mine], gradient)
        self.results = {"energy": energy, "forces": forces}

    def _centre(self, bonds: np.ndarray) -> tuple[float, np.ndarray]:
        """Return one atom's reduced energy and its gradient with respect to the bond vectors."""
        r = np.linalg.norm(bonds, axis=1)
        unit = bonds / r[:, None]
        cut = np.exp(1.0 / (r - self.a))
        pair = 0.5 * self.big_a * (self.big_b * r**-4 - 1.0) * cut
        slope = -2.0 * self.big_a * self.big_b * r**-5 * cut - pair / (r - self.a) ** 2
        g = np.exp(self.gamma / (r - self.a))
        dg = -self.gamma / (r - self.a) ** 2 * g
        cosine = unit @ unit.T
        h = cosine + 1.0 / 3.0
        np.fill_diagonal(h, 0.0)
        slope = slope + self.lam * dg * ((h * h) @ g)
        bend = 2.0 * self.lam * g[:, None] * h * g[None, :] / r[:, None]
        gradient = (slope - (bend * cosine).sum(axis=1))[:, None] * unit + bend @ unit
        return float(pair.sum() + 0.5 * self.lam * g @ (h * h) @ g), gradient


def generator(name: str) -> np.random.Generator:
    """Return the random generator that belongs to a configuration name."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def deformed(atoms: Atoms, strain: np.ndarray) -> Atoms:
    """Return a copy with the cell and the positions deformed by ``1 + strain``."""
    out = atoms.copy()
    out.set_cell(out.cell[:] @ (np.eye(3) + strain), scale_atoms=True)
    return out


def scaled(atoms: Atoms, volume_factor: float) -> Atoms:
    """Return a copy with its volume multiplied by ``volume_factor``."""
    return deformed(atoms, np.eye(3) * (volume_factor ** (1 / 3) - 1.0))


def random_strain(rng: np.random.Generator, size: float) -> np.ndarray:
    """Return a symmetric strain with entries uniform in ``[-size, size]``."""
    strain = rng.uniform(-size, size, (3, 3))
    return 0.5 * (strain + strain.T)


def rattled(atoms: Atoms, rng: np.random.Generator, sigma: float, strain: float = 0.0) -> Atoms:
    """Return a copy, randomly strained, with Gaussian displacements of width ``sigma`` in Å."""
    out = deformed(atoms, random_strain(rng, strain))
    out.positions += rng.normal(0.0, sigma, out.positions.shape)
    return out


def diamond() -> Atoms:
    """Return the primitive 2-atom cell of diamond silicon."""
    return bulk("Si", a=A0)


def crystal(cell: list, scaled_positions: list) -> Atoms:
    """Return a silicon crystal from its cell and fractional coordinates."""
    positions = np.array(scaled_positions)
    return Atoms(f"Si{len(positions)}", cell=cell, scaled_positions=positions, pbc=True)


def beta_tin() -> Atoms:
    """Return the 2-atom cell of beta-tin silicon (a = 4.80 Å, c/a = 0.55)."""
    a, c = 4.80, 4.80 * 0.55
    cell = [[-a / 2, a / 2, c / 2], [a / 2, -a / 2, c / 2], [a / 2, a / 2, -c / 2]]
    return crystal(cell, [[0, 0, 0], [0.25, 0.75, 0.5]])


def simple_hexagonal() -> Atoms:
    """Return simple hexagonal silicon in its orthorhombic 2-atom cell."""
    a = 2.64
    return crystal([a, a * 3**0.5, 2.48], [[0, 0, 0], [0.5, 0.5, 0]])


def close_packed_hexagonal() -> Atoms:
    """Return hcp silicon in its orthorhombic 4-atom cell."""
    a = 2.69
    basis = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 1 / 6, 0.5], [0, 2 / 3, 0.5]]
    return crystal([a, a * 3**0.5, 1.65 * a], basis)


def lonsdaleite() -> Atoms:
    """Return hexagonal diamond in its orthorhombic 8-atom cell."""
    a = A0 / 2**0.5
    u = 3 / 8
    plane = [(0, 1 / 3, 0), (0.5, 5 / 6, 0), (0, 1 / 3, u), (0.5, 5 / 6, u)]
    other = [(0.5, 1 / 6, 0.5), (0, 2 / 3, 0.5), (0.5, 1 / 6, 0.5 + u), (0, 2 / 3, 0.5 + u)]
    return crystal([a, a * 3**0.5, a * (8 / 3) ** 0.5], plane + other)


def bc8() -> Atoms:
    """Return the primitive 8-atom cell of the BC8 phase (a = 6.65 Å, x = 0.1003)."""
    a, x = 6.65, 0.1003
    h = 0.5
    corner = [(x, x, x), (h - x, -x, h + x), (-x, h + x, h - x), (h + x, h - x, -x)]
    cubic = np.array(corner + [(-p, -q, -r) for p, q, r in corner])
    cell = 0.5 * a * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    atoms = Atoms("Si8", cell=cell, positions=cubic * a, pbc=True)
    atoms.wrap()
    return atoms


PHASES: dict[str, tuple[Callable[[], Atoms], int, int]] = {
    "beta_tin": (beta_tin, 6, 5),
    "simple_hexagonal": (simple_hexagonal, 6, 5),
    "sc": (lambda: bulk("Si", "sc", a=2.53), 5, 4),
    "bcc": (lambda: bulk("Si", "bcc", a=3.09), 5, 4),
    "fcc": (lambda: bulk("Si", "fcc", a=3.87), 5, 4),
    "hcp": (close_packed_hexagonal, 4, 3),
    "lonsdaleite": (lonsdaleite, 4, 2),
    "bc8": (bc8, 4, 2),
}
"""Per phase: its cell, how many volumes, how many strained and rattled copies."""


def isolated_group() -> Iterator[tuple[str, Atoms]]:
    """Yield the isolated atom in a box without symmetry."""
    yield "isolated", Atoms("Si", cell=[10.0, 10.5, 11.0], positions=[[5, 5.25, 5.5]], pbc=True)


def diamond_groups() -> Iterator[tuple[str, Atoms]]:
    """Yield diamond under pressure, strain and shear, and rattled cells of 2, 4 and 8 atoms."""
    for i, factor in enumerate(VOLUME_SCALES):
        yield f"diamond_volume_{i:02d}", scaled(diamond(), factor)
    for i in range(20):
        rng = generator(f"diamond_strain_{i:02d}")
        strain = random_strain(rng, 0.10)
        yield f"diamond_strain_{i:02d}", deformed(diamond(), strain)
    cubic = make_supercell(diamond(), CONVENTIONAL)
    sizes = [(diamond(), 18, 0.25), (diamond() * (1, 1, 2), 7, 0.16), (cubic, 5, 0.14)]
    for base, count, widest in sizes:
        for i in range(count):
            name = f"diamond_rattled_{len(base)}_{i:02d}"
            rng = generator(name)
            yield name, rattled(base, rng, rng.uniform(0.03, widest), 0.05)


def phase_groups() -> Iterator[tuple[str, Atoms]]:
    """Yield every other crystal structure at several volumes, and strained and rattled."""
    for phase, (build, volumes, copies) in PHASES.items():
        for i, factor in enumerate(np.linspace(0.88, 1.16, volumes)):
            yield f"{phase}_{i:02d}", scaled(build(), factor)
        for i in range(volumes, volumes + copies):
            name = f"{phase}_{i:02d}"
            rng = generator(name)
            yield name, rattled(build(), rng, rng.uniform(0.03, 0.12), 0.05)


def trajectory(atoms: Atoms, name: str, kelvin: float, steps: int) -> Atoms:
    """Return ``atoms`` after ``steps`` of 2 fs Langevin dynamics with the classical potential."""
    out = atoms.copy()
    out.calc = StillingerWeber()
    rng = np.random.RandomState(zlib.crc32(name.encode()))
    MaxwellBoltzmannDistribution(out, temperature_K=kelvin, rng=rng)
    Langevin(out, 2 * units.fs, temperature_K=kelvin, friction=0.02, rng=rng).run(steps)
    return Atoms(out.numbers, positions=out.positions, cell=out.cell, pbc=True)


def dynamics_groups() -> Iterator[tuple[str, Atoms]]:
    """Yield snapshots of crystals at 300 to 1500 K and of the liquid, in 8-atom cells."""
    crystals = [(300, 1.0), (600, 1.01), (900, 1.02), (1200, 1.03), (1500, 1.04)]
    for kelvin, factor in crystals:
        atoms = scaled(make_supercell(diamond(), CONVENTIONAL), factor)
        for i in range(2):
            name = f"md_{kelvin}_{i:02d}"
            atoms = trajectory(atoms, name, kelvin, 250)
            yield name, atoms.copy()
    for i in range(10):
        name = f"liquid_{i:02d}"
        rng = generator(name)
        start = deformed(make_supercell(diamond(), CONVENTIONAL), random_strain(rng, 0.06))
        start = scaled(start, 8 * rng.uniform(16.5, 20.5) / start.get_volume())
        hot = trajectory(start, name + "_melt", 6000, 400)
        yield name, trajectory(hot, name, rng.uniform(2000, 3500), 60)


def vacancy_group() -> Iterator[tuple[str, Atoms]]:
    """Yield rattled vacancies in 16-atom (2x2x2) and 8-atom (cubic) cells."""
    for base, count in ((diamond() * (2, 2, 2), 3), (make_supercell(diamond(), CONVENTIONAL), 4)):
        for i in range(count):
            name = f"vacancy_{len(base) - 1}_{i:02d}"
            rng = generator(name)
            atoms = base.copy()
            del atoms[0]
            yield name, rattled(atoms, rng, 0.0 if i == 0 else 0.08, 0.0 if i == 0 else 0.02)


def slab(kind: str) -> Atoms:
    """Return a slab of 8 to 10 atoms, periodic along z with a gap of ``VACUUM``."""
    if kind == "111":
        out = diamond111("Si", (1, 1, 8), a=A0)
    elif kind == "100":
        out = diamond100("Si", (1, 1, 8), a=A0)
    else:
        out = diamond100("Si", (2, 1, 5), a=A0)
    out = Atoms(out.numbers, positions=out.positions, cell=out.cell, pbc=True)
    out.positions[:, 2] -= out.positions[:, 2].min()
    height = out.positions[:, 2].max() + VACUUM
    out.set_cell([out.cell[0], out.cell[1], [0, 0, height]])
    out.positions[:, 2] += 0.5 * VACUUM
    if kind == "100_2x1":
        out = trajectory(out, "reconstruct", 900, 400)
        out.calc = StillingerWeber()
        FIRE(out, logfile=None).run(fmax=0.05, steps=300)
        out = Atoms(out.numbers, positions=out.positions, cell=out.cell, pbc=True)
    return out


def surface_group() -> Iterator[tuple[str, Atoms]]:
    """Yield ideal, reconstructed and rattled (111), (100) and (100)-2x1 slabs."""
    for kind, count in (("111", 4), ("100", 3), ("100_2x1", 3)):
        base = slab(kind)
        for i in range(count):
            name = f"surface_{kind}_{i:02d}"
            atoms = base if i == 0 else rattled(base, generator(name), 0.07)
            yield name, atoms.copy()


def short_group() -> Iterator[tuple[str, Atoms]]:
    """Yield cells with close atoms: pairs at 1.8 to 2.2 Å and strongly compressed crystals."""
    bond = diamond().positions[1] / np.linalg.norm(diamond().positions[1])
    for i, length in enumerate((1.8, 1.9, 2.0, 2.1, 2.2)):
        atoms = diamond()
        atoms.positions[1] = length * bond
        yield f"short_pair_{i:02d}", atoms
    for i, length in enumerate((1.9, 2.0, 2.1, 2.2)):
        yield f"short_diamond_{i:02d}", bulk("Si", a=length * 4 / 3**0.5)
    for i, length in enumerate((2.0, 2.15)):
        yield f"short_sc_{i:02d}", bulk("Si", "sc", a=length)


def supercell_group() -> Iterator[tuple[str, Atoms]]:
    """Yield three crystals, each in cells of 2 to 16 atoms, for the supercell check."""
    strain = np.array([[0.03, 0.02, 0.0], [0.02, -0.02, 0.01], [0.0, 0.01, 0.02]])
    displaced = deformed(diamond(), strain)
    displaced.positions[1] += [0.10, -0.05, 0.07]
    primitives = {"ideal": diamond(), "strained": deformed(diamond(), strain)}
    cells = {"4": np.diag([1, 1, 2]), "8": CONVENTIONAL, "16": np.diag([2, 2, 2])}
    for label, primitive in primitives.items():
        yield f"supercell_{label}_2", primitive
        for size, matrix in cells.items():
            yield f"supercell_{label}_{size}", make_supercell(primitive, matrix)
    yield "supercell_displaced_2", displaced
    yield "supercell_displaced_8", make_supercell(displaced, np.diag([1, 2, 2]))


def melt_groups() -> Iterator[tuple[str, Atoms]]:
    """Yield the melts and hot crystals in larger cells."""
    for atoms in read_frames(MELTS):
        yield atoms.info["name"], Atoms(atoms)


GROUPS = (
    ("isolated_atom", isolated_group),
    ("supercell", supercell_group),
    ("diamond", diamond_groups),
    ("phase", phase_groups),
    ("dynamics", dynamics_groups),
    ("vacancy", vacancy_group),
    ("surface", surface_group),
    ("short", short_group),
    ("melt", melt_groups),
)


def config_type(name: str) -> str:
    """Return the group a configuration name belongs to, which is the stored ``config_type``."""
    if name == "isolated":
        return "IsolatedAtom"
    known = [*PHASES, "diamond_volume", "diamond_strain", "diamond_rattled"]
    known += ["md", "liquid", "vacancy", "surface", "short", "supercell"]
    known += ["melt", "hot_crystal", "explored"]
    return max((group for group in known if name.startswith(group + "_")), key=len)


def rounded(atoms: Atoms) -> Atoms:
    """Return a copy with cell and positions rounded as they are stored."""
    return Atoms(
        atoms.numbers,
        positions=np.round(atoms.positions, 8),
        cell=np.round(atoms.cell[:], 8),
        pbc=True,
    )


def configurations() -> dict[str, Atoms]:
    """Return all configurations by name, with positions and cells rounded as they are stored."""
    out: dict[str, Atoms] = {}
    for _, build in GROUPS:
        for name, atoms in build():
            out[name] = rounded(atoms)
    return out
