"""Evaluation of a potential on a dataset, and the file of its predictions."""

from __future__ import annotations

from types import SimpleNamespace

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from evaluations import Springs

import potlearn as pl
from potlearn.errors import DataError, SpeciesError
from potlearn.metrics import evaluate, metrics
from potlearn.potentials.pair import LennardJones

VOIGT = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """A crystal with all labels, a molecule with an energy, a crystal with forces on one atom."""
    rng = np.random.default_rng(0)
    full = bulk("Si", cubic=True)
    full.info |= {"REF_energy": 12.0, "REF_stress": np.arange(6) * 1e-3, "config_type": "bulk"}
    full.arrays["REF_forces"] = rng.standard_normal((8, 3))
    molecule = Atoms("Si2", [[0, 0, 0], [0, 0, 2.3]], info={"REF_energy": 3.0})
    partial = bulk("Si")
    partial.info["config_type"] = "partial"
    partial.arrays["REF_forces"] = rng.standard_normal((2, 3))
    partial.arrays["force_mask"] = np.array([True, False])
    monkeypatch.chdir(tmp_path)
    ase.io.write("some.extxyz", [full, molecule, partial])
    return pl.read("some.extxyz")


def test_evaluate_lays_out_labels_and_predictions(dataset):
    potential = Springs(stiffness=2.0)
    made = evaluate(potential, dataset)
    assert made.sources == ("some.extxyz:0", "some.extxyz:1", "some.extxyz:2")
    assert made.groups == ("bulk", "all", "partial")
    assert made.first.tolist() == [0, 8, 10, 12]
    assert made.energy_ref == pytest.approx([12 / 8, 3 / 2, np.nan], nan_ok=True)
    assert made.energy_pred[1] == pytest.approx(2.3**2 / 2)
    crystal = dataset[0]
    assert made.forces_pred[:8] == pytest.approx(-2 * crystal.positions)
    assert made.forces_ref[:8] == pytest.approx(dataset.labels(0).forces)
    assert np.isnan(made.forces_ref[8:10]).all()
    assert np.isfinite(made.forces_ref[10:]).tolist() == [[True] * 3, [False] * 3]


def test_stress_is_minus_virial_over_volume(dataset):
    made = evaluate(Springs(), dataset)
    crystal = dataset[0]
    virial = -(crystal.positions.T @ crystal.positions)[VOIGT]
    assert made.volumes[0] == pytest.approx(crystal.get_volume())
    assert made.stress_pred[0] == pytest.approx(-virial / crystal.get_volume())
    assert made.stress_ref[0] == pytest.approx(np.arange(6) * 1e-3)
    assert np.isnan(made.volumes[1])
    assert np.isnan(made.stress_pred[1]).all()


def test_counts_follow_partial_labels(dataset):
    counts = {q: m["n"] for q, m in metrics(evaluate(Springs(), dataset))["all"].items()}
    assert counts == {"energy": 2, "forces": 3 * 9, "stress": 6}


def test_progress_is_reported(dataset):
    calls = []
    evaluate(Springs(), dataset, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_an_empty_dataset_gives_an_empty_evaluation(dataset):
    made = evaluate(Springs(), dataset[:0])
    assert len(made) == 0
    assert made.forces_ref.shape == (0, 3)
    assert made.stress_ref.shape == (0, 6)
    assert metrics(made)["all"]["energy"]["n"] == 0


@pytest.mark.parametrize(
    ("quantity", "broken"),
    [
        ("energy", {"energy": np.nan}),
        ("forces", {"forces": np.full((8, 3), np.inf)}),
        ("stress", {"virial": np.full(6, np.nan)}),
    ],
)
def test_predictions_that_are_no_numbers_are_refused(dataset, quantity, broken):
    class Broken(Springs):
        def predict(self, atoms, neighbors=None):
            return SimpleNamespace(**vars(super().predict(atoms)) | broken)

    with pytest.raises(DataError, match=rf"some\.extxyz:0: the potential predicts {quantity}"):
        evaluate(Broken(), dataset)


def test_what_a_potential_refuses_is_named_by_its_source(dataset):
    oxygen = LennardJones(("O",), 5.0, epsilon=0.1, sigma=2.0)
    with pytest.raises(SpeciesError, match=r"some\.extxyz:0: element Si: the model knows O only"):
        evaluate(oxygen, dataset)
    far = LennardJones(("Si",), 100.0, epsilon=0.1, sigma=2.0)
    large = bulk("Si", cubic=True).repeat(4)
    large.info["energy"] = 0.0
    with pytest.raises(DataError, match=r"large:0: configuration of 512 atoms: about .* pairs"):
        evaluate(far, pl.from_atoms([large], name="large"))


def test_subset_takes_atoms_along(dataset):
    made = evaluate(Springs(), dataset)
    part = made.subset([2, 0])
    assert part.sources == ("some.extxyz:2", "some.extxyz:0")
    assert part.first.tolist() == [0, 2, 10]
    assert part.forces_pred[2:] == pytest.approx(made.forces_pred[:8])
    assert part.owner.tolist() == [0, 0, *[1] * 8]
    assert made.subset(np.array([False, True, False])).sources == ("some.extxyz:1",)


def test_predictions_file_holds_both_labels(dataset, tmp_path):
    made = evaluate(Springs(), dataset)
    made.to_extxyz(tmp_path / "predictions.extxyz", dataset)
    crystal, molecule, partial = ase.io.read(tmp_path / "predictions.extxyz", ":")
    assert crystal.info["REF_energy"] == 12
    assert crystal.info["pred_energy"] == pytest.approx(made.energy_pred[0] * 8)
    assert crystal.info["REF_stress"] == pytest.approx(made.stress_ref[0])
    assert crystal.info["pred_stress"] == pytest.approx(made.stress_pred[0])
    assert crystal.arrays["REF_forces"] == pytest.approx(made.forces_ref[:8], abs=1e-8)
    assert crystal.arrays["pred_forces"] == pytest.approx(made.forces_pred[:8], abs=1e-8)
    assert crystal.info["config_type"] == "bulk"
    assert crystal.info["source"] == "some.extxyz:0"
    assert "force_mask" not in crystal.arrays
    assert not molecule.info.keys() & {"REF_stress", "pred_stress"}
    assert "REF_forces" not in molecule.arrays
    assert "REF_energy" not in partial.info
    assert partial.arrays["force_mask"].tolist() == [True, False]


def test_predictions_file_reads_back_to_the_same_labels(dataset, tmp_path):
    made = evaluate(Springs(), dataset)
    made.to_extxyz(tmp_path / "predictions.extxyz", dataset)
    again = evaluate(Springs(), pl.read(tmp_path / "predictions.extxyz"))
    assert again.groups == made.groups
    for name in ("energy_ref", "forces_ref", "stress_ref", "energy_pred", "forces_pred"):
        assert getattr(again, name) == pytest.approx(getattr(made, name), abs=2e-8, nan_ok=True)


def test_predictions_of_another_dataset_are_refused(dataset, tmp_path):
    made = evaluate(Springs(), dataset)
    with pytest.raises(DataError, match=r"evaluation of 3 configurations with 12 atoms"):
        made.to_extxyz(tmp_path / "predictions.extxyz", dataset[:2])
