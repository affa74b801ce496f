"""What inspect reports."""

from __future__ import annotations

import json

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from configurations import crystal, label

import potlearn.data as pd
from potlearn.errors import DataError


def findings(frames, kind, **options):
    result = pd.inspect(pd.from_atoms(frames, name="m"), **options)
    return [finding for finding in result.findings if finding.kind == kind]


def changed(atoms, **results):
    """A copy with other labels."""
    atoms = atoms.copy()
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def scaled(atoms, energy=1.0, forces=1.0, stress=1.0):
    """A copy in other units."""
    old = atoms.calc.results
    return changed(
        atoms,
        energy=energy * old["energy"],
        forces=forces * old["forces"],
        stress=stress * old["stress"],
    )


@pytest.fixture(scope="module")
def run():
    """Consecutive configurations of one cell, as of a simulation."""
    rng = np.random.default_rng(5)
    start, end = rng.normal(0, 0.15, (2, 32, 3))
    frames = []
    for t in np.linspace(0, 1, 10):
        atoms = crystal(repeat=2, amplitude=0.0)
        atoms.positions += (1 - t) * start + t * end
        frames.append(label(atoms))
    return frames


@pytest.fixture(scope="module")
def strained():
    """The same crystal under growing strain."""
    return [crystal(strain=x, amplitude=0.0) for x in np.linspace(-0.05, 0.05, 12)]


def test_statistics(run, strained, tmp_path):
    ase.io.write(tmp_path / "a.extxyz", run)
    ase.io.write(tmp_path / "b.extxyz", strained)
    result = pd.inspect(pd.read([tmp_path / "a.extxyz", tmp_path / "b.extxyz"]))
    assert (result.n_configurations, result.n_atoms) == (22, 10 * 32 + 12 * 4)
    assert result.species == {"Ar": 368}
    assert list(result.files.values()) == [10, 12]
    assert result.periodicity == {"TTT": 22}
    group = result.groups["all"]
    assert (group.n_energy, group.n_forces, group.n_stress) == (22, 22, 22)
    assert group.atoms == (4, 32)
    assert group.force_slope == pytest.approx(1.0, abs=0.05)
    assert group.stress_slope == pytest.approx(1.0, abs=0.05)
    assert group.max_force == pytest.approx(
        max(np.linalg.norm(a.get_forces(), axis=1).max() for a in run), abs=1e-7
    )
    distances = [a.get_all_distances(mic=True)[np.triu_indices(len(a), 1)].min() for a in run]
    assert result.shortest["Ar-Ar"] == pytest.approx(min(distances), abs=1e-7)
    assert result.thinnest_cell == pytest.approx(5.3 * 0.95)
    assert group.density[0] == pytest.approx(4 * 39.95 / (5.3 * 1.05) ** 3 * 1.66054, rel=1e-4)
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["labels"]["found"]["energy"]


def test_clean_data_has_no_warning(run, strained):
    result = pd.inspect(pd.from_atoms([*run, *strained]), cutoff=5.5)
    assert [f for f in result.findings if f.severity != "info"] == []


def test_atoms_too_close():
    atoms = Atoms("HO", [[0, 0, 0], [0, 0, 0.25]])
    (found,) = findings([atoms], "too_close")
    assert (found.severity, found.source) == ("error", "m:0")
    assert found.value == pytest.approx(0.25)
    assert "H-O 0.250 Å apart; expected at least 0.3 Å" in found.message


def test_exact_duplicate(run):
    (found,) = findings([run[0], run[1], run[0]], "duplicate")
    assert found.source == "m:0"
    assert "identical to m:2" in found.message


def moved(atoms):
    """The same crystal, shifted, turned and with its atoms in another order."""
    results = atoms.calc.results
    order = np.random.default_rng(1).permutation(len(atoms))
    atoms = atoms[order]
    atoms.translate([0.7, 0.1, 0.3])
    atoms.wrap()
    atoms.rotate(33, (1, 2, 3), rotate_cell=True)
    return changed(atoms, energy=results["energy"])


def test_equivalent_configurations(run):
    (found,) = findings([run[0], run[1], moved(run[0])], "equivalent")
    assert found.value == 1.0
    assert not findings([run[0], run[1], moved(run[0])], "duplicate")


def test_equivalent_configurations_with_other_energy(run):
    other = moved(run[0])
    other.calc.results["energy"] += 3.2
    (found,) = findings([run[0], run[1], other], "inconsistent_energy")
    assert (found.source, found.value) == ("m:2", pytest.approx(0.1))
    assert "same geometry as m:0" in found.message


FORCE_UNITS = [
    ({"energy": 1 / 27.2114}, "Hartree"),
    ({"energy": 23.06}, "kcal/mol"),
    ({"energy": 96.485}, "kJ/mol"),
    ({"forces": 1 / 51.4221}, "Hartree/Bohr"),
    ({"forces": -1.0}, "opposite sign"),
    ({"forces": 1 / 3.0}, "energies do not follow the forces"),
]


@pytest.mark.parametrize(("factors", "word"), FORCE_UNITS)
def test_mixed_units_of_energy_and_forces(run, factors, word):
    (found,) = findings([scaled(atoms, **factors) for atoms in run], "units")
    assert found.severity == "warning"
    assert "suspicious units" in found.message
    assert word in found.message


STRESS_UNITS = [
    (1602.1766, "looks like kbar"),
    (160.21766, "looks like GPa"),
    (-1602.1766, "kbar with the opposite sign"),
    (-1.0, "opposite sign (expected: positive under tension)"),
]


@pytest.mark.parametrize(("factor", "word"), STRESS_UNITS)
def test_stress_in_other_units(strained, factor, word):
    (found,) = findings([scaled(atoms, stress=factor) for atoms in strained], "units")
    assert word in found.message


def test_stress_in_kbar_without_neighbouring_configurations(run):
    (found,) = findings([scaled(run[0], stress=1602e2)], "units")
    assert "Is it in kbar (1602 times larger)" in found.message


def test_energy_outlier(run):
    frames = [scaled(atoms) for atoms in run] + [changed(run[0], energy=5.0)]
    frames[-1].positions += 0.01 * np.arange(96).reshape(32, 3)
    (found,) = findings(frames, "energy_outlier")
    assert found.source == "m:10"
    assert "robust standard deviations" in found.message


def test_forces_that_do_not_sum_to_zero_and_large_ones(run):
    forces = run[0].get_forces()
    forces[3] += [0.0, 60.0, 0.0]
    frames = [run[1], changed(run[0], energy=0.0, forces=forces)]
    (net,) = findings(frames, "net_force")
    assert (net.source, net.value) == ("m:1", pytest.approx(60.0))
    (large,) = findings(frames, "large_force")
    assert large.source == "m:1"


def test_missing_labels_and_mixed_keys(run):
    bare = run[1].copy()
    named = run[2].copy()
    named.info["REF_energy"] = -1.0
    frames = [run[0], bare, named]
    (mixed,) = findings(frames, "mixed_keys")
    assert "energy (1), REF_energy (1)" in mixed.message
    missing = findings(frames, "missing_label")
    assert [f.message for f in missing] == [
        "1 of 3 configurations have no energy",
        "2 of 3 configurations have no forces",
        "2 of 3 configurations have no stress",
    ]
    assert [f.severity for f in missing] == ["warning", "warning", "info"]


def test_clusters_with_few_neighbors():
    dimer = Atoms("Ar2", [[0, 0, 0], [0, 0, 3.8]])
    (found,) = findings([dimer], "few_neighbors")
    assert "fewer than 7 neighbours within 5 Å" in found.message
    assert not findings([Atoms("Ar")], "few_neighbors")


def test_isolated_atoms():
    (absent,) = findings([crystal()], "no_isolated_atom")
    assert "no isolated atom (group IsolatedAtom) for Ar" in absent.message
    (present,) = findings([crystal(), changed(Atoms("Ar"), energy=-2.0)], "isolated_atom")
    assert present.value == -2.0
    two = [changed(Atoms("Ar"), energy=e) for e in (-2.0, -3.0)]
    (conflict,) = findings(two, "isolated_atom")
    assert conflict.severity == "error"
    assert "m:1: isolated Ar has -3.0 eV, another one -2.0 eV" in conflict.message


def test_placeholder_stress_and_stress_with_vacuum():
    slab = crystal()
    slab.center(vacuum=8.0, axis=2)
    slab = changed(slab, energy=0.0, stress=np.zeros(6))
    (zero,) = findings([slab], "zero_stress")
    assert "exactly zero in 1 configurations" in zero.message
    (vacuum,) = findings([slab], "stress_with_vacuum")
    assert vacuum.severity == "info"


def test_many_findings_of_a_kind_are_counted():
    frames = [Atoms("H2", [[0, 0, 0], [0, 0, 0.1 + 0.01 * k]]) for k in range(9)]
    found = findings(frames, "too_close", max_findings=4)
    assert len(found) == 5
    assert found[-1].message == "5 more of this kind"


def test_findings_can_be_added_and_the_gravest_come_first(run):
    result = pd.inspect(pd.from_atoms(run))
    extra = pd.Finding("error", "label_outlier", "m:3", "leave-one-out residual", 9.0)
    assert result.with_findings([extra]).findings[0] == extra


def test_nothing_to_inspect(run):
    with pytest.raises(DataError, match="nothing to inspect"):
        pd.inspect(pd.from_atoms(run)[:0])
