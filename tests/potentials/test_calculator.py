"""The ASE calculator: results, the neighbour list that it keeps, and energy conservation."""

import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.md.verlet import VelocityVerlet
from pod_bases import BASES, cell

from potlearn.potentials import LinearPotential


def linear(name="2-7-body", seed=0):
    descriptor = BASES[name]
    n = len(descriptor.species) * (1 + descriptor.n_features)
    return LinearPotential(descriptor, np.random.default_rng(seed).normal(size=n) * 1e-3)


def test_results_are_the_prediction():
    potential, atoms = linear(), cell(("Si",), 5, seed=1)
    prediction = potential.predict(atoms)
    atoms.calc = potential.calculator()
    assert atoms.get_potential_energy() == pytest.approx(prediction.energy, abs=1e-12)
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
    np.testing.assert_allclose(atoms.get_potential_energies(), prediction.energies)
    np.testing.assert_allclose(atoms.get_forces(), prediction.forces, atol=1e-12)
    np.testing.assert_allclose(atoms.get_stress(), -prediction.virial / atoms.get_volume())


@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_no_stress_without_a_volume():
    atoms = cell(("Si",), 5, seed=1)
    atoms.set_cell(None)
    atoms.pbc = False
    atoms.calc = linear().calculator()
    atoms.get_forces()
    assert "stress" not in atoms.calc.results


@pytest.mark.parametrize("strained", [False, True])
def test_the_list_is_kept_within_the_skin_and_the_result_does_not_know(strained):
    potential, rng = linear(), np.random.default_rng(3)
    atoms = cell(("Si",), 6, seed=2)
    atoms.calc = potential.calculator(skin=1.0)
    for _ in range(30):
        atoms.positions += rng.normal(scale=0.02, size=(6, 3))
        if strained:
            f = np.eye(3) + 0.003 * rng.normal(size=(3, 3))
            atoms.set_cell(atoms.cell @ f, scale_atoms=True)
        expected = potential.predict(atoms)
        np.testing.assert_allclose(atoms.get_forces(), expected.forces, atol=1e-11)
        np.testing.assert_allclose(atoms.get_stress(), -expected.virial / atoms.get_volume())
    assert 1 <= atoms.calc.n_neighbor_builds < 30


@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_the_list_is_rebuilt_where_it_must_be():
    potential = linear()
    calculator = potential.calculator(skin=0.5)
    for atoms in (cell(("Si",), 5, seed=1), cell(("Si",), 6, seed=1), cell(("Si",), 6, seed=4)):
        for pbc in (True, False):
            atoms.pbc = pbc
            found = calculator.get_property("forces", atoms)
            np.testing.assert_allclose(found, potential.predict(atoms).forces, atol=1e-11)


def test_constant_energy_dynamics_conserve_energy():
    atoms = bulk("Si", cubic=True).repeat(2)
    atoms.calc = linear("more two- than three-body").calculator()
    width = np.sqrt(atoms.get_masses() * units.kB * 300)[:, None]
    atoms.set_momenta(width * np.random.default_rng(0).normal(size=(len(atoms), 3)))
    dynamics = VelocityVerlet(atoms, 0.5 * units.fs)
    totals = []
    dynamics.attach(lambda: totals.append(atoms.get_total_energy()), interval=10)
    dynamics.run(200)
    assert np.ptp(totals) / len(atoms) < 1e-7
