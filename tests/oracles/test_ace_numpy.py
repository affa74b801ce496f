"""The NumPy evaluator of `.yace` files against the reference values and finite differences."""

import json
from pathlib import Path

import numpy as np
import pytest
import yace_files
from ase import Atoms
from oracles import ace_numpy

DATA = json.loads((Path(__file__).parent / "data" / "ace_reference_values.json").read_text())
CASES = {case["name"]: case for case in DATA["cases"]}


def atoms_of(case):
    return Atoms(case["species"], case["positions"], cell=case["cell"], pbc=case["pbc"])


@pytest.mark.parametrize(("table", "tolerance"), [(True, 1e-10), (False, 1e-7)])
@pytest.mark.parametrize("name", CASES)
def test_reference_values(name, table, tolerance):
    case, atoms = CASES[name], atoms_of(CASES[name])
    found = ace_numpy.evaluate(ace_numpy.parse(case["yace_text"]), atoms, table)
    np.testing.assert_allclose(found.energies, case["atom_energies"], atol=1e-10)
    np.testing.assert_allclose(found.forces, case["forces"], atol=tolerance)
    if "stress" in case:
        stress = found.strain_derivative / atoms.get_volume()
        np.testing.assert_allclose(stress, case["stress"], atol=tolerance)


@pytest.mark.parametrize("case", DATA["unit_values"]["g_values"], ids=lambda c: c["radbasename"])
def test_radial_functions(case):
    bond = {"radparameters": [case["lambda"]], "rcut": case["rcut"], "dcut": case["dcut"]}
    g, slope = ace_numpy.KINDS[case["radbasename"]](case["r"], len(case["g"]), bond)
    np.testing.assert_allclose(g, case["g"], atol=1e-14)
    np.testing.assert_allclose(slope, case["dg"], atol=1e-13)


def test_harmonics():
    expected = DATA["unit_values"]["Y"]
    value, _ = ace_numpy.harmonics(3, np.array(expected["direction"]))
    for key, (re, im) in expected["values_re_im"].items():
        l, m = map(int, key.split(","))
        assert value[l, m] == pytest.approx(complex(re, im), abs=1e-14)


def test_the_minimal_file():
    atoms = Atoms("Cu3", positions=[[0, 0, 0], [2.5, 0, 0], [0, 2.6, 0.4]])
    found = ace_numpy.evaluate(ace_numpy.parse(yace_files.MINIMAL), atoms, table=True)
    energies = [-1.630020867090815, -1.670756808330857, -1.649749277308060]
    np.testing.assert_allclose(found.energies, energies, atol=1e-14)
    first = [0.212171118120, 0.167806606630, 0.025816401020]
    np.testing.assert_allclose(found.forces[0], first, atol=1e-11)


INVENTED = {
    "density": yace_files.invented(["Si"], mode="density", order=5, rho_core=(1.5, 1.0)),
    "distance, square root": yace_files.invented(["Si", "O"], parameters=(1.0, 1.0, 0.7, 0.5)),
    "zbl": yace_files.invented(["Si", "O"], mode="zbl", prehc=1.0, inner=(2.3, 0.6)),
    "shifted": yace_files.invented(
        ["Si"], npoti="FinnisSinclairShiftedScaled", parameters=(1.0, 1.0, 1.0, 0.5)
    ),
    **{kind: yace_files.invented(["Si"], kind) for kind in ace_numpy.KINDS},
}


def cluster(elements, seed):
    rng = np.random.default_rng(seed)
    positions = 1.9 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0.2]])
    symbols = [elements[k % len(elements)] for k in range(5)]
    return Atoms(symbols, positions=positions + rng.uniform(-0.1, 0.1, (5, 3)))


@pytest.mark.parametrize("name", INVENTED)
def test_forces_are_derivatives_and_energies_invariant(name):
    file = INVENTED[name]
    atoms = cluster(file["elements"], 3)
    found = ace_numpy.evaluate(file, atoms)
    direction = np.random.default_rng(4).normal(size=(5, 3))
    energies = []
    for step in (-1e-5, 1e-5):
        moved = atoms.copy()
        moved.positions += step * direction
        energies.append(ace_numpy.evaluate(file, moved).energies.sum())
    slope = -(energies[1] - energies[0]) / 2e-5
    assert np.sum(direction * found.forces) == pytest.approx(slope, rel=1e-6, abs=1e-7)
    turned = atoms.copy()
    turned.rotate(33, (1, 2, 3))
    np.testing.assert_allclose(
        ace_numpy.evaluate(file, turned).energies, found.energies, rtol=1e-11, atol=1e-12
    )


def test_writing_and_parsing_a_test_file():
    file = INVENTED["zbl"]
    assert ace_numpy.parse(yace_files.text(file)) == file
