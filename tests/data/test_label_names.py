"""Other spellings of the labels' keys: used where nothing is in doubt, else named as candidates."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from configurations import write
from hypothesis import given
from hypothesis import strategies as st

import potlearn.data as pd
from potlearn.data.labels.names import label_name
from potlearn.errors import DataError

CELL = 'Lattice="2 0 0 0 2 0 0 0 2" pbc="T T T"'
TENSOR = "1 6 5 6 2 4 5 4 3"


def frame(comment="", column="", values=""):
    """Text of a configuration of two atoms."""
    atoms = f"Si 0 0 0 {values}\nSi 1 1 1 {values}\n"
    return f"2\nProperties=species:S:1:pos:R:3{column} {CELL} {comment}\n{atoms}"


def file(tmp_path, *frames, **options):
    return pd.read(write(tmp_path / "a.extxyz", "".join(frames)), **options)


def messages(data):
    return "\n".join(found.message for found in pd.label_notes(data))


ENERGIES = [
    *("Energy", "ENERGY", "dft_energy", "DFT-Energy", "ref_energy", "REF_Energy", "vasp_energy"),
    *("energy_pbe", "total_energy", "TotEnergy", "Etot", "potential_energy", "pbe_d3_energy"),
    *("qm_total_energy", "wB97X-D3_def2-TZVP_energy", "Free_Energy", "r2scan.energy"),
]
OTHERS = [
    *("energy_sigma", "energy_weight", "energy_per_atom", "free_energy_unit", "energy_std"),
    *("atomic_energy", "energy_corrected", "formation_energy", "cohesive_energy", "e_form"),
    *("atomization_energy", "energy_above_hull", "d3_energy", "kinetic_energy", "energy_error"),
    *("mace_energy", "gap_energy", "pred_energy", "energy_var", "delta_energy", "energy_shift"),
    *("binding_energy", "dft_energy_per_atom", "config_energy_weight", "energy_units"),
]


@pytest.mark.parametrize("key", ENERGIES)
def test_an_energy_by_another_spelling_is_recognised(tmp_path, key):
    data = file(tmp_path, frame(f"{key}=-3.5"), frame(f"{key}=-4"))
    assert data.energies.tolist() == [-3.5, -4.0]
    assert data.label_report().recognised == (key,)
    assert f"recognised by their names: energy from {key}" in messages(data)
    assert data[1].get_potential_energy() == -4.0


@pytest.mark.parametrize("key", OTHERS)
def test_another_energy_is_never_taken(tmp_path, key):
    data = file(tmp_path, frame(f"{key}=-3.5"))
    assert np.isnan(data.energies).all()
    assert "no configuration has energy" in messages(data)


def test_uncertainties_and_energies_per_atom_are_no_candidates(tmp_path):
    keys = ("energy_sigma", "energy_per_atom", "formation_energy", "energy_weight")
    data = file(tmp_path, frame(" ".join(f"{key}=1" for key in keys)))
    assert data.label_report().candidates == {}


@pytest.mark.parametrize("name", ["force", "Forces", "dft_force", "FORCES", "vasp-forces", "for"])
def test_forces_by_another_spelling(tmp_path, name):
    data = file(tmp_path, frame("energy=1", f":{name}:R:3", "1 2 3"))
    assert data.labels(0).forces.tolist() == [[1, 2, 3]] * 2


@pytest.mark.parametrize("name", ["force_mask", "force_weights", "mace_forces", "gradient"])
def test_other_columns_are_not_forces(tmp_path, name):
    data = file(
        tmp_path,
        frame(
            "energy=1",
            f":{name}:R:3" if "mask" not in name else "",
            "1 2 3" if "mask" not in name else "",
        ),
    )
    assert data.labels(0).forces is None


def test_a_virial_comes_before_a_stress(tmp_path):
    data = file(tmp_path, frame(f'dft_virial="{TENSOR}" dft_stress="{TENSOR}"'))
    np.testing.assert_allclose(data.labels(0).stress, -np.array([1, 2, 3, 4, 5, 6]) / 8)
    assert "dft_stress" in str(data.label_report())


def test_two_names_are_named_and_neither_is_taken(tmp_path):
    data = file(tmp_path, frame("pbe_energy=-1 hse_energy=-2"))
    assert np.isnan(data.energies).all()
    text = messages(data)
    assert "one of these could be it: pbe_energy (1), hse_energy (1)" in text
    assert "data: {keys: {energy: pbe_energy}}" in text
    assert "--key energy=pbe_energy" in text


def test_a_gradient_is_not_offered_as_forces(tmp_path):
    text = messages(file(tmp_path, frame("energy=-1", ":gradient:R:3", "1 2 3")))
    assert "gradient (1); a gradient of the energy is minus the forces" in text
    assert "forces: gradient" not in text


def test_names_that_change_between_configurations_are_two_names(tmp_path):
    data = file(tmp_path, frame("Energy=-1"), frame("dft_energy=-2"))
    assert np.isnan(data.energies).all()
    assert "Energy (1), dft_energy (1)" in messages(data)


def test_a_default_name_somewhere_is_not_mixed_with_another(tmp_path):
    data = file(tmp_path, frame("energy=-1"), frame("Energy=-2"))
    assert data.energies.tolist()[0] == -1.0
    assert np.isnan(data.energies[1])
    assert "1 of 2 configurations have no energy; this could be it: Energy (1)" in messages(data)


def test_different_levels_of_theory_are_not_mixed(tmp_path):
    data = file(tmp_path, frame("pbe_energy=-1", ":hse_forces:R:3", "1 2 3"))
    assert data.labels(0).energy is None
    assert data.labels(0).forces is None


@pytest.mark.parametrize("bad", ["word", "nan", '"1 2"', "T"])
def test_a_name_whose_value_is_bad_somewhere_is_only_a_candidate(tmp_path, bad):
    data = file(tmp_path, frame("dft_energy=-1"), frame(f"dft_energy={bad}"))
    assert np.isnan(data.energies).all()
    assert "dft_energy (2)" in messages(data)


def test_a_given_name_wins(tmp_path):
    text = frame("energy=-1 Energy=-2 dft_energy=-3")
    assert file(tmp_path, text, keys={"energy": "dft_energy"}).energies[0] == -3.0
    off = file(tmp_path, frame("Energy=-2"), keys={"energy": None})
    assert np.isnan(off.energies[0])
    assert off.label_report().candidates == {}


def test_default_names_win_and_the_others_are_listed(tmp_path):
    data = file(tmp_path, frame("energy=-1 dft_energy=-3"))
    assert data.energies[0] == -1.0
    assert "present, not used: dft_energy (1)" in str(data.label_report())


def test_energies_of_atoms_are_not_the_energy():
    atoms = Atoms("H", positions=[[0, 0, 0]])
    atoms.set_array("dft_energies", np.array([1.0]))
    assert pd.from_atoms([atoms]).labels(0).energy is None


def test_recognised_names_hold_for_atoms_in_memory_slices_and_sums():
    frames = [Atoms("H2", [[0, 0, 0], [0, 0, 1]], info={"Energy": float(i)}) for i in range(4)]
    data = pd.from_atoms(iter(frames))
    assert data[2:].energies.tolist() == [2.0, 3.0]
    plain = [Atoms("H", info={"energy": 7.0})]
    both = data + pd.from_atoms(plain)
    assert both.energies.tolist() == [0, 1, 2, 3, 7]
    assert [both.labels(i).energy for i in range(5)] == [0, 1, 2, 3, 7]


def test_sets_whose_recognised_names_would_clash_are_not_joined():
    first = pd.from_atoms([Atoms("H", info={"Energy": 1.0})])
    second = pd.from_atoms([Atoms("H", info={"energy": 1.0, "Energy": 2.0})])
    with pytest.raises(DataError, match="different label keys"):
        _ = first + second


def test_mixed_default_names_are_spoken_of(tmp_path):
    data = file(tmp_path, frame("energy=-1"), frame("REF_energy=-2"))
    assert "energy comes from several keys: energy (1), REF_energy (1)" in messages(data)


@given(st.text(max_size=80))
def test_any_name_is_read_quickly(name):
    found = label_name(name)
    assert found is None or found.quantity in (
        "energy",
        "free_energy",
        "forces",
        "stress",
        "virial",
    )


@pytest.mark.parametrize("key", ["energy=1", "Energy=1"])
def test_isolated_atoms_need_no_forces(tmp_path, key):
    single = f"1\n{key} config_type=IsolatedAtom\nSi 0 0 0\n"
    data = file(tmp_path, single, frame(key, ":forces:R:3", "1 2 3"))
    assert "no forces" not in messages(data)
