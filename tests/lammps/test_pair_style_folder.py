"""The input that a fit writes for pair_style potlearn runs and gives the potential's energy."""

import shutil

import pytest
from ase.io import read as ase_read
from copper_fit import copper, fitted
from plugin_runs import thermo

import potlearn as pl

__all__ = ["copper", "fitted"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_input_of_a_fit_runs(lammps, fitted, tmp_path, ranks):
    folder = tmp_path / "lammps"
    shutil.copytree(fitted / "lammps", folder)
    text = (folder / "in.potlearn").read_text()
    assert "pair_style potlearn\npair_coeff * * Cu.potl-lammps Cu\n" in text
    text = text.replace("thermo 100\n", "thermo 20\n")
    text = text.replace("run 1000\n", "thermo_modify format float %.15g\nrun 20\n")
    rows = thermo(lammps.run(folder, text, ranks))
    atoms = ase_read(folder / "example.data", format="lammps-data", atom_style="atomic")
    energy = pl.load(fitted / "model.potl").predict(atoms).energy
    assert rows[0]["PotEng"] == pytest.approx(energy, abs=1e-8 * len(atoms))
    assert rows[-1]["Step"] == 20
    assert rows[-1]["TotEng"] == pytest.approx(rows[0]["TotEng"], abs=1e-4 * len(atoms))
