"""Expected errors by ASE's calculator: on demand, kept while nothing moves, and written by none."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from ase import io
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.db import connect
from pod_bases import BASES, cell

from potlearn.errors import UncertaintyError
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import LennardJones
from potlearn.uncertainty import Link, QuadraticUncertainty

POD = BASES["more two- than three-body"]
NAMES = ("energy_std", "forces_std", "forces_std_atom", "stress_std")


def potential(links=("energy", "forces", "stress")):
    shape, rng = (1, 1 + POD.n_features), np.random.default_rng(0)
    factor = rng.normal(size=(shape[1], shape[1])) * 1e-3
    uncertainty = QuadraticUncertainty(
        "posterior", factor, factor, factor.T.reshape(-1, *shape), {q: Link() for q in links}
    )
    return LinearPotential(POD, rng.normal(size=shape) * 1e-3, uncertainty=uncertainty)


@dataclass(frozen=True)
class Counted:
    """A potential that counts its calls."""

    inner: LinearPotential = field(default_factory=potential)
    calls: Counter = field(default_factory=Counter)
    species = POD.species
    cutoff = POD.cutoff

    def predict(self, atoms, neighbors=None, *, threads=1):
        self.calls["predict"] += 1
        return self.inner.predict(atoms, neighbors, threads=threads)

    def spread(self, atoms, neighbors=None, *, wanted=(), threads=1):
        for part in wanted:
            self.calls[part] += 1
        return self.inner.spread(atoms, neighbors, wanted=wanted, threads=threads)


def counted(atoms):
    from potlearn.potentials.calculator import PotlearnCalculator

    made = Counted()
    atoms.calc = PotlearnCalculator(made)
    return made.calls


def test_each_result_is_the_spread():
    model, atoms = potential(), cell(("Si",), 5, seed=1)
    atoms.calc, spread = model.calculator(), model.spread(atoms)
    for name, expected in zip(
        NAMES, (spread.energy, spread.forces, spread.forces_atom, spread.stress), strict=True
    ):
        np.testing.assert_allclose(atoms.calc.get_property(name, atoms), expected, rtol=1e-9)


def test_nothing_is_worked_out_unless_asked():
    atoms = cell(("Si",), 5, seed=1)
    calls = counted(atoms)
    atoms.get_potential_energy()
    atoms.get_stress()
    assert calls == {"predict": 1}
    assert not set(atoms.calc.results) & set(NAMES)
    atoms.calc.get_property("energy_std", atoms)
    assert calls == {"predict": 1, "energy": 1}
    for name in ("forces_std_atom", "forces_std", "stress_std", "energy_std"):
        atoms.calc.get_property(name, atoms)
    assert calls == {"predict": 1, "energy": 1, "forces": 1, "stress": 1}


def test_results_are_new_when_atoms_move():
    atoms = cell(("Si",), 5, seed=1)
    calls = counted(atoms)
    before = atoms.calc.get_property("forces_std", atoms)
    assert calls["predict"] == 1
    atoms.positions[0] += 0.05
    assert not np.allclose(atoms.calc.get_property("forces_std", atoms), before)
    assert set(atoms.calc.results) >= {"energy", "forces", "forces_std"}
    atoms.rattle(0.01)
    atoms.get_forces()
    assert "forces_std" not in atoms.calc.results
    assert calls == {"predict": 3, "forces": 2, "stress": 2}


def test_a_returned_array_is_a_copy():
    atoms = cell(("Si",), 5, seed=1)
    atoms.calc = potential().calculator()
    atoms.calc.get_property("forces_std", atoms)[:] = 7.0
    assert atoms.calc.get_property("forces_std", atoms).max() < 7


CERTAIN = {
    "linear": (lambda: replace(potential(), uncertainty=None), "the potential has no uncertainty"),
    "pair": (
        lambda: LennardJones(("Si",), 4.0, epsilon=0.1, sigma=2.0),
        "energy_std: a potential of this kind has no uncertainty",
    ),
    "sum": (lambda: 2.0 * replace(potential(), uncertainty=None), "of this kind has no uncer"),
    "sum with an uncertain term": (
        lambda: potential() + LennardJones(("Si",), 4.0, epsilon=0.1, sigma=2.0),
        "energy_std: errors of a sum do not follow from those of its terms; ask these",
    ),
}


@pytest.mark.parametrize(("make", "words"), CERTAIN.values(), ids=CERTAIN.keys())
def test_potentials_without_uncertainty_say_what_to_do(make, words):
    atoms = cell(("Si",), 5, seed=1)
    atoms.calc = make().calculator()
    with pytest.raises(UncertaintyError, match=words + ".*'bayesian'"):
        atoms.calc.get_property("energy_std", atoms)
    assert np.isfinite(atoms.get_potential_energy())


def test_what_is_absent_is_explained():
    atoms = cell(("Si",), 5, seed=1)
    atoms.calc = potential(("energy", "forces")).calculator()
    with pytest.raises(UncertaintyError, match="stress_std: the potential was fitted without lab"):
        atoms.calc.get_property("stress_std", atoms)
    with pytest.raises(UncertaintyError, match="gamma: the potential was fitted without a grade"):
        atoms.calc.get_property("gamma", atoms)
    atoms.set_cell(None)
    atoms.pbc = False
    atoms.calc = potential().calculator()
    assert atoms.calc.get_property("forces_std", atoms).shape == (5, 3)
    assert "stress_std" not in atoms.calc.results
    with pytest.raises(UncertaintyError, match="stress_std: there is no stress without a cell"):
        atoms.calc.get_property("stress_std", atoms)
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_stress()


@pytest.fixture
def asked():
    """Atoms whose calculator has every expected error."""
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.05)
    atoms.calc = potential().calculator()
    atoms.get_stress()
    for name in NAMES:
        atoms.calc.get_property(name, atoms)
    return atoms


@pytest.mark.parametrize("name", ["x.extxyz", "x.traj", "x.json", "x.xyz"])
def test_writers_of_ase_write_what_they_know(asked, tmp_path, name):
    io.write(tmp_path / name, asked)
    again = io.read(tmp_path / name)
    assert again.get_potential_energy() == pytest.approx(asked.get_potential_energy())
    np.testing.assert_allclose(again.get_forces(), asked.get_forces(), atol=1e-6)


def test_a_database_and_a_trajectory(asked, tmp_path):
    with connect(tmp_path / "x.db") as database:
        database.write(asked)
    assert connect(tmp_path / "x.db").get(1).energy == asked.get_potential_energy()
    with io.Trajectory(tmp_path / "y.traj", "w", asked) as trajectory:
        trajectory.write()
        asked.positions[0] += 0.01
        trajectory.write()
    assert len(io.read(tmp_path / "y.traj", ":")) == 2


def test_properties_of_ase(asked):
    found = asked.calc.export_properties()
    assert set(found) == {"energy", "free_energy", "energies", "forces", "stress", "natoms"}
    assert asked.get_properties(["energy", "forces"])["energy"] == asked.get_potential_energy()


def test_mixtures_of_calculators_know_energies_still():
    from ase.calculators.mixing import SumCalculator

    atoms = cell(("Si",), 5, seed=1)
    pair = LennardJones(("Si",), 4.0, epsilon=0.1, sigma=2.0)
    atoms.calc = SumCalculator([potential().calculator(), pair.calculator()])
    expected = potential().predict(atoms).energy + pair.predict(atoms).energy
    assert atoms.get_potential_energy() == pytest.approx(expected)
    np.testing.assert_allclose(
        atoms.get_forces(),
        potential().predict(atoms).forces + pair.predict(atoms).forces,
        atol=1e-9,
    )
