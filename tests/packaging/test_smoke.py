"""What an installed package must do anywhere: import, compute, save, load, run its command."""

import subprocess
import sys

import numpy as np
from ase.build import bulk

import potlearn as pl

SMALL = {
    "twobody_number_radial_basis_functions": 4,
    "threebody_number_radial_basis_functions": 2,
    "threebody_angular_degree": 2,
} | {
    f"{body}body_{what}": 0
    for body in ("four", "five", "six", "seven")
    for what in ("number_radial_basis_functions", "angular_degree")
}


def test_forces_are_minus_the_slope_of_the_energy(tmp_path):
    descriptor = pl.POD(("Si",), 4.0, **SMALL)
    coefficients = np.random.default_rng(0).normal(size=(1, 1 + descriptor.n_features))
    pl.LinearPotential(descriptor, coefficients).save(tmp_path / "model.potl")
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.1, seed=1)
    atoms.calc = pl.load(tmp_path / "model.potl").calculator()
    force, step = atoms.get_forces()[0, 0], 1e-4
    energies = []
    for sign in (1, -1):
        moved = atoms.copy()
        moved.positions[0, 0] += sign * step
        moved.calc = atoms.calc
        energies.append(moved.get_potential_energy())
    np.testing.assert_allclose(force, (energies[1] - energies[0]) / (2 * step), rtol=1e-5)


def test_the_command_runs():
    run = subprocess.run(
        [sys.executable, "-m", "potlearn.cli", "--version"], capture_output=True, text=True
    )
    assert run.stdout.strip() == f"potlearn {pl.__version__}"
    assert run.returncode == 0


def test_an_exported_potential_runs_without_python_code(tmp_path):
    """The library with the C interface is in the package, with its header."""
    from potlearn.lammps import write_lammps
    from potlearn.lammps.plugin import ExportedModel, header_path

    potential = pl.ZBL(("Si",), 1.0, 3.0)
    written = write_lammps(potential, tmp_path / "Si", "lammps")
    atoms = bulk("Si", cubic=True)
    found = ExportedModel(written.paths[0]).predict(atoms)
    np.testing.assert_allclose(found.energies, potential.predict(atoms).energies, rtol=1e-10)
    assert "potlearn_evaluate" in header_path().read_text(encoding="utf-8")
