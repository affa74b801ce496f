"""Sums of potentials: arithmetic, archive, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest
import yace_files
from ase import Atoms
from contracts import FOUR_BODY, linear

from potlearn.descriptors import POD
from potlearn.errors import ConfigError, ModelFileError, SpeciesError
from potlearn.lammps import read_yace
from potlearn.potentials import load
from potlearn.potentials.base import for_systems
from potlearn.potentials.pair import ZBL, BornMayer, Coulomb, LennardJones, Morse
from potlearn.potentials.sum import SumPotential

TWO = ("Si", "O")
LJ = LennardJones(TWO, 5.0, epsilon=0.1, sigma=2.0)
WALL = ZBL(TWO, 1.0, 2.6)
CHARGES = Coulomb(TWO, 6.0, charges=(2.0, -1.0))


def cell():
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = 2.0 * grid + rng.uniform(-0.2, 0.2, (8, 3))
    return Atoms("SiOSiOOSiOSi", positions=positions, cell=[4.1, 4.2, 4.3], pbc=True)


def assert_equal(found, expected):
    for name in ("energies", "forces", "virial"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-12, atol=1e-11
        )


def test_weighted_sums():
    atoms = cell()
    a, b, c = (p.predict(atoms) for p in (LJ, WALL, CHARGES))
    assert_equal((LJ + WALL).predict(atoms), a + b)
    assert_equal((0.5 * LJ + WALL * 2).predict(atoms), a.scaled(0.5) + b.scaled(2))
    assert_equal((LJ - WALL).predict(atoms), a + b.scaled(-1))
    assert_equal((-LJ).predict(atoms), a.scaled(-1))
    nested = np.float64(2.0) * (LJ + 0.5 * (WALL - CHARGES))
    assert_equal(nested.predict(atoms), a.scaled(2) + b + c.scaled(-1))
    assert [w for w, _ in nested.terms] == [2.0, 1.0, -1.0]
    assert nested.cutoff == 6.0


def test_every_kind_of_potential_can_be_added(tmp_path):
    (tmp_path / "x.yace").write_text(yace_files.text(yace_files.invented(TWO, order=3)))
    pace = read_yace(tmp_path / "x.yace")
    pod = linear(POD(("O", "Si"), cutoff=4.2, **FOUR_BODY), WALL)
    total = 0.5 * pace + pod + 2 * LJ
    atoms = cell()
    expected = pace.predict(atoms).scaled(0.5) + pod.predict(atoms) + LJ.predict(atoms).scaled(2)
    assert_equal(total.predict(atoms), expected)
    assert total.species == TWO
    total.save(tmp_path / "x.potl")
    again = load(tmp_path / "x.potl")
    assert type(again) is SumPotential
    assert_equal(again.predict(atoms), expected)


def test_a_model_stands_on_a_sum_of_which_a_term_takes_single_configurations_alone(tmp_path):
    (tmp_path / "x.yace").write_text(yace_files.text(yace_files.invented(TWO, order=3)))
    pace, atoms = read_yace(tmp_path / "x.yace"), cell()
    model = linear(POD(TWO, cutoff=4.2, **FOUR_BODY))
    for reference in (pace + LJ, replace(model, reference=pace)):
        total = replace(model, reference=reference)
        assert not for_systems(total)
        assert_equal(total.predict(atoms), model.predict(atoms) + reference.predict(atoms))
    assert for_systems(replace(model, reference=LJ + WALL))


def test_a_calculator_of_a_sum():
    atoms = cell()
    atoms.calc = (WALL + CHARGES).calculator()
    expected = WALL.predict(atoms) + CHARGES.predict(atoms)
    assert atoms.get_potential_energy() == pytest.approx(expected.energy)
    np.testing.assert_allclose(atoms.get_forces(), expected.forces, atol=1e-12)
    np.testing.assert_allclose(atoms.get_stress(), expected.stress(atoms.get_volume()), atol=1e-12)


def test_a_sum_knows_the_species_that_all_terms_know():
    total = Morse(("O", "Si", "H"), 4.0, 1.0, 1.5, 2.0) + LJ
    assert total.species == ("O", "Si")
    with pytest.raises(SpeciesError, match="H"):
        total.predict(Atoms("HSi", [[0, 0, 0], [0, 0, 2]]))


def test_refused():
    with pytest.raises(ConfigError, match="no species in common: Si, O; Ar"):
        LJ + BornMayer(("Ar",), 4.0, 900.0, 0.3)
    with pytest.raises(ConfigError, match="finite weights"):
        float("nan") * LJ
    with pytest.raises(ConfigError, match="at least one"):
        SumPotential(())


def test_a_damaged_archive_of_a_sum(tmp_path):
    path = tmp_path / "x.potl"
    (LJ + WALL).save(path)
    import zipfile

    with zipfile.ZipFile(path) as archive:
        text = archive.read("potential.json").decode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("potential.json", text.replace('"weight": 1.0', '"weight": null', 1))
    with pytest.raises(ModelFileError, match=r"x\.potl"):
        load(path)
