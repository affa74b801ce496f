"""Writing `.yace` files: the same numbers after a round trip, and what other evaluators need."""

from dataclasses import replace

import numpy as np
import pytest
import yace_files
import yaml
from ase import Atoms
from oracles import ace_numpy

from potlearn.errors import ModelFileError
from potlearn.lammps import read_yace, read_yace_file, to_yace, write_yace
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.data import Bond, ClusterFunction, Embedding
from potlearn.potentials.pace.document import file_to_dict
from potlearn.potentials.pace.file import YaceFile
from potlearn.potentials.pair import LennardJones

SYSTEM = Atoms("SiOSiO", [[0, 0, 0], [1.9, 0.1, 0], [0.2, 2.3, 0.3], [1.1, 1.2, 1.9]])
KINDS = {
    **{kind: {"kind": kind} for kind in ace_numpy.KINDS},
    "density": {"mode": "density", "rho_core": (1.5, 1.0)},
    "zbl": {"mode": "zbl", "inner": (2.3, 0.6), "prehc": 1.0},
    "two densities": {"parameters": (1.0, 1.0, 0.7, 0.5)},
}


def read(folder, file):
    path = folder / "given.yace"
    path.write_text(yace_files.text(file))
    return read_yace_file(path)


def assert_same(a, b):
    """Equal to the last bit."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, list):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", KINDS)
def test_reading_what_was_written_gives_the_same_numbers(tmp_path, name):
    given = read(tmp_path, yace_files.invented(["Si", "O"], **KINDS[name], order=5))
    again = read_yace_file(write_yace(tmp_path / "x.yace", given))
    assert_same(file_to_dict(again), file_to_dict(given))


@pytest.mark.parametrize("name", KINDS)
def test_other_readers_see_the_same_potential(tmp_path, name):
    """The oracle reads with PyYAML's own types, as YAML 1.1 has them."""
    given = yace_files.invented(["Si", "O"], **KINDS[name])
    for f in given["functions"][0]:
        f["ctildes"] = [c * 1e-7 for c in f["ctildes"]]
    path = write_yace(tmp_path / "x.yace", read(tmp_path, given))
    found = ace_numpy.evaluate(ace_numpy.parse(path.read_text()), SYSTEM)
    expected = ace_numpy.evaluate(given, SYSTEM)
    np.testing.assert_allclose(found.energies, expected.energies, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(found.forces, expected.forces, rtol=1e-13, atol=1e-13)


def lone(**changes):
    """A potential of one function, with numbers that are hard to write."""
    settings = {
        "elements": ("No",),
        "e0": np.array([1e-5]),
        "embeddings": (Embedding.linear(),),
        "bonds": {(0, 0): Bond("ChebPow", (2.0,), np.full((1, 1, 1), 1e22), 5.0)},
        "functions": ((ClusterFunction((0,), (1,), (0,), np.zeros((1, 1), int), [[0.1 + 0.2]]),),),
    }
    settings["functions"] = (
        (replace(settings["functions"][0][0], ctildes=np.array([[0.1 + 0.2]])),),
    )
    return YaceFile(**settings | changes)


def test_numbers_keep_all_digits_and_are_numbers_in_yaml_1_1(tmp_path):
    path = write_yace(tmp_path / "x.yace", lone())
    document = ace_numpy.parse(path.read_text())
    assert document["elements"] == ["No"]
    assert document["E0"] == [1e-5]
    assert document["bonds"][0, 0]["radcoefficients"] == [[[1e22]]]
    assert document["functions"][0][0]["ctildes"] == [0.1 + 0.2]
    assert document["bonds"][0, 0]["prehc"] == 0.0
    assert isinstance(document["bonds"][0, 0]["prehc"], float)
    words = path.read_text().replace(",", " ").replace("]", " ").replace("[", " ").split()
    assert "1.0e-05" in words or "1.0000000000000001e-05" in words


def test_a_linear_potential_has_the_embedding_that_all_evaluators_know(tmp_path):
    document = ace_numpy.parse(write_yace(tmp_path / "x.yace", lone()).read_text())
    assert document["embeddings"][0] == {
        "ndensity": 1, "FS_parameters": [1.0, 1.0], "npoti": "FinnisSinclair",
        "rho_core_cutoff": 100000.0, "drho_core_cutoff": 250.0,
    }  # fmt: skip


def unequal():
    file = yace_files.invented(["Si", "O"], parameters=(1.0, 1.0))
    file["embeddings"][1].update(ndensity=2, FS_parameters=[1.0, 1.0, 0.7, 0.5])
    for f in file["functions"][1]:
        f.update(ndensity=2, ctildes=[c * w for c in f["ctildes"] for w in (1.0, 0.5)])
    return file


def test_species_are_written_with_equal_numbers_of_densities(tmp_path):
    given = unequal()
    path = write_yace(tmp_path / "x.yace", read(tmp_path, given))
    document = ace_numpy.parse(path.read_text())
    assert {e["ndensity"] for e in document["embeddings"].values()} == {2}
    assert {f["ndensity"] for fs in document["functions"].values() for f in fs} == {2}
    expected = ace_numpy.evaluate(given, SYSTEM)
    for found in (ace_numpy.evaluate(document, SYSTEM), read_yace(path).predict(SYSTEM)):
        np.testing.assert_allclose(found.energies, expected.energies, atol=1e-10)
        np.testing.assert_allclose(found.forces, expected.forces, atol=1e-7)


def test_bonds_are_written_in_both_orders_with_one_size_and_one_inner_cutoff(tmp_path):
    given = yace_files.invented(["Si", "O"])
    small = given["bonds"][0, 0]
    small.update(nradmax=1, lmax=0, nradbasemax=2, radcoefficients=[[[0.3, 0.4]]])
    small["inner_cutoff_type"] = "density"
    path = write_yace(tmp_path / "x.yace", read(tmp_path, given))
    document = ace_numpy.parse(path.read_text())
    assert list(document["bonds"]) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    for bond in document["bonds"].values():
        assert bond["inner_cutoff_type"] == "distance"
        assert np.shape(bond["radcoefficients"]) == (2, 3, 3)
        assert (bond["nradmax"], bond["lmax"], bond["nradbasemax"]) == (2, 2, 3)
    found, expected = (ace_numpy.evaluate(f, SYSTEM) for f in (document, given))
    np.testing.assert_allclose(found.energies, expected.energies, rtol=1e-14)


def test_an_unused_inner_cutoff_gets_a_width(tmp_path):
    bond = Bond("ChebPow", (2.0,), np.ones((1, 1, 1)), 5.0, dcut_in=0.0)
    path = write_yace(tmp_path / "x.yace", lone(bonds={(0, 0): bond}))
    assert ace_numpy.parse(path.read_text())["bonds"][0, 0]["dcut_in"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rcut_in": 1.0, "dcut_in": 0.0}, r"bonds\[0, 0\].dcut_in: expected a positive width"),
        ({"inner_cutoff_type": "zbl", "dcut_in": 0.0}, "dcut_in: expected a positive width"),
    ],
)
def test_an_inner_cutoff_without_width_is_refused(tmp_path, changes, message):
    bond = replace(Bond("ChebPow", (2.0,), np.ones((1, 1, 1)), 5.0), **changes)
    with pytest.raises(ModelFileError, match=message):
        write_yace(tmp_path / "x.yace", lone(bonds={(0, 0): bond}))


def test_coarse_tables_and_other_names_are_refused(tmp_path):
    with pytest.raises(ModelFileError, match=r"deltaSplineBins: expected rcut / 1000 at most"):
        write_yace(tmp_path / "x.yace", lone(spline_bins=0.0051))
    with pytest.raises(ModelFileError, match=r"ends in .yace"):
        write_yace(tmp_path / "x.yaml", lone())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (((0,), (2,), (0,), [[0]]), r"functions\[0\]\[0\].ns\[0\]: expected 1 to 1 .nradbasemax"),
        (((0, 0), (1, 1), (1, 1), [[1, -1]]), r"ls\[0\]: expected 0 to 0"),
        (((0, 0), (1, 1), (0, 0), [[1, -1]]), r"ms_combs: expected .m. up to"),
        (((0, 0), (1, 1), (0, 0), [[1, 0]]), r"ms_combs"),
        (((1,), (1,), (0,), [[0]]), r"mus\[0\]: expected a species from 0 to 0, got 1"),
    ],
)
def test_functions_out_of_range_cannot_be_made(function, message):
    *legs, ms = function
    f = ClusterFunction(*legs, np.array(ms), np.ones((1, 1)))
    with pytest.raises(ModelFileError, match=message):
        lone(functions=((f,),))


def test_radial_functions_of_ace_jl_are_written(tmp_path):
    given = read(tmp_path, yace_files.invented_polynomial(pair=True, pl=2))
    again = read_yace_file(write_yace(tmp_path / "x.yace", given))
    assert_same(file_to_dict(again), file_to_dict(given))


def test_which_potentials_have_this_form():
    file = lone()
    assert to_yace(PacePotential(file)) is file
    with pytest.raises(ModelFileError, match="this one is a LennardJones"):
        to_yace(LennardJones(("Si",), 5.0, 1.0, 2.0))


def test_a_written_file_is_plain_yaml(tmp_path):
    path = write_yace(tmp_path / "x.yace", lone())
    nodes = yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
    assert {key.value for key, _ in nodes.value} == {
        "elements", "E0", "deltaSplineBins", "embeddings", "bonds", "functions",
    }  # fmt: skip
