"""Whether potentials survive: dimers, and hot runs from configurations of the data."""

import json
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from beyond_data import copper

import potlearn as pl
from potlearn.tune import Survival, SurvivalSettings, survival
from potlearn.tune.survival.starts import repeated, starts
from potlearn.tune.survival.temperatures import temperatures

QUICK = SurvivalSettings(picoseconds=0.1, starts=2, atoms=16, seconds=60.0)
ARGON = pl.LennardJones(("Ar",), radius=8.0, epsilon=0.0104, sigma=3.4)


def argon(n=4):
    """Rattled solid argon in two groups, and an atom alone."""
    frames = []
    for k in range(n):
        atoms = bulk("Ar", "fcc", a=5.26)
        atoms.rattle(0.05, seed=k)
        atoms.info["config_type"] = "ab"[k % 2]
        atoms.calc = ARGON.calculator()
        atoms.get_stress()
        frames.append(atoms)
    alone = Atoms("Ar", info={"config_type": "atom"})
    alone.calc = ARGON.calculator()
    alone.get_potential_energy()
    return pl.from_atoms([alone, *frames])


@pytest.fixture(scope="module")
def hole():
    """A fit without reference or protection to six cells near rest."""
    data = copper(6)
    descriptor = pl.ACE(("Cu",), cutoff=5.0, order=3, degree=8)
    result = pl.fit_linear(data, descriptor)
    return pl.LinearPotential(descriptor, result.coefficients), data


def without_time(found):
    return replace(found, seconds=0.0)


def test_a_good_potential_survives():
    found = survival(ARGON, argon(), QUICK)
    assert found.passed
    assert not found.n_not_run
    assert {run.state for run in found.hot} == {"survived"}
    assert {run.group for run in found.hot} == {"a", "b"}
    (dimer,) = found.dimers
    assert dimer.repels
    assert 0.008 < dimer.depth < 0.0105
    assert list(found.sentences()) == []


def test_a_fit_without_reference_to_a_tiny_set_does_not(hole):
    potential, data = hole
    found = survival(potential, data, QUICK)
    assert not found.passed
    assert not found.dimers[0].repels
    assert "dimer Cu-Cu: the atoms attract each other from" in " ".join(found.sentences())


def test_atoms_that_fall_into_a_hole_are_seen():
    """Inside 2.8 Å, behind a barrier of 0.18 eV, argon attracts without end."""
    potential = ARGON - pl.LennardJones(("Ar",), radius=8.0, epsilon=0.104, sigma=2.9)
    settings = replace(QUICK, temperatures=(4000.0, 5.0))
    found = survival(potential, argon(), settings)
    hot = [run for run in found.hot if run.temperature == 4000.0]
    assert {run.state for run in hot} == {"failed"}
    assert all(run.reason and run.picoseconds < settings.picoseconds for run in hot)
    assert {run.state for run in found.hot if run.temperature == 5.0} == {"survived"}
    assert not found.passed
    assert found.n_failed == 1 + len(hot)
    assert "4000 K from configuration" in " ".join(found.sentences())


def test_the_seed_decides(hole):
    potential, data = hole
    first, again = (survival(potential, data, QUICK) for _ in range(2))
    assert without_time(first) == without_time(again)
    other = survival(potential, data, replace(QUICK, seed=1))
    assert [run.start for run in other.hot] != [run.start for run in first.hot]


def test_plain_data(hole):
    potential, data = hole
    found = survival(potential, data, QUICK)
    assert Survival.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_what_the_time_does_not_allow_is_said():
    found = survival(ARGON, argon(), replace(QUICK, seconds=0.0))
    assert {run.state for run in found.hot} == {"not run"}
    assert found.n_not_run == len(found.hot) > 0
    assert found.passed
    assert "for want of time" in " ".join(found.sentences())


def test_temperatures_can_be_given():
    found = survival(ARGON, argon(), replace(QUICK, temperatures=(50.0, 20.0)))
    assert [run.temperature for run in found.hot] == [50.0, 50.0, 20.0, 20.0]


def test_too_hot_is_a_reason():
    """Argon at 50,000 K comes closer than any argon of the data."""
    settings = replace(QUICK, temperatures=(50_000.0,), closest=0.9)
    found = survival(ARGON, argon(), settings)
    assert {run.state for run in found.hot} == {"failed"}
    assert "Ar and Ar came within" in found.hot[0].reason


def test_molecules_are_run_as_they_are():
    frames = []
    for k in range(3):
        atoms = Atoms("Ar3", positions=[[0, 0, 0], [3.8, 0, 0], [1.9, 3.3, 0]])
        atoms.rattle(0.05, seed=k)
        atoms.calc = ARGON.calculator()
        atoms.get_potential_energy()
        frames.append(atoms)
    found = survival(ARGON, pl.from_atoms(frames), replace(QUICK, temperatures=(30.0,)))
    assert {run.atoms for run in found.hot} == {3}
    assert found.passed


def test_atoms_alone_are_no_start():
    data = argon()
    assert 0 not in starts(data, replace(QUICK, starts=10))
    found = survival(ARGON, data[:1], QUICK)
    assert found.hot == ()


def test_small_cells_are_repeated_along_periodic_directions():
    slab = bulk("Cu", "fcc", a=3.6)
    slab.pbc = (True, True, False)
    slab.cell[2, 2] += 20
    made = repeated(slab, 16)
    assert len(made) >= 16
    np.testing.assert_allclose(made.cell[2], slab.cell[2])
    assert len(repeated(molecule("H2O"), 16)) == 3


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (bulk("Si"), (1000.0, 3374.0)),
        (bulk("Hf"), (1000.0, 5012.0)),
        (bulk("NaCl", "rocksalt", a=5.6), (742.0,)),
        (bulk("Ar", "fcc", a=5.3), (1000.0,)),
        (molecule("H2O"), (500.0, 1000.0)),
    ],
    ids=str,
)
def test_default_temperatures_follow_the_melting_point(atoms, expected):
    assert temperatures(atoms) == expected


def test_settings_are_checked():
    with pytest.raises(pl.errors.ConfigError, match="picoseconds"):
        SurvivalSettings(picoseconds=-1.0)
    with pytest.raises(pl.errors.ConfigError, match="temperatures"):
        SurvivalSettings(temperatures=(0.0,))
