"""Watches stop what goes wrong: with time, atom and reason, and the last good frame is kept."""

import numpy as np
import pytest
from argon import ARGON, solid
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT

from potlearn.errors import DynamicsError, UncertaintyError
from potlearn.workflows.dynamics import (
    Drift,
    DynamicsSettings,
    Exploding,
    ForceStd,
    Grade,
    Lost,
    simulate,
)
from potlearn.workflows.dynamics.watches.table import make_watch


class Uncertain(Calculator):
    """Lennard-Jones, with grades and expected errors that grow with the way an atom has gone."""

    implemented_properties = ["energy", "forces", "stress", "gamma", "forces_std_atom"]  # noqa: RUF012

    def __init__(self, start):
        super().__init__()
        self._start, self._inner = start.positions.copy(), ARGON.calculator()

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self._inner.calculate(atoms)
        gone = np.linalg.norm(atoms.positions - self._start, axis=1)
        own = {"gamma": 10 * gone, "forces_std_atom": gone}
        self.results = {**self._inner.results, **own}


@pytest.mark.parametrize(
    ("watch", "words"),
    [
        (Grade(2.0, every=5), "the extrapolation grade is 2"),
        (ForceStd(0.2, every=5), "the force is uncertain by 0.2"),
    ],
)
def test_grades_and_expected_errors_above_a_limit(watch, words, tmp_path):
    start = solid()
    settings = DynamicsSettings("nve", 80.0, timestep=5.0, steps=500, every=50)
    done = simulate(start, Uncertain(start), settings, folder=tmp_path, watches=[watch])
    assert 0 < done.step < 500
    assert done.good == done.step - 5
    assert done.stopped.reason.startswith(words)
    gone = np.linalg.norm(done.atoms.positions - start.positions, axis=1)
    assert 0.1 < gone.max() < 0.2
    time = f"{5e-3 * done.step:g} ps (step {done.step}): atom {done.stopped.atom} (Ar): {words}"
    assert f"stopped after {time}" in done.message
    assert f"the last good frame is that of step {done.good}" in done.message
    again = simulate(start, Uncertain(start), settings, folder=tmp_path, watches=[watch])
    assert again.message == done.message
    np.testing.assert_array_equal(again.atoms.positions, done.atoms.positions)


def test_a_potential_without_uncertainty_says_so_at_once():
    settings = DynamicsSettings(steps=10, temperature=40.0)
    with pytest.raises(UncertaintyError, match="has no uncertainty"):
        simulate(solid(), ARGON.calculator(), settings, watches=[Grade(1.0)])


def test_a_time_step_that_is_too_large_is_seen_as_drift():
    start = solid()
    start.set_masses(np.ones(len(start)))
    settings = DynamicsSettings(temperature=60.0, timestep=12.0, steps=1000, friction=0.001)
    calm = DynamicsSettings(temperature=60.0, timestep=2.0, steps=500, friction=0.001)
    watches = [Exploding(), Drift(1.0)]
    done = simulate(start, ARGON.calculator(), settings, watches=watches)
    assert "the conserved energy drifts by" in done.message
    assert "the time step is too large" in done.message
    assert simulate(start, ARGON.calculator(), calm, watches=watches).stopped is None


def test_an_explosion_names_an_atom_and_keeps_a_good_frame():
    start = solid()
    start.set_momenta(np.zeros((len(start), 3)))
    momenta = start.get_momenta()
    momenta[7] = [900.0, 0, 0]
    start.set_momenta(momenta)
    settings = DynamicsSettings("nve", 40.0, timestep=1.0, steps=200, velocities="keep")
    done = simulate(start, ARGON.calculator(), settings, watches=[Exploding(every=1)])
    assert "stopped after 0 ps (step 0): atom 7 (Ar): the temperature rose to" in done.message
    np.testing.assert_array_equal(done.atoms.positions, start.positions)


class Failing(Calculator):
    """Forces that are no numbers after some evaluations."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012
    count = 0

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.count += 1
        forces = np.zeros((len(atoms), 3))
        forces[4] = np.nan if self.count > 17 else 0.0
        self.results = {"energy": 0.0, "forces": forces}


def test_forces_that_are_no_numbers():
    settings = DynamicsSettings("nve", 40.0, steps=200, log_every=1)
    done = simulate(solid(), Failing(), settings, watches=[Exploding(every=4)])
    assert "atom 4 (Ar): position, momentum or force is not a finite number" in done.message
    assert done.good % 4 == 0
    assert np.isfinite(done.atoms.get_momenta()).all()


def test_a_lost_atom():
    atoms = Atoms("Ar3", [[0, 0, 0], [0, 0, 3.8], [0, 3.8, 0]])
    atoms.set_velocities([[0, 0, 0], [0, 0, 0], [0, 0.5, 0]])
    settings = DynamicsSettings("nve", 10.0, timestep=5.0, steps=1000, velocities="keep")
    done = simulate(atoms, ARGON.calculator(), settings, watches=[Lost(8.0, every=10)])
    assert "atom 2 (Ar): no other atom is within 8 Å" in done.message


def test_a_gas_has_no_lost_atoms(tmp_path):
    """Its atoms are far from each other at the start; a note says that they are not judged."""
    atoms = Atoms("Ar3", [[0, 0, 0], [0, 0, 40.0], [0, 40.0, 0]])
    settings = DynamicsSettings("nve", 300.0, timestep=5.0, steps=300)
    done = simulate(atoms, ARGON.calculator(), settings, folder=tmp_path, watches=[Lost()])
    assert (done.step, done.stopped) == (300, None)
    ((step, note),) = done.verdicts
    assert (step, note.stop, note.atom) == (0, False, 0)
    assert note.reason.startswith("no other atom is within 10 Å at the start")
    again = simulate(atoms, ARGON.calculator(), settings, folder=tmp_path, watches=[Lost()])
    assert again.verdicts == done.verdicts


def test_a_configuration_without_energy_ends_the_run_in_its_words():
    """Two atoms fly through each other: the potential says so, and the frame before is kept."""
    atoms = Atoms("Ar2", [[0, 0, 0], [0, 0, 6.0]])
    atoms.set_velocities([[0, 0, 30.0], [0, 0, -30.0]])
    settings = DynamicsSettings("nve", 10.0, timestep=1.0, steps=300, velocities="keep")
    done = simulate(atoms, ARGON.calculator(), settings, watches=[Exploding(1e9, 1e9)])
    assert done.stopped is not None
    assert done.good < done.step
    assert np.isfinite(done.atoms.positions).all()


def test_watches_of_plain_data():
    assert make_watch("gamma", 3.0) == Grade(3.0)
    assert make_watch("lost", True) == Lost()
    assert make_watch("force_std", {"limit": 0.2, "every": 4}) == ForceStd(0.2, 4)
    with pytest.raises(DynamicsError, match="watch: gamma: missing 'limit'"):
        make_watch("gamma", True)
    with pytest.raises(
        DynamicsError,
        match="watch: gamma: limit: expected a number above 0".replace(
            "a number", "a finite number"
        ),
    ):
        make_watch("gamma", -1.0)
    with pytest.raises(DynamicsError, match="watch: lost: unknown key 'far'; expected one of dist"):
        make_watch("lost", {"far": 3})
    with pytest.raises(DynamicsError, match="unknown watch 'grade'; expected one of exploding"):
        make_watch("grade", 3)


@pytest.mark.parametrize("ensemble", ["nve", "langevin", "nvt"])
def test_a_calculator_that_writes_over_its_arrays_conserves_energy(ensemble):
    """EMT of ASE gives the same array of forces at every step."""
    start = bulk("Cu", cubic=True).repeat(2)
    settings = DynamicsSettings(ensemble, 300.0, timestep=2.0, steps=200, log_every=200)
    done = simulate(start, EMT(), settings, watches=[Drift(limit=1.0)])
    assert done.stopped is None, done.message
    drift = np.ptp(done.log.columns["conserved"]) / len(start)
    assert drift < 1e-4  # eV per atom; 6e-3 with the forces of one moment at both ends of a step
