"""Label conventions."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from configurations import FRAME, write

import potlearn.data as pd
from potlearn.errors import DataError

CELL = 'Lattice="2 0 0 0 2 0 0 0 2" pbc="T T T"'
FULL = "1 6 5 6 2 4 5 4 3"
VOIGT = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def one(tmp_path, comment, columns="", values="", **options):
    text = f"1\nProperties=species:S:1:pos:R:3{columns} {CELL} {comment}\nSi 0 0 0 {values}\n"
    return pd.read(write(tmp_path / "a.extxyz", text), **options)


@pytest.mark.parametrize(
    ("comment", "energy", "key"),
    [
        ("energy=-1", -1.0, "energy"),
        ("REF_energy=-2 energy=-1", -2.0, "REF_energy"),
        ("free_energy=-3 energy=-1", -1.0, "energy"),
        ("free_energy=-3", -3.0, "free_energy"),
    ],
)
def test_energy_keys_in_order(tmp_path, comment, energy, key):
    data = one(tmp_path, comment)
    assert data.labels(0).energy == energy
    assert data.label_report().found["energy"] == {key: 1}
    assert data[0].get_potential_energy() == energy


def test_named_keys_replace_defaults(tmp_path):
    data = one(tmp_path, "energy=-1 dft_e=-7", keys={"energy": "dft_e"})
    assert data.labels(0).energy == -7.0
    assert data[0].get_potential_energy() == -7.0


def test_free_energy_can_be_named_and_the_report_says_which_is_read(tmp_path):
    comment = "free_energy=-3 energy=-1"
    assert one(tmp_path, comment, keys={"energy": "free_energy"}).labels(0).energy == -3.0
    text = str(one(tmp_path, comment).label_report())
    assert "energies are read from energy" in text
    assert "present, not used: free_energy (1)" in text


def test_named_key_that_occurs_nowhere_suggests_the_nearest(tmp_path):
    with pytest.raises(DataError, match=r"no configuration has the key 'dft_energi'.*'dft_energy'"):
        one(tmp_path, "dft_energy=-7", keys={"energy": "dft_energi"})


def test_unknown_quantity_in_keys(tmp_path):
    with pytest.raises(DataError, match=r"label keys name \['enrgy'\]"):
        one(tmp_path, "energy=1", keys={"enrgy": "x"})


@pytest.mark.parametrize(
    "comment",
    [
        f'stress="{FULL}"',
        'stress="1 2 3 4 5 6"',
        f'REF_stress="{FULL}"',
        'REF_stress="1 2 3 4 5 6"',
        'REF_stress="_JSON [[1,6,5],[6,2,4],[5,4,3]]"',
    ],
)
def test_stress_forms(tmp_path, comment):
    data = one(tmp_path, comment)
    assert data.labels(0).stress.tolist() == VOIGT
    assert data[0].get_stress().tolist() == VOIGT


@pytest.mark.parametrize("key", ["virial", "virials", "REF_virial", "REF_virials"])
def test_virial_is_minus_volume_times_stress(tmp_path, key):
    data = one(tmp_path, f'{key}="-8 -48 -40 -48 -16 -32 -40 -32 -24"')
    np.testing.assert_allclose(data.labels(0).stress, VOIGT)
    assert data.label_report().found["stress"] == {key: 1}


def test_stress_and_virial_that_agree(tmp_path):
    data = one(tmp_path, f'stress="{FULL}" virial="-8 -48 -40 -48 -16 -32 -40 -32 -24"')
    assert data.labels(0).stress.tolist() == VOIGT


@pytest.mark.parametrize(
    ("virial", "hint"),
    [("8 48 40 48 16 32 40 32 24", "signs are opposite"), ("1 0 0 0 1 0 0 0 1", "Name the one")],
)
def test_stress_and_virial_that_disagree(tmp_path, virial, hint):
    with pytest.raises(DataError, match=f"a.extxyz:0: stress .* and virial .* disagree.*{hint}"):
        one(tmp_path, f'stress="{FULL}" virial="{virial}"')
    kept = one(tmp_path, f'stress="{FULL}" virial="{virial}"', keys={"stress": "stress"})
    assert kept.labels(0).stress.tolist() == VOIGT


def test_ref_stress_wins_over_bare_virial(tmp_path):
    data = one(tmp_path, f'REF_stress="{FULL}" virial="1 0 0 0 1 0 0 0 1"')
    assert data.labels(0).stress.tolist() == VOIGT
    assert data.label_report().unused == {"virial": 1}


def test_asymmetric_stress_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a.extxyz:0: stress .* is not symmetric"):
        one(tmp_path, 'stress="1 2 3 4 5 6 7 8 9"')


def test_quantity_can_be_turned_off(tmp_path):
    data = one(tmp_path, f'energy=1 stress="{FULL}"', keys={"stress": None})
    assert data.labels(0).stress is None
    assert data.label_report().missing["stress"] == 1


def test_stress_without_volume_is_reported_as_unused(tmp_path):
    path = write(tmp_path / "m.xyz", f'1\nenergy=1 stress="{FULL}"\nH 0 0 0\n')
    data = pd.read(path)
    assert data.labels(0).stress is None
    assert data.label_report().unused == {"stress": 1}


def test_partial_forces_by_mask(tmp_path):
    text = (
        "2\nProperties=species:S:1:pos:R:3:forces:R:3:force_mask:L:1 energy=1\n"
        "H 0 0 0 1 2 3 T\nH 0 0 1 nan nan nan F\n"
    )
    labels = (data := pd.read(write(tmp_path / "a.xyz", text))).labels(0)
    assert labels.force_mask.tolist() == [True, False]
    assert labels.forces.tolist() == [[1, 2, 3], [0, 0, 0]]
    assert data.label_report().n_masked_atoms == 1


def test_calculator_results_are_labels():
    atoms = Atoms("H2", [[0, 0, 0], [0, 0, 1]])
    atoms.calc = SinglePointCalculator(atoms, energy=-2.0, forces=np.ones((2, 3)))
    atoms.info["REF_energy"] = -5.0
    labels = pd.from_atoms([atoms]).labels(0)
    assert labels.energy == -5.0
    assert labels.forces.sum() == 6.0


def test_labels_are_read_only(tmp_path):
    labels = pd.read(write(tmp_path / "a.extxyz", FRAME)).labels(0)
    with pytest.raises(ValueError, match="read-only"):
        labels.forces[0, 0] = 1.0


BAD_LABELS = [
    ("energy=nan", "", "", "a.extxyz:0: energy (key 'energy') is nan; expected a finite number"),
    ("energy=word", "", "", "a.extxyz:0: energy (key 'energy') is 'word'; expected numbers"),
    ('energy="1 2"', "", "", "a.extxyz:0: energy (key 'energy') has shape (2,); expected one"),
    ("", ":forces:R:3", "0 inf 0", "a.extxyz:0: forces (key 'forces') of atom 0 are [0.0, inf"),
    ("", ":forces:R:2", "0 0", "a.extxyz:0: forces (key 'forces') have shape (1, 2); expected (1"),
    ('REF_stress="1 2 3"', "", "", "a.extxyz:0: stress (key 'REF_stress') has shape (3,)"),
    ('stress="1 2"', "", "", "a.extxyz:0: stress needs 9 or 6 numbers, got '1 2'"),
    ('stress="1 2 nan 4 5 6"', "", "", "a.extxyz:0: stress (key 'stress') is not finite"),
    ("", ":force_mask:R:1", "0.5", "a.extxyz:0: force mask (key 'force_mask') has shape (1,)"),
]


@pytest.mark.parametrize(("comment", "columns", "values", "message"), BAD_LABELS)
def test_bad_label_names_frame_quantity_and_atom(tmp_path, comment, columns, values, message):
    with pytest.raises(DataError, match=re.escape(message)):
        one(tmp_path, comment, columns, values)
