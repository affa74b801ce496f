"""Units that files state, or that a person gives: converted, or refused in words."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from ase import units
from ase.io.extxyz import write_extxyz
from configurations import write

import potlearn.data as pd
from potlearn.data.labels.unit_names import factor
from potlearn.errors import DataError

GPA = units.GPa
CELL = 'Lattice="3 0 0 0 3 0 0 0 3" pbc="T T T"'
TENSOR = "1 6 5 6 2 4 5 4 3"
VOIGT = np.array([1.0, 2, 3, 4, 5, 6])


def one(tmp_path, comment, forces=True, **options):
    column = ":forces:R:3" if forces else ""
    text = f"1\nProperties=species:S:1:pos:R:3{column} {CELL} {comment}\n"
    text += "Si 0 0 1" + (" 1 2 3" if forces else "") + "\n"
    return pd.read(write(tmp_path / "a.extxyz", text), **options)


KNOWN = [
    ("energy", "eV", 1.0),
    ("energy", "Hartree", units.Hartree),
    ("energy", "a.u.", units.Hartree),
    ("energy", "Ry", units.Rydberg),
    ("energy", "kcal/mol", units.kcal / units.mol),
    ("energy", "kJ mol^-1", units.kJ / units.mol),
    ("energy", "meV", 1e-3),
    ("forces", "eV/Å", 1.0),
    ("forces", "eV/Ang", 1.0),
    ("forces", "eV Angstrom^-1", 1.0),
    ("forces", "Hartree/Bohr", units.Hartree / units.Bohr),
    ("forces", "au", units.Hartree / units.Bohr),
    ("forces", "kcal/(mol*Ang)", None),
    ("forces", "kcal/mol/Ang", units.kcal / units.mol),
    ("stress", "eV/Å³", 1.0),
    ("stress", "eV/A^3", 1.0),
    ("stress", "eV/Ang**3", 1.0),
    ("stress", "GPa", GPA),
    ("stress", "kbar", 0.1 * GPA),
    ("stress", "kB", 0.1 * GPA),
    ("stress", "bar", 1e-4 * GPA),
    ("stress", "Ha/Bohr^3", units.Hartree / units.Bohr**3),
    ("virial", "Ry", units.Rydberg),
    ("length", "Bohr", units.Bohr),
    ("length", "nm", 10.0),
    ("energy", "eV/atom", None),
    ("energy", "MeV", None),
    ("energy", "eV/Ang", None),
    ("forces", "eV/Ang^3", None),
    ("stress", "eV/Ang", None),
    ("stress", "Mbar", None),
    ("energy", "", None),
]


@pytest.mark.parametrize(("quantity", "unit", "expected"), KNOWN)
def test_names_of_units(quantity, unit, expected):
    if expected is None:
        with pytest.raises(DataError, match=f"the unit of {quantity} is .*expected one of"):
            factor(quantity, unit)
    else:
        np.testing.assert_allclose(factor(quantity, unit), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "key", ["energy_unit", "energy-unit", "E_unit", "EnergyUnits", "unit_of_energy"]
)
def test_a_stated_unit_is_converted_and_said(tmp_path, key):
    data = one(tmp_path, f"energy=2 {key}=Hartree", forces=False)
    np.testing.assert_allclose(data.energies, 2 * units.Hartree)
    np.testing.assert_allclose(data.labels(0).energy, 2 * units.Hartree)
    (text,) = [f.message for f in pd.label_notes(data) if f.kind == "converted_unit"]
    assert text == "energy: converted from Hartree to eV in 1 configurations"


def test_all_labels_in_other_units(tmp_path):
    stated = "energy-unit=au force-unit=a.u. stress-unit=kbar"
    data = one(tmp_path, f'energy=2 stress="{TENSOR}" {stated}')
    labels = data.labels(0)
    np.testing.assert_allclose(labels.energy, 2 * units.Hartree)
    np.testing.assert_allclose(labels.forces[0], np.array([1, 2, 3]) * units.Hartree / units.Bohr)
    np.testing.assert_allclose(labels.stress, VOIGT * 0.1 * GPA)
    np.testing.assert_allclose(data[0].get_stress(), VOIGT * 0.1 * GPA)


def test_what_is_written_again_is_in_ev(tmp_path):
    """The statement goes with the conversion: the copy is not converted twice."""
    data = one(tmp_path, "energy=2 free_energy=3 energy_unit=Ry forces_unit=Ry/Bohr")
    text = io.StringIO()
    write_extxyz(text, [data[0]])
    again = pd.read(write(tmp_path / "b.extxyz", text.getvalue()))
    np.testing.assert_allclose(again.energies, 2 * units.Rydberg)
    np.testing.assert_allclose(again.labels(0).forces, data.labels(0).forces, atol=1e-8)
    assert again.label_report().converted == {}


def test_lengths_are_converted_with_the_cell(tmp_path):
    stated = "length_unit=Bohr energy_unit=eV forces_unit=eV/Ang virial_unit=eV"
    data = one(tmp_path, f'energy=2 virial="{TENSOR}" {stated}')
    np.testing.assert_allclose(data[0].positions[0], [0, 0, units.Bohr])
    np.testing.assert_allclose(data[0].get_volume(), (3 * units.Bohr) ** 3)
    np.testing.assert_allclose(data.labels(0).stress, -VOIGT / (3 * units.Bohr) ** 3)


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("energy=2 energy_unit=Hartree", "no unit is stated for forces (key 'forces')"),
        ("energy=2 energy_unit=lightyear", "a.extxyz:0: the unit of energy is 'lightyear'"),
        ("energy=2 energy_unit=eV/atom", "energies per atom are not read"),
        ("energy=2 energy_unit=eV dft_energy_unit=Ry", "expected one unit"),
        ("energy=2 energy_unit=3", "energy_unit is '3'; expected the name of a unit"),
        ("energy=2 units=LJ", "units is 'LJ', which does not say the unit of every label"),
        ("energy=2 units=Hartree", "does not say the unit of every label"),
        ("energy=2 pos_unit=Bohr", "expected length_unit=Bohr"),
    ],
)
def test_doubtful_units_are_refused(tmp_path, comment, message):
    with pytest.raises(DataError, match=re.escape(message)):
        one(tmp_path, comment)


@pytest.mark.parametrize(
    "comment",
    [
        "energy_unit=eV forces_unit=eV/Ang",
        "energy_unit=eV",
        "units=metal",
        "units=eV",
        'units="eV/Å"',
        'units="eV, Angstrom"',
        "unit=angstrom",
        "energy_unit=electronvolt length_unit=Angstrom",
        "dipole_unit=Debye",
    ],
)
def test_statements_of_our_units_change_nothing(tmp_path, comment):
    data = one(tmp_path, f"energy=2 {comment}")
    assert data.labels(0).energy == 2.0
    assert data.labels(0).forces.tolist() == [[1, 2, 3]]
    assert data.label_report().converted == {}


STATED = ('units="_JSON {\\"energy\\": \\"Ry\\", \\"forces\\": \\"Ry/Bohr\\"}"',)


@pytest.mark.parametrize("stated", [*STATED, 'units="energy:Ry,forces:Ry/Bohr"'])
def test_units_under_one_key(tmp_path, stated):
    data = one(tmp_path, f"energy=2 {stated}")
    np.testing.assert_allclose(data.labels(0).energy, 2 * units.Rydberg)


def test_given_units_win(tmp_path):
    given = {"energy": "eV", "forces": "eV/Ang", "stress": "kbar"}
    data = one(tmp_path, f'energy=2 energy_unit=Ry stress="{TENSOR}"', units=given)
    assert data.labels(0).energy == 2.0
    np.testing.assert_allclose(data.labels(0).stress, VOIGT * 0.1 * GPA)
    with pytest.raises(DataError, match=r"units name \['force'\]; expected some of"):
        one(tmp_path, "energy=2", units={"force": "eV"})


@pytest.mark.parametrize(
    ("key", "unit"),
    [("energy_hartree", "hartree"), ("energy(Ry)", "Ry"), ("E_kcal_mol", "kcal/mol")],
)
def test_a_unit_in_a_given_name_must_be_said(tmp_path, key, unit):
    comment, keys = f"{key}=2", {"energy": key}
    with pytest.raises(DataError, match=re.escape(f"--unit energy={unit}")):
        one(tmp_path, comment, forces=False, keys=keys)
    data = one(tmp_path, comment, forces=False, keys=keys, units={"energy": unit})
    np.testing.assert_allclose(data.energies, 2 * factor("energy", unit))
    ev = one(tmp_path, "energy_eV=2", forces=False, keys={"energy": "energy_eV"})
    assert ev.energies[0] == 2.0


def test_without_labels_the_word_units_means_anything(tmp_path):
    text = "1\nunits=LJ energy_unit=furlong\nSi 0 0 0\n"
    assert len(pd.read(write(tmp_path / "a.xyz", text))) == 1
