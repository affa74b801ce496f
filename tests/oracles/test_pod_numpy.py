"""The NumPy oracle against numbers that LAMMPS 22Jul2025 gave."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracles import pod_numpy

DATA = json.loads((Path(__file__).parent / "data" / "pod_lammps_22Jul2025.json").read_text())
CASES = DATA["cases"]


def basis_of(case):
    return pod_numpy.Basis(tuple(case["species"]), **case["keywords"])


def system_of(case):
    names = ("positions", "cell", "species_index")
    return tuple(np.array(case[name]) for name in names)


def model_of(case):
    return tuple(
        np.array(case[name]) for name in ("coefficients", "projection", "centroids") if name in case
    )


@pytest.mark.parametrize("table", DATA["radial_tables"], ids=["rin1", "rin0.5"])
def test_radial_functions(table):
    names = ("rin", "rcut", "bessel_polynomial_degree", "inverse_polynomial_degree")
    basis = pod_numpy.Basis(("Ta",), **{name: table[name] for name in names})
    expected = np.array(table["R"])
    found = pod_numpy.radial_functions(basis, np.array(table["r"]), expected.shape[1])
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_block_sizes(name):
    sizes = basis_of(CASES[name]).blocks()
    assert sizes == {order: CASES[name]["blocks"][order] for order in sizes}


def test_block_sizes_of_the_documented_example():
    counts = {"two": 10, "three": 8, "four": 6, "five": 4, "six": 3, "seven": 2}
    degrees = {"three": 4, "four": 3, "five": 3, "six": 2, "seven": 2}
    keywords = {f"{q}body_number_radial_basis_functions": n for q, n in counts.items()}
    keywords |= {f"{q}body_angular_degree": p for q, p in degrees.items()}
    basis = pod_numpy.Basis(("Ta",), **keywords)
    assert list(basis.blocks().values()) == [10, 40, 42, 52, 26, 13]


@pytest.mark.parametrize("name", CASES)
def test_features(name):
    case = CASES[name]
    found = pod_numpy.features(basis_of(case), *system_of(case), *model_of(case)[1:])
    expected = np.array(case["features"])
    scale = np.abs(expected).max(0)
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_energies_and_forces(name):
    case = CASES[name]
    arguments = (basis_of(case), *system_of(case), *model_of(case))
    np.testing.assert_allclose(pod_numpy.energies(*arguments), case["energies"], atol=1e-11)
    np.testing.assert_allclose(pod_numpy.forces(*arguments), case["forces"], atol=1e-10)


def test_the_virial_is_the_strain_derivative():
    case = CASES["Ta_234"]
    basis, model = basis_of(case), model_of(case)
    positions, cell, species = system_of(case)
    virial = pod_numpy.virial(basis, positions, cell, species, *model)
    np.testing.assert_allclose(virial, virial.T, atol=1e-11)
    h = 1e-5
    strained = [(1 + s * h) for s in (1, -1)]
    plus, minus = (
        pod_numpy.energies(basis, positions * k, cell * k, species, *model).sum() for k in strained
    )
    assert np.trace(virial) == pytest.approx(-(plus - minus) / (2 * h), rel=1e-7)
