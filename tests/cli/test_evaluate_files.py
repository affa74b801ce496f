"""`potlearn evaluate` of files of other programs, as they are."""

import json

import numpy as np
import pytest
import yace_files
from ase.build import bulk
from ase.io import write
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def yace(tmp_path):
    """A `.yace` file, and configurations with its energies and forces, shifted by 1 meV/atom."""
    path = tmp_path / "model.yace"
    path.write_text(yace_files.MINIMAL)
    return path


def labelled(path, potential):
    """A file of configurations whose energies are 1 meV/atom above the potential's."""
    frames = []
    for seed in range(3):
        atoms = bulk("Cu", "fcc", 3.7, cubic=True)
        atoms.rattle(0.05, seed=seed)
        found = potential.predict(atoms)
        atoms.info["REF_energy"] = found.energy + 0.001 * len(atoms)
        atoms.arrays["REF_forces"] = found.forces
        frames.append(atoms)
    write(path, frames, format="extxyz")
    return path


def energy_error(folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    return metrics["test"]["all"]["energy"]["rmse"]


def test_a_yace_file(tmp_path, yace):
    data = labelled(tmp_path / "test.extxyz", pl.load(yace))
    done = run("evaluate", yace, data, "--output", tmp_path / "out", "--no-report")
    assert done.exit_code == 0, done.output
    assert energy_error(tmp_path / "out") == pytest.approx(1e-3, rel=1e-4)


def test_pod_files(tmp_path):
    descriptor = pl.POD(
        species=("Cu",), cutoff=4.5, bessel_polynomial_degree=3, inverse_polynomial_degree=4,
        twobody_number_radial_basis_functions=3, threebody_number_radial_basis_functions=2,
        threebody_angular_degree=1, **{
            f"{n}body_{what}": 0 for n in ("four", "five", "six", "seven")
            for what in ("number_radial_basis_functions", "angular_degree")
        },
    )  # fmt: skip
    coefficients = np.random.default_rng(0).normal(size=(1, 1 + descriptor.n_features))
    potential = pl.LinearPotential(descriptor, coefficients)
    param, coeff = pl.write_pod(potential, tmp_path / "Cu")
    data = labelled(tmp_path / "test.extxyz", potential)
    for number, paths in enumerate(((param, coeff, data), (coeff, data, param))):
        out = tmp_path / f"out{number}"
        done = run("evaluate", *paths, "--output", out, "--no-report")
        assert done.exit_code == 0, done.output
        assert energy_error(out) == pytest.approx(1e-3, rel=1e-4)
    done = run("evaluate", param, data)
    assert done.exit_code == 2
    assert "POD parameters (_param.pod) alone; give the POD coefficients" in done.stderr
    done = run("evaluate", param, coeff)
    assert done.exit_code == 2
    assert "expected files of labelled configurations" in done.stderr
    done = run("export", coeff, param, "--to", "pod", "--output", tmp_path / "again")
    assert done.exit_code == 0, done.output
    found = pl.load(*(tmp_path / f"again_{part}.pod" for part in ("param", "coeff")))
    np.testing.assert_array_equal(found.coefficients, potential.coefficients)


def test_a_file_that_is_no_potential(tmp_path, yace):
    data = labelled(tmp_path / "test.extxyz", pl.load(yace))
    done = run("evaluate", data, yace)
    assert done.exit_code == 2
    assert "this is an extended XYZ file; configurations, not a potential" in done.stderr
