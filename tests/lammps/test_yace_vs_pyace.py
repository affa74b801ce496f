"""Pacemaker evaluates what is written as we do; these are the algorithms of `pair_style pace`."""

import numpy as np
import pytest
import yace_files
from ase import Atoms
from oracles import ace_numpy, pyace_wheel

from potlearn.lammps import read_yace, write_yace

pytest.importorskip("pyace")

TWO = ("Si", "O")
FIVE = ("Cr", "Mn", "Fe", "Co", "Ni")
POTENTIALS = {
    **{kind: {"kind": kind, "order": 5} for kind in ace_numpy.KINDS},
    "sharp last switch": {"dcut": 0.01},
    "density": {"mode": "density", "rho_core": (1.5, 1.0), "inner": (0.0, 0.4)},
    "zbl": {"mode": "zbl", "inner": (2.3, 0.6), "prehc": 1.0},
    "two densities": {"parameters": (1.0, 1.0, 0.7, 0.5)},
    "shifted": {"npoti": "FinnisSinclairShiftedScaled", "parameters": (1.0, 1.0, 0.8, 0.5)},
    "five species": {"elements": FIVE, "parameters": (0.5, 1.0, 0.2, 0.8), "kind": "ChebPow"},
    "one species, linear": {"elements": ("Cu",), "prehc": 0.0, "order": 5},
}


def system(elements, kind):
    """Eight atoms, in a cell that is wider than the cutoff or on their own."""
    rng = np.random.default_rng(11)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = 2.0 * grid + rng.uniform(-0.2, 0.2, (8, 3))
    symbols = [elements[k % len(elements)] for k in range(8)]
    cell = np.diag([5.6, 5.9, 6.1]) + rng.uniform(-0.3, 0.3, (3, 3))
    return Atoms(
        symbols, positions=positions, cell=cell if kind == "cell" else None, pbc=kind == "cell"
    )


def written(folder, file):
    """The file as we read and write it."""
    (folder / "given.yace").write_text(yace_files.text(file))
    given = read_yace(folder / "given.yace")
    return write_yace(folder / "written.yace", given.file)


def assert_agree(path, atoms, evaluator, energy=1e-10, force=1e-7):
    """Their numbers and ours; forces relative to the largest."""
    theirs, ours = pyace_wheel.evaluate(path, atoms, evaluator), read_yace(path).predict(atoms)
    size = max(1.0, np.abs(theirs.forces).max())
    np.testing.assert_allclose(ours.energies, theirs.energies, rtol=energy, atol=energy)
    np.testing.assert_allclose(ours.forces, theirs.forces, atol=force * size)
    if theirs.stress is not None:
        stress = ours.stress(atoms.get_volume())
        np.testing.assert_allclose(stress, theirs.stress, atol=force * size)


@pytest.mark.parametrize("evaluator", pyace_wheel.EVALUATORS)
@pytest.mark.parametrize("kind", ["cell", "cluster"])
@pytest.mark.parametrize("name", POTENTIALS)
def test_what_is_written(tmp_path, name, kind, evaluator):
    file = yace_files.invented(**{"elements": TWO} | POTENTIALS[name])
    assert_agree(written(tmp_path, file), system(file["elements"], kind), evaluator)


@pytest.mark.parametrize("name", POTENTIALS)
def test_the_numpy_oracle_with_their_tables(tmp_path, name):
    file = yace_files.invented(**{"elements": TWO} | POTENTIALS[name])
    atoms = system(file["elements"], "cell")
    theirs = pyace_wheel.evaluate(written(tmp_path, file), atoms, "product")
    found = ace_numpy.evaluate(file, atoms, table=True)
    size = max(1.0, np.abs(theirs.forces).max())
    np.testing.assert_allclose(found.energies, theirs.energies, rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(found.forces, theirs.forces, atol=1e-10 * size)


def mixed(*types):
    """Bonds that do not agree on what the inner cutoff does."""
    file = yace_files.invented(TWO, order=3, inner=(2.0, 0.5), prehc=1.0)
    for bond, name in zip(file["bonds"].values(), types, strict=True):
        bond["inner_cutoff_type"] = name
    return file


def bare(**settings):
    """Bonds without the optional keys, and other settings."""
    file = yace_files.invented(TWO, order=3, **settings)
    for pair, bond in file["bonds"].items():
        keys = ("inner_cutoff_type", "rcut_in", "dcut_in")
        file["bonds"][pair] = {k: v for k, v in bond.items() if k not in keys}
    return file


CLOSE = Atoms("SiOSi", [[0, 0, 0], [0.93, 0, 0.1], [0, 1.9, 0]])
EDGES = {
    "last bond density": mixed("zbl", "density", "density", "density"),
    "last bond distance": mixed("density", "density", "zbl", "distance"),
    "last bond zbl": mixed("density", "distance", "distance", "zbl"),
    "optional keys absent": bare(),
    "zbl without width": yace_files.invented(TWO, mode="zbl", inner=(1.4, 0.0), prehc=1.0),
    "density, hard zero": yace_files.invented(TWO, mode="density", inner=(1.5, 0.3)),
    "negative core": yace_files.invented(TWO, mode="zbl", inner=(1.5, 0.3), prehc=-1.0),
    "core switch without width": yace_files.invented(TWO, mode="density", rho_core=(0.5, 0.0)),
    "no last switch": yace_files.invented(TWO, dcut=0.0),
    "last switch from the start": yace_files.invented(TWO, dcut=6.0),
    "negative inner cutoff": yace_files.invented(TWO, inner=(-1.0, 0.5)),
    "square": yace_files.invented(TWO, parameters=(1.0, 2.0)),
    "almost linear": yace_files.invented(TWO, parameters=(1.0, 1.0001)),
}


@pytest.mark.parametrize("evaluator", pyace_wheel.EVALUATORS)
@pytest.mark.parametrize("name", EDGES)
def test_edges_of_the_format_as_they_are_read(tmp_path, name, evaluator):
    path = tmp_path / "x.yace"
    path.write_text(yace_files.text(EDGES[name]))
    for atoms in (CLOSE, system(TWO, "cell")):
        assert_agree(path, atoms, evaluator)


def unequal():
    """Two species of one and of two densities."""
    file = yace_files.invented(TWO)
    file["embeddings"][1].update(ndensity=2, FS_parameters=[1.0, 1.0, 0.7, 0.5])
    for f in file["functions"][1]:
        f.update(ndensity=2, ctildes=[c * w for c in f["ctildes"] for w in (1.0, 0.5)])
    return file


def test_unequal_numbers_of_densities_are_wrong_as_given_and_right_as_written(tmp_path):
    """The trap that the writer steps around is real."""
    atoms, path = system(TWO, "cell"), written(tmp_path, unequal())
    ours = read_yace(tmp_path / "given.yace").predict(atoms)
    wrong = pyace_wheel.evaluate(tmp_path / "given.yace", atoms, "recursive")
    assert np.abs(wrong.energies - ours.energies).max() > 1e-3
    right = pyace_wheel.evaluate(tmp_path / "given.yace", atoms, "product")
    np.testing.assert_allclose(right.energies, ours.energies, atol=1e-8)
    for evaluator in pyace_wheel.EVALUATORS:
        assert_agree(path, atoms, evaluator)


def test_bonds_of_different_sizes_and_an_empty_species(tmp_path):
    file = yace_files.invented(TWO, order=3)
    small = file["bonds"][0, 0]
    small.update(nradmax=1, lmax=1, nradbasemax=2, radcoefficients=[[[0.3, 0.4], [0.2, -0.1]]])
    file["functions"][1] = []
    for evaluator in pyace_wheel.EVALUATORS:
        assert_agree(written(tmp_path, file), system(TWO, "cell"), evaluator)


@pytest.mark.parametrize(("pair", "pl"), [(True, 2), (False, 2)])
def test_radial_functions_of_ace_jl(tmp_path, pair, pl):
    path = written(tmp_path, yace_files.invented_polynomial(pair, pl))
    assert_agree(path, system(TWO, "cell"), "product")
