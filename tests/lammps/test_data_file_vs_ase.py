"""Data files, read back by ASE."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from ase.io import read

from potlearn.errors import SpeciesError
from potlearn.lammps import write_data

SYSTEMS = {
    "cubic": bulk("Si", cubic=True),
    "primitive": bulk("Cu"),
    "triclinic": Atoms(
        "WBe2",
        scaled_positions=[[0.1, 0.2, 0.3], [0.9, 0.4, 1.2], [-0.3, 0.5, 0.6]],
        cell=[[4.0, 0.5, -0.3], [1.0, 5.0, 0.7], [-0.4, 0.2, 6.0]],
        pbc=True,
    ),
    "slab": fcc111("Al", (2, 2, 3), vacuum=6.0),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_distances_species_and_masses_survive(name, tmp_path):
    atoms = SYSTEMS[name]
    species = sorted(set(atoms.symbols), reverse=True)
    write_data(tmp_path / "x.data", atoms, species)
    found = read(tmp_path / "x.data", format="lammps-data", atom_style="atomic")
    assert list(found.symbols) == list(atoms.symbols)
    np.testing.assert_allclose(found.cell.cellpar(), atoms.cell.cellpar(), rtol=1e-12)
    found.pbc = atoms.pbc
    np.testing.assert_allclose(
        found.get_all_distances(mic=True), atoms.get_all_distances(mic=True), atol=1e-10
    )


def test_an_unknown_element_is_an_error(tmp_path):
    with pytest.raises(SpeciesError, match="element Si"):
        write_data(tmp_path / "x.data", bulk("Si"), ["Ge"])
