"""Energy, forces and pressure in LAMMPS with the pair style, against those of the calculator."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import LammpsError
from potlearn.lammps.plugin.installation.about import environment
from potlearn.lammps.plugin.installation.found import Lammps

if TYPE_CHECKING:
    from potlearn.potentials import LinearPotential
    from potlearn.typing import Array, Atoms

_SECONDS = 120
_TOLERANCE = 1e-7
_INPUT = """\
units metal
atom_style atomic
atom_modify map array
boundary p p p
read_data check.data
pair_style potlearn
pair_coeff * * check.potl-lammps Si
thermo_style custom pe pxx pyy pzz pyz pxz pxy
thermo_modify format float %.15g
dump forces all custom 1 forces.dump id fx fy fz
dump_modify forces sort id format float %.15g
velocity all set 0 0 0
run 0
"""


def check(lammps: Lammps, built: Path) -> None:
    """Run one step of a small potential in LAMMPS and compare with Python.

    Parameters
    ----------
    lammps : Lammps
    built : path
        The plugin or program that was built, with ``libpotlearn.so`` beside it.

    Raises
    ------
    LammpsError
        LAMMPS ends with an error, or its numbers differ.
    """
    from potlearn.lammps import write_data, write_lammps

    potential, atoms = _example()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "check.data", atoms, potential.species)
        write_lammps(potential, folder / "check", to="lammps")
        plugin = built.suffix == ".so"
        load = f"plugin load {built}\n" if plugin else ""
        (folder / "in.check").write_text(load + _INPUT)
        output = _run(lammps.program if plugin else built, folder, lammps)
        _compare(potential, atoms, _thermo(output), _forces(folder / "forces.dump"))


def _example() -> tuple[LinearPotential, Atoms]:
    """A potential with made-up coefficients, and disordered silicon in a skewed cell."""
    import numpy as np
    from ase.build import bulk

    from potlearn.descriptors import ACE
    from potlearn.potentials import LinearPotential

    descriptor = ACE(("Si",), cutoff=4.0, order=2, degree=(4, 3))
    random = np.random.default_rng(0)
    potential = LinearPotential(descriptor, random.normal(size=1 + descriptor.n_features))
    atoms: Atoms = bulk("Si", a=5.43).repeat(2)
    atoms.positions += random.normal(scale=0.1, size=atoms.positions.shape)
    return potential, atoms


def _run(program: Path, folder: Path, lammps: Lammps) -> str:
    command = [str(program), "-in", "in.check", "-log", "none"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env=environment(lammps.libraries),
        )
    except subprocess.TimeoutExpired as error:
        raise LammpsError(
            f"check of the pair style: {program} took more than {_SECONDS} s"
        ) from error
    words = (done.stdout + done.stderr).splitlines()
    if done.returncode or any("ERROR" in line for line in words):
        said = [line for line in words if "ERROR" in line] or words[-5:]
        raise LammpsError(
            f"check of the pair style: {program} ends with exit code {done.returncode}:\n  "
            + "\n  ".join(said)
        )
    return done.stdout


def _thermo(output: str) -> list[float]:
    """Energy in eV and pressure in bar, xx yy zz yz xz xy, of the one step."""
    lines = [line.split() for line in output.splitlines()]
    start = next((k for k, words in enumerate(lines) if words[:2] == ["PotEng", "Pxx"]), None)
    if start is None or len(lines) <= start + 1:
        raise LammpsError(
            f"check of the pair style: LAMMPS wrote no thermo output:\n{output[-500:]}"
        )
    return [float(word) for word in lines[start + 1]]


def _forces(path: Path) -> Array:
    import numpy as np

    forces: Array = np.loadtxt(path, skiprows=9, ndmin=2)[:, 1:]
    return forces


def _compare(potential: LinearPotential, atoms: Atoms, thermo: list[float], forces: Array) -> None:
    import numpy as np
    from ase.calculators.lammps import Prism
    from ase.units import bar

    expected = potential.predict(atoms)
    turned = Prism(atoms.cell.array).vector_to_lammps(expected.forces)
    trace = -np.sum(expected.stress(atoms.get_volume())[:3]) / bar
    pairs: dict[str, tuple[Array | float, Array | float]] = {
        "energy (eV)": (thermo[0], expected.energy),
        "forces (eV/Å)": (forces, turned),
        "trace of the pressure (bar)": (sum(thermo[1:4]), trace),
    }
    for quantity, (got, wanted) in pairs.items():
        scale = max(1.0, float(np.abs(wanted).max()))
        difference = float(np.abs(np.asarray(got) - wanted).max())
        if not difference <= _TOLERANCE * scale:
            where = "check of the pair style"
            raise LammpsError(
                f"{where}: LAMMPS and Python differ in {quantity} by {difference:.3g}"
            )
