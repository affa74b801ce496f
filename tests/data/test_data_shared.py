"""The real data sets load with the counts that their descriptions state."""

from __future__ import annotations

import io
import lzma
import time

import ase.io
import numpy as np
import pytest

import potlearn.data as pd

pytestmark = pytest.mark.shared_data

SETS = {
    "Si_Zuo2020": (239, 14758, 239, ("Si",)),
    "Mo_Zuo2020": (217, 11276, 217, ("Mo",)),
    "Ta_FitSNAP": (363, 4224, 363, ("Ta",)),
    "3BPA_BOTNet": (1004, 27004, 0, ("H", "C", "N", "O")),
    "HfO2_cesmix": (105, 8737, 105, ("O", "Hf")),
    "Si_SW_LAMMPS": (201, 12864, 0, ("Si",)),
}


@pytest.mark.parametrize("name", SETS)
def test_counts(shared_data, name):
    configurations, atoms, stressed, species = SETS[name]
    data = pd.read(shared_data / name / "*.extxyz.xz")
    assert (len(data), data.n_atoms.sum(), data.species) == (configurations, atoms, species)
    missing = {"energy": 0, "forces": 0, "stress": configurations - stressed}
    assert data.label_report().missing == missing


def test_large_set_loads_in_linear_time(shared_data):
    start = time.process_time()
    data = pd.read(shared_data / "WBe_FitSNAP" / "*" / "*.extxyz.xz")
    seconds = time.process_time() - start
    assert (len(data), data.n_atoms.sum(), data.catalog.stressed.sum()) == (25422, 531642, 12731)
    assert len(data.by_group()) == 44
    assert seconds < 30


def test_isolated_atoms_of_3bpa(shared_data):
    data = pd.read(shared_data / "3BPA_BOTNet" / "*.xz")
    assert set(data.isolated_energies()) == {"H", "C", "N", "O"}


@pytest.mark.parametrize("file", ["Si_Zuo2020/Si_test", "HfO2_cesmix/HfO2_slabs"])
def test_same_labels_as_ase(shared_data, file):
    path = shared_data / f"{file}.extxyz.xz"
    data = pd.read(path)
    with lzma.open(path, "rt") as stream:
        frames = ase.io.read(io.StringIO(stream.read()), ":", format="extxyz")
    for i, atoms in enumerate(frames):
        labels = data.labels(i)
        assert labels.energy == atoms.get_potential_energy()
        assert np.array_equal(labels.forces, atoms.get_forces())
        np.testing.assert_allclose(labels.stress, atoms.get_stress(), rtol=1e-15)
        assert data[i].info.keys() == atoms.info.keys()


def test_units_of_stress_are_recognised(shared_data, tmp_path):
    data = pd.read(shared_data / "Si_Zuo2020" / "*.xz")
    elastic = list(data.subset(data.by_group()["Elastic"]))
    assert not [f for f in pd.inspect(pd.from_atoms(elastic)).findings if f.kind == "units"]
    for atoms in elastic:
        atoms.calc.results["stress"] *= 1602.1766
    (found,) = [f for f in pd.inspect(pd.from_atoms(elastic)).findings if f.kind == "units"]
    assert "stress looks like kbar" in found.message
