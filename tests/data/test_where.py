"""Configurations by values of their info; notes on charges and spins that differ."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from configurations import write

import potlearn.data as pd
from potlearn.errors import DataError

CHARGED = "".join(
    f"1\nenergy={i} charge={i % 2} spin={1 + i % 2} name=m{i} even={'FT'[i % 2 == 0]}\nO 0 0 0\n"
    for i in range(6)
)


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "a.xyz", CHARGED)


@pytest.mark.parametrize(
    ("conditions", "energies"),
    [
        ({"charge": 0}, [0, 2, 4]),
        ({"charge": 1.0, "spin": 2}, [1, 3, 5]),
        ({"charge": [0, 1]}, [0, 1, 2, 3, 4, 5]),
        ({"name": ["m1", "m4"]}, [1, 4]),
        ({"even": True, "name": ("m0", "m1")}, [0]),
    ],
)
def test_configurations_with_some_values(path, conditions, energies):
    assert pd.read(path, where=conditions).energies.tolist() == energies
    assert pd.read(path).where(conditions).energies.tolist() == energies


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"charge": 7}, r"none of 6 configurations has charge: 7; charge is 0 \(3\), 1 \(3\)"),
        ({"chrge": 0}, "no configuration has the key 'chrge'; did you mean 'charge'"),
        ({"charge": True}, "none of 6 configurations has charge: True"),
        ({"even": 1}, "none of 6 configurations has even: 1"),
    ],
)
def test_nothing_left_is_an_error(path, conditions, message):
    with pytest.raises(DataError, match=message):
        pd.read(path, where=conditions)


def test_a_configuration_without_the_key_is_left_out():
    frames = [Atoms("O"), Atoms("O", info={"charge": np.int64(0)})]
    assert len(pd.from_atoms(frames).where({"charge": 0})) == 1


def test_charges_that_differ_are_noted(path):
    data = pd.read(path)
    texts = [found.message for found in pd.label_notes(data) if found.kind == "mixed_state"]
    assert "configurations differ in charge: 0 (3), 1 (3)" in texts[0]
    assert "data: {where: {charge: 0}} (--where charge=0)" in texts[0]
    assert "differ in spin" in texts[1]
    neutral = data.where({"charge": 0})
    assert not [found for found in pd.label_notes(neutral) if found.kind == "mixed_state"]


@pytest.mark.parametrize(
    "key", ["charge", "total_charge", "Charge", "spin", "multiplicity", "magmom", "net-charge"]
)
def test_all_names_of_charges_and_spins(tmp_path, key):
    text = f"1\nenergy=1 {key}=0\nO 0 0 0\n1\nenergy=1 {key}=1\nO 0 0 0\n1\nenergy=2\nO 0 0 0\n"
    data = pd.read(write(tmp_path / "a.xyz", text))
    (text,) = [found.message for found in pd.label_notes(data) if found.kind == "mixed_state"]
    assert f"differ in {key}: 0 (1), 1 (1), not given (1)" in text


def test_fractional_moments_are_one_kind():
    frames = [Atoms("Fe", info={"total_magmom": 2.2 + 0.01 * i}) for i in range(50)]
    assert pd.from_atoms(frames).label_report().states == {"total_magmom": {"not whole": 50}}
