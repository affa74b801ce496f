"""Values of labels and of other keys: NaN as no label, and what later code would fail on."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io.extxyz import write_extxyz
from configurations import write

import potlearn.data as pd
from potlearn.data.writing import writable, write_frame
from potlearn.errors import DataError

HUGE = 10**5000
HEAD = 'Properties=species:S:1:pos:R:3:forces:R:3 Lattice="2 0 0 0 2 0 0 0 2" pbc="T T T"'
FINE = "Si 0 0 0 1 2 3\nSi 1 1 1 4 5 6\n"
HALF = "Si 0 0 0 1 2 3\nSi 1 1 1 nan nan nan\n"
NONE = "Si 0 0 0 nan nan nan\nSi 1 1 1 nan nan nan\n"
NAN6 = "nan nan nan nan nan nan"


def file(tmp_path, *frames):
    return write(tmp_path / "a.extxyz", "".join(f"2\n{HEAD} {c}\n{rows}" for c, rows in frames))


@pytest.mark.parametrize(
    ("comment", "rows"),
    [(f'energy=1 stress="{NAN6}"', FINE), ("energy=nan", FINE), ("energy=1", HALF)],
)
def test_nan_is_refused_with_the_remedy(tmp_path, comment, rows):
    path = file(tmp_path, (comment, rows))
    with pytest.raises(DataError, match=r"data: \{nan: missing\} .* --nan missing .*nan='missing'"):
        pd.read(path)
    assert len(pd.read(path, nan="missing")) == 1


def test_nan_means_no_label(tmp_path):
    path = file(
        tmp_path,
        (f'energy=1 stress="{NAN6}"', FINE),
        ('energy=nan stress="1 2 3 4 5 6"', HALF),
        ('energy=3 virial="1 2 3 4 5 nan"', NONE),
    )
    data = pd.read(path, nan="missing")
    first, second, third = (data.labels(i) for i in range(3))
    assert (first.energy, first.stress) == (1.0, None)
    assert second.energy is None
    assert second.stress.tolist() == [1, 2, 3, 4, 5, 6]
    assert second.force_mask.tolist() == [True, False]
    assert second.forces.tolist() == [[1, 2, 3], [0, 0, 0]]
    assert third.forces is None
    assert third.stress is None
    report = data.label_report()
    assert report.nan == {"stress": 2, "energy": 1, "forces": 1}
    assert report.n_masked_atoms == 1


def test_nan_gives_way_to_the_next_key(tmp_path):
    path = file(tmp_path, ("REF_energy=nan energy=-1", FINE))
    assert pd.read(path, nan="missing").labels(0).energy == -1.0


def test_infinity_stays_a_mistake(tmp_path):
    path = file(tmp_path, ("energy=inf", FINE))
    with pytest.raises(DataError, match=r"energy .* is inf; expected a finite number"):
        pd.read(path, nan="missing")


def test_an_unknown_word_for_nan(tmp_path):
    with pytest.raises(DataError, match="nan is 'skip'; expected one of error, missing"):
        pd.read(file(tmp_path, ("energy=1", FINE)), nan="skip")


@pytest.mark.parametrize("comment", ["energy=1e300", "energy=-1e11", 'stress="1e99 0 0 0 0 0"'])
def test_labels_beyond_physics_are_refused(tmp_path, comment):
    with pytest.raises(DataError, match=r"reaches .*expected at most 1e"):
        pd.read(file(tmp_path, (comment, FINE)))


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ('dipole="x y z"', "dipole is 'x y z'; expected numbers"),
        ('dipole="1 2"', "dipole has shape (2,); expected (3,)"),
        ("magmom=up", "magmom is 'up'; expected numbers"),
        ('polarization="1 2 3 4"', "polarization has shape (4,)"),
        ("energy=T", "energy (key 'energy') is 'True'; expected numbers"),
        ("free_energy=high energy=1", "free_energy is 'high'; expected numbers"),
    ],
)
def test_results_of_files_are_checked_when_read(tmp_path, comment, message):
    with pytest.raises(DataError, match="a.extxyz:0: .*" + re.escape(message)):
        pd.read(file(tmp_path, (comment, FINE)))


def molecule(**results):
    atoms = Atoms("H2", [[0, 0, 0], [0, 0, 1]], cell=[5, 5, 5], pbc=True)
    atoms.calc = SinglePointCalculator(atoms, energy=1.0)
    atoms.calc.results.update(results)
    return atoms


@pytest.mark.parametrize(
    "results",
    [
        {"charges": np.array(["a", "b"])},
        {"charges": np.zeros(3)},
        {"dipole": np.array([1j, 0, 0])},
        {"energy": 1 + 0j},
        {"energy": "low"},
        {"energy": HUGE},
        {"energy": [[1], [1, 2]]},
        {"energy": np.zeros(0)},
        {"forces": np.zeros((2, 2))},
        {"forces": "zero"},
        {"stress": np.zeros((3, 2))},
    ],
    ids=range(11),
)
def test_results_of_calculators_are_checked_when_read(results):
    with pytest.raises(DataError, match="atoms:0: "):
        pd.from_atoms([molecule(**results)])


@pytest.mark.parametrize("energy", [[1.5], np.array(1.5), np.array([[1.5]]), np.float32(1.5)])
def test_one_number_in_any_form_is_an_energy(energy):
    assert pd.from_atoms([molecule(energy=energy)]).labels(0).energy == 1.5


def test_results_that_ase_does_not_know_do_no_harm():
    data = pd.from_atoms([molecule(node_energy=np.zeros(2), magmom=None)])
    assert data[0].calc.results == {"energy": 1.0}


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([1j, 2j]), "the column x holds complex128"),
        (np.array(["2020", "2021"], "datetime64[D]"), "the column x holds datetime64"),
        (np.zeros((2, 0)), "the column x has shape (2, 0)"),
    ],
)
def test_columns_that_no_file_holds_are_refused(array, message):
    atoms = molecule()
    atoms.set_array("x", array)
    with pytest.raises(DataError, match=re.escape(message)):
        pd.from_atoms([atoms])


@pytest.mark.parametrize("value", [lambda: 0, HUGE], ids=["function", "huge"])
def test_info_that_cannot_be_kept_is_refused(value):
    atoms = molecule()
    atoms.info["x"] = value
    with pytest.raises(DataError, match="atoms:0: "):
        pd.from_atoms([atoms])


VALUES = [
    ("line\nbreak", "line break"),
    ({"a": 1}, {"a": 1}),
    (None, None),
    (np.zeros((2, 2, 2)), None),
    ("a=b", "a=b"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_info_is_written_so_that_it_can_be_read(tmp_path, value, expected):
    atoms = molecule()
    atoms.info["x"] = value
    for text in written(pd.from_atoms([atoms])[0]):
        again = pd.read(write(tmp_path / "b.extxyz", text))[0].info["x"]
        assert expected is None or again == expected


COLUMNS = [
    np.array([1, 2], np.uint8),
    np.zeros((2, 3, 3)),
    np.array(["MET ", ""]),
    np.array(["a b", "c"], object),
]


@pytest.mark.parametrize("array", COLUMNS)
def test_columns_are_written_so_that_they_can_be_read(tmp_path, array):
    atoms = molecule(born_effective_charges=np.zeros((2, 3, 3)))
    atoms.set_array("x", array)
    for text in written(pd.from_atoms([atoms])[0]):
        again = pd.read(write(tmp_path / "b.extxyz", text))[0].arrays["x"]
        assert len(again) == 2


def written(atoms):
    """Text of the configuration as predictions and as selections are written."""
    ours, theirs = io.StringIO(), io.StringIO()
    write_frame(ours, atoms)
    write_extxyz(theirs, [writable(atoms)])
    return ours.getvalue(), theirs.getvalue()
