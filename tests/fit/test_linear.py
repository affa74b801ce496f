"""fit_linear: recovery, one-body energies, masks, weights, workers."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from pair_descriptor import (
    PairDescriptor,
    PairPotential,
    configurations,
    crystal,
    isolated,
    labelled,
)

import potlearn as pl
from potlearn.errors import FitError, SpeciesError
from potlearn.fit import QR, FitSettings, Weights, fit_linear
from potlearn.runtime import Runtime

TRUTH = np.array([-5.0, 1.0, -2.0, 30.0, 4.0])
PAIR = PairDescriptor()


def joined(*parts):
    frames = [atoms for part in parts for atoms in part]
    return pl.from_atoms(frames)


@pytest.mark.parametrize("solver", ["qr", "svd", "evidence", "gcv", "cv"])
def test_recovers_the_truth(solver):
    result = fit_linear(configurations(), PAIR, FitSettings(solver=solver))
    np.testing.assert_allclose(result.coefficients, TRUTH[None], rtol=1e-6)
    assert result.n_rows == {"energy": 40, "forces": 40 * 24, "stress": 240}
    assert result.rmse()["all"]["forces"] < 1e-6
    assert result.columns[:2] == ("Si:one-body", "Si:power2")


@pytest.mark.parametrize(
    "weights",
    [Weights(forces=0.0, stress=0.0), Weights(energy=0.0, stress=0.0), Weights(stress=3.0)],
)
def test_each_quantity_alone(weights):
    e0 = "fitted" if weights.energy else {"Si": -5.0}
    result = fit_linear(configurations(), PAIR, FitSettings(weights=weights, solver="qr", e0=e0))
    np.testing.assert_allclose(result.coefficients, TRUTH[None], rtol=1e-6)
    assert (result.n_rows["stress"] > 0) == (weights.stress > 0)


def test_weighted_problem_equals_stacked_rows():
    """Noisy labels, groups with their own weights: numpy.linalg.lstsq of all rows."""
    data = configurations(noise=0.2, groups=("a", "b"))
    weights = Weights(50.0, 2.0, 0.3, groups={"b": {"forces": 7.0, "energy": 0.0}})
    result = fit_linear(data, PAIR, FitSettings(weights=weights, solver="qr", e0="fitted"))
    rows, targets = [], []
    for k, atoms in enumerate(data):
        design, labels, group = PAIR.rows(atoms), data.labels(k), data.groups[k]
        virial = -atoms.get_volume() * labels.stress
        for quantity, x, y in (
            ("energy", design.energy[None] / 8, np.array([labels.energy / 8])),
            ("forces", design.forces, labels.forces.ravel()),
            ("stress", design.virial / 8, virial / 8),
        ):
            scale = np.sqrt(weights.of(group, quantity))
            rows.append(scale * x)
            targets.append(scale * y)
    expected = np.linalg.lstsq(np.vstack(rows), np.concatenate(targets))[0]
    np.testing.assert_allclose(result.coefficients.ravel(), expected, rtol=1e-9)


def test_reference_is_taken_off():
    reference = PairPotential(PairDescriptor(n_features=6), (0.5, 1, 2, 3, 4, 5, 6))
    total = PairPotential(PairDescriptor(n_features=6), (-4.5, 2, 0, 33, 8, 5, 6))
    rng = np.random.default_rng(0)
    data = pl.from_atoms([labelled(crystal(rng), total) for _ in range(10)])
    result = fit_linear(data, PAIR, FitSettings(solver="qr"), reference=reference)
    np.testing.assert_allclose(result.coefficients, TRUTH[None], rtol=1e-7)


def test_isolated_atoms_fix_the_one_body_energy():
    data = joined(configurations(), [isolated("Si", -3.0)])
    result = fit_linear(data, PAIR)
    assert result.coefficients[0, 0] == -3.0
    assert not result.notes
    assert fit_linear(data, PAIR, FitSettings(e0={"Si": -7.5})).coefficients[0, 0] == -7.5
    free = fit_linear(
        data, PAIR, FitSettings(e0="fitted", solver="qr", weights=Weights(energy=1e-4))
    )
    assert -5.0 < free.coefficients[0, 0] < -3.0


def test_intercept_is_a_constant_per_atom():
    data = configurations(species=("Si", "C"), coefficients=(-5, 1, -2, 30, 4, -9, 2, 1, 0, 5))
    pair = PairDescriptor(("Si", "C"))
    shifted = {"Si": -7.0, "C": -11.0}
    result = fit_linear(data, pair, FitSettings(e0=shifted, intercept=True, solver="qr"))
    np.testing.assert_allclose(result.coefficients[:, 0], [-5.0, -9.0], rtol=1e-7)


def test_species_in_fixed_ratio_share_the_energy():
    """The count columns are collinear: fitted energies are of least norm, predictions right."""
    rng = np.random.default_rng(1)
    pair, truth = PairDescriptor(("Si", "C")), (-5, 1, -2, 30, 4, -9, 2, 1, 0, 5)
    frames = []
    for _ in range(40):
        atoms = crystal(rng, ("Si",))
        atoms.symbols = list(rng.permutation(["Si", "C"] * 4))
        frames.append(labelled(atoms, PairPotential(pair, truth)))
    result = fit_linear(pl.from_atoms(frames), pair)
    np.testing.assert_allclose(result.coefficients[:, 0].sum(), -14.0, rtol=1e-5)
    assert result.rmse()["all"]["energy"] < 1e-6
    assert any("depend on the others" in note for note in result.notes)


def test_auto_says_when_it_fits_the_one_body_energy():
    result = fit_linear(configurations(), PAIR)
    assert result.notes == ("fitted one-body energies: no isolated atom of Si",)


def test_missing_labels_are_left_out():
    rng = np.random.default_rng(2)
    truth = PairPotential(PAIR, tuple(TRUTH))
    mask = np.arange(8) < 3
    frames = [labelled(crystal(rng), truth) for _ in range(6)]
    frames[0] = labelled(frames[0], truth, forces=None, stress=None)
    frames[1] = labelled(frames[1], truth, energy=None)
    frames[2].arrays["force_mask"] = mask
    frames[2].calc.results["forces"][~mask] = 1e6
    result = fit_linear(pl.from_atoms(frames), PAIR, FitSettings(solver="qr"))
    np.testing.assert_allclose(result.coefficients, TRUTH[None], rtol=1e-6)
    assert result.n_rows == {"energy": 5, "forces": 4 * 24 + 9, "stress": 30}


def test_configuration_weights():
    data = configurations(n=30, noise=0.1)
    twice = joined(data, list(data)[:10])
    weights = np.where(np.arange(30) < 10, 2.0, 1.0)
    a = fit_linear(data, PAIR, FitSettings(configuration_weights=weights, solver="qr"))
    b = fit_linear(twice, PAIR, FitSettings(solver="qr"))
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=1e-9)
    part = fit_linear(data[:10], PAIR, FitSettings(solver="qr"))
    zeros = fit_linear(data, PAIR, FitSettings(configuration_weights=weights - 1.0, solver="qr"))
    np.testing.assert_allclose(zeros.coefficients, part.coefficients, rtol=1e-9)


def test_configuration_weights_of_each_quantity():
    data = configurations(n=30, noise=0.1)
    scaled = np.tile([2.0, 3.0, 0.0], (30, 1))
    a = fit_linear(data, PAIR, FitSettings(configuration_weights=scaled, solver="qr"))
    usual = Weights()
    weights = Weights(energy=2 * usual.energy, forces=3 * usual.forces, stress=0.0)
    b = fit_linear(data, PAIR, FitSettings(weights=weights, solver="qr"))
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=1e-9)


def test_same_bits_with_any_number_of_workers():
    data = configurations(n=200, noise=0.1)
    results = [
        fit_linear(data, PAIR, FitSettings(n_folds=3), runtime=Runtime(workers=w)) for w in (1, 2)
    ]
    assert np.array_equal(results[0].coefficients, results[1].coefficients)
    assert results[0].rmse() == results[1].rmse()


def test_groups_collapse_unless_kept_or_weighted():
    data = configurations(n=12, groups=("a", "b", "c"))
    alone = FitSettings(contradictions="keep")
    assert fit_linear(data, PAIR, alone).ledger.groups == ("*",)
    ledger = fit_linear(data, PAIR).ledger  # stress is compared with energies group by group
    assert {key.group for key in ledger.entries if key.quantity == "forces"} == {"*"}
    assert {key.group for key in ledger.entries if key.quantity == "stress"} == {"a", "b", "c"}
    assert fit_linear(data, PAIR, FitSettings(keep_groups=True)).ledger.groups == ("a", "b", "c")
    weights = Weights(groups={"b": {"forces": 2.0}})
    assert fit_linear(data, PAIR, replace(alone, weights=weights)).ledger.groups == ("*", "b")


def test_memory_does_not_grow_with_the_number_of_configurations():
    pair = PairDescriptor(n_features=60)
    data = configurations(n=270)

    def peak(n):
        tracemalloc.start()
        fit_linear(data[:n], pair)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    fit_linear(data[:10], pair)
    rows = 8 * 61 * 31
    assert peak(270) - peak(150) < 0.15 * 120 * rows


def test_progress_is_called():
    seen = []
    fit_linear(
        configurations(n=150),
        PAIR,
        runtime=Runtime(progress=lambda done, n: seen.append((done, n))),
    )
    assert seen[-1] == (150, 150)
    assert len(seen) > 1


def test_thin_lone_configuration():
    """One configuration, more columns than rows of any kind."""
    pair = PairDescriptor(n_features=40)
    result = fit_linear(configurations(n=1), pair)
    assert np.isfinite(result.coefficients).all()
    assert result.rmse()["all"]["forces"] < 0.1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"solver": "qr", "ridge": 1.0}, FitError, "not of 'qr'"),
        ({"solver": "none"}, FitError, "unknown solver"),
        ({"e0": "free"}, FitError, "e0 is 'free'"),
        ({"e0": "isolated"}, FitError, "no isolated atom with an energy of Si"),
        ({"e0": {"C": 1.0}}, FitError, "no one-body energy of Si"),
        ({"e0": {"Si": np.nan}}, FitError, "energy of Si is nan"),
        ({"intercept": True}, FitError, "intercept needs given"),
        ({"weights": Weights(groups={"md": {}})}, FitError, "group 'md'; the dataset has all"),
        ({"weights": Weights(0.0, 0.0, 0.0)}, FitError, "no rows"),
        ({"configuration_weights": [1.0]}, FitError, "expected 6 finite numbers"),
        ({"configuration_weights": [-1.0] * 6}, FitError, "expected 6 finite numbers"),
    ],
)
def test_bad_options(options, error, message):
    with pytest.raises(error, match=message):
        fit_linear(configurations(n=6), PAIR, FitSettings(**options))


def test_unknown_species_is_named_with_its_place():
    with pytest.raises(SpeciesError, match="element C"):
        fit_linear(configurations(n=3, species=("C",)), PAIR)


def test_empty_dataset():
    with pytest.raises(FitError, match="the dataset is empty"):
        fit_linear(configurations(n=3)[:0], PAIR)


def test_dataset_without_labels():
    frames = [crystal(np.random.default_rng(0))]
    with pytest.raises(FitError, match="no rows"):
        fit_linear(pl.from_atoms(frames), PAIR)


class Broken(PairDescriptor):
    def rows(self, atoms, neighbors=None, *, virial=True, threads=1):
        rows = super().rows(atoms, neighbors, virial=virial)
        rows.forces[3, 2] = np.nan
        return rows


def test_nan_in_a_design_row_names_the_configuration():
    with pytest.raises(FitError, match=r":0: NaN or Inf in a design row of forces"):
        fit_linear(configurations(n=3), Broken())


def test_solver_objects_are_taken():
    result = fit_linear(configurations(n=10), PAIR, FitSettings(solver=QR()))
    assert result.info.solver == "qr"
    assert fit_linear(configurations(n=10), PAIR, FitSettings(ridge=1e-6)).info.ridge == 1e-6


def test_excluded_labels_do_not_count():
    data = configurations(n=10, noise=0.2)
    exclude = [(0, "energy", -1), (0, "forces", -1), (0, "stress", -1), (3, "forces", 2)]
    result = fit_linear(data, PAIR, FitSettings(solver="qr", exclude=exclude))
    assert result.n_rows == {"energy": 9, "forces": 9 * 24 - 3, "stress": 54}
    frames = list(data)[1:]
    frames[2].arrays["force_mask"] = np.arange(8) != 2
    expected = fit_linear(pl.from_atoms(frames), PAIR, FitSettings(solver="qr"))
    np.testing.assert_allclose(result.coefficients, expected.coefficients, rtol=1e-9)
