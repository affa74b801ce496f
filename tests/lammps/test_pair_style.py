"""Pair style potlearn in LAMMPS gives what the calculator gives."""

import numpy as np
import pytest
from ace_bases import BASES as ACE_BASES
from ase import Atoms
from ase.build import bulk
from plugin_models import (
    ACE,
    POD,
    POTENTIALS,
    SILICON,
    TWO,
    assert_agrees,
    commands,
    export,
    linear,
    silicon,
)
from plugin_runs import start, thermo
from pod_bases import cell

from potlearn.potentials.pair import ZBL, LennardJones


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", POTENTIALS)
def test_agrees_with_the_calculator_in_a_triclinic_cell(lammps, name, ranks, tmp_path):
    potential = POTENTIALS[name]
    # Smaller than the cutoff: atoms are neighbours of their own images.
    atoms = cell(potential.species, 6, seed=2).repeat((1, 1, 2))
    pair = commands(export(potential, tmp_path), potential.species)
    assert_agrees(
        lammps.evaluate(tmp_path, atoms, potential.species, pair, ranks), potential, atoms
    )


def test_threads_and_suffix_change_nothing(lammps, tmp_path):
    potential, atoms = POTENTIALS["pod"], cell(TWO, 6, seed=3).repeat(2)
    style, coefficients = commands(export(potential, tmp_path), TWO)
    pair = [f"{style} threads 3", coefficients]
    suffix = (
        ["-sf", "omp"] if "OPENMP" in lammps.installed.lammps.about.packages else ["-sf", "opt"]
    )
    result = lammps.evaluate(tmp_path, atoms, TWO, pair, arguments=suffix)
    assert_agrees(result, potential, atoms)


def test_a_gas_and_an_isolated_atom(lammps, tmp_path):
    potential = POTENTIALS["ace"]
    positions = np.random.default_rng(3).uniform(1, 59, size=(12, 3))
    positions[-1] = positions[0] + (1.9, 0.3, 0.2)
    gas = Atoms("W6Be6", positions=positions, cell=[60, 60, 60], pbc=True)
    one = Atoms("Be", positions=[[10, 10, 10]], cell=[20, 20, 20], pbc=False)
    pair = commands(export(potential, tmp_path), TWO)
    for atoms in (gas, one):
        assert_agrees(lammps.evaluate(tmp_path, atoms, TWO, pair, ranks=2), potential, atoms)


def test_types_without_an_element_do_not_interact(lammps, tmp_path):
    potential = linear(SILICON)
    atoms = silicon(size=1)
    both = atoms + Atoms("Ar8", positions=atoms.positions + 1.1)
    both.set_cell(atoms.cell)
    pair = ["pair_style potlearn", f"pair_coeff * * {export(potential, tmp_path).name} Si NULL"]
    result = lammps.evaluate(tmp_path, both, ("Si", "Ar"), pair)
    expected = potential.predict(atoms)
    np.testing.assert_allclose(result.energies, [*expected.energies, *[0] * 8], atol=1e-9)
    np.testing.assert_allclose(result.forces[:8], expected.forces, atol=1e-8)
    assert not result.forces[8:].any()


def test_several_types_of_one_element(lammps, tmp_path):
    potential = linear(SILICON)
    atoms = silicon()
    renamed = atoms.copy()
    renamed.symbols[::2] = "Ge"
    pair = ["pair_style potlearn", f"pair_coeff * * {export(potential, tmp_path).name} Si Si"]
    result = lammps.evaluate(tmp_path, renamed, ("Si", "Ge"), pair)
    assert_agrees(result, potential, atoms)


@pytest.mark.parametrize("ranks", [1, 2])
def test_overlay_adds_to_other_styles(lammps, tmp_path, ranks):
    potential = linear(SILICON)
    atoms = silicon()
    pair = [
        "pair_style hybrid/overlay potlearn zbl 1.5 2.5 lj/cut 4.0",
        f"pair_coeff * * potlearn {export(potential, tmp_path).name} Si",
        "pair_coeff * * zbl 14 14",
        "pair_coeff * * lj/cut 0.05 2.0",
    ]
    result = lammps.evaluate(tmp_path, atoms, ("Si",), pair, ranks)
    others = ["pair_style hybrid/overlay zbl 1.5 2.5 lj/cut 4.0", *pair[2:]]
    rest = lammps.evaluate(tmp_path, atoms, ("Si",), others, ranks)
    expected = potential.predict(atoms)
    np.testing.assert_allclose(result.energies - rest.energies, expected.energies, atol=1e-8)
    np.testing.assert_allclose(result.forces - rest.forces, expected.forces, atol=1e-8)
    np.testing.assert_allclose(result.virial - rest.virial, expected.virial, atol=1e-7)


def test_hybrid_gives_each_style_its_types(lammps, tmp_path):
    potential = linear(SILICON)
    a, b = silicon(seed=1, size=1), bulk("Ar", a=5.26, cubic=True).repeat((1, 1, 2))
    b.positions += np.random.default_rng(5).normal(scale=0.05, size=b.positions.shape)
    b.positions[:, 2] += 9
    both = a + b
    both.set_cell([5.43, 5.43, 30])
    both.pbc = True
    both.wrap()
    alone = a.copy()
    alone.set_cell(both.cell)
    pair = [
        "pair_style hybrid potlearn lj/cut 8.0",
        f"pair_coeff * * potlearn {export(potential, tmp_path).name} Si NULL",
        "pair_coeff 1 2 lj/cut 0.0 3.0",
        "pair_coeff 2 2 lj/cut 0.0104 3.4",
    ]
    result = lammps.evaluate(tmp_path, both, ("Si", "Ar"), pair, ranks=2)
    expected = potential.predict(alone)
    np.testing.assert_allclose(result.energies[: len(a)], expected.energies, atol=1e-9)
    np.testing.assert_allclose(result.forces[: len(a)], expected.forces, atol=1e-8)
    assert np.abs(result.forces[len(a) :]).max() > 1e-4


def test_two_potentials_in_one_run(lammps, tmp_path):
    first, second = linear(ACE), linear(POD)
    (tmp_path / "b").mkdir()
    export(second, tmp_path / "b")
    atoms = cell(TWO, 6, seed=4).repeat(2)
    pair = [
        "pair_style hybrid/overlay potlearn potlearn threads 2",
        f"pair_coeff * * potlearn 1 {export(first, tmp_path).name} W Be",
        "pair_coeff * * potlearn 2 b/model.potl-lammps W Be",
    ]
    assert_agrees(lammps.evaluate(tmp_path, atoms, TWO, pair), first + second, atoms)


NVE = """\
velocity all create 600 7 mom yes
fix nve all nve
timestep 0.001
thermo 50
thermo_style custom step pe etotal press
thermo_modify format float %.15g
"""


def test_dynamics_conserve_energy_on_any_number_of_ranks(lammps, tmp_path):
    potential = linear(ACE_BASES["order 1"], ZBL(("Si",), inner=1.0, outer=2.8))
    text = start(tmp_path, silicon(), ("Si",))
    text += "\n".join(commands(export(potential, tmp_path), ("Si",))) + "\n" + NVE + "run 200\n"
    one, two = (thermo(lammps.run(tmp_path, text, ranks)) for ranks in (1, 2))
    totals = np.array([row["TotEng"] for row in one])
    potentials = np.array([row["PotEng"] for row in one])
    assert np.ptp(totals) < 0.01 * np.ptp(potentials)
    for a, b in zip(one, two, strict=True):
        assert a["PotEng"] == pytest.approx(b["PotEng"], abs=1e-6)


def test_minimisation_reaches_a_minimum(lammps, tmp_path):
    potential = LennardJones(("Ar",), 8.0, epsilon=0.0104, sigma=3.4)
    atoms = bulk("Ar", a=5.4, cubic=True).repeat(2)
    atoms.positions += np.random.default_rng(2).normal(scale=0.1, size=atoms.positions.shape)
    text = start(tmp_path, atoms, ("Ar",))
    text += "\n".join(commands(export(potential, tmp_path), ("Ar",))) + "\n"
    text += "thermo_style custom step pe fmax\nminimize 0 1e-8 1000 10000\n"
    rows = thermo(lammps.run(tmp_path, text))
    assert rows[-1]["Fmax"] < 1e-6
    assert rows[-1]["PotEng"] < rows[0]["PotEng"]


def test_a_restart_needs_the_pair_style_again(lammps, tmp_path):
    potential = POTENTIALS["ace"]
    pair = "\n".join(commands(export(potential, tmp_path), TWO)) + "\n"
    steps = "fix nve all nve\ntimestep 0.0001\nthermo_style custom step pe\nrun 3\n"
    text = start(tmp_path, cell(TWO, 6, seed=2), TWO) + pair + steps + "write_restart half\n"
    lammps.run(tmp_path, text)
    last = thermo(lammps.run(tmp_path, text + "run 3\n"))[-1]
    again = thermo(lammps.run(tmp_path, "read_restart half\n" + pair + steps))[-1]
    assert again["Step"] == 6
    assert again["PotEng"] == pytest.approx(last["PotEng"], abs=1e-9)
    words = lammps.error(tmp_path, "read_restart half\nrun 0\n")
    assert "pair" in words.lower()


def test_centroid_stress_is_refused(lammps, tmp_path):
    text = start(tmp_path, silicon(), ("Si",))
    text += "\n".join(commands(export(linear(SILICON), tmp_path), ("Si",))) + "\n"
    words = lammps.error(tmp_path, text + "compute c all centroid/stress/atom NULL\n" + CENTROID)
    assert "centroid" in words


CENTROID = "compute m all reduce max c_c[1]\nthermo_style custom step c_m\nrun 0\n"
