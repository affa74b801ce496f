"""Coverage of made-up evaluations: shares, binomial intervals, widths, ranks."""

from dataclasses import replace

import numpy as np
import pytest
from evaluations import evaluation
from scipy.stats import binomtest, norm, spearmanr

from potlearn.metrics import LEVELS, QUANTITIES, Spreads, calibration_curve, coverage


def spread_like(made, seed=0, law=1.0):
    """Errors drawn from the deviations that the evaluation states, times ``law``."""
    rng = np.random.default_rng(seed)
    widths = {q: norm.ppf(0.5 + 0.5 * LEVELS) for q in QUANTITIES}
    stds = {
        "energy": rng.uniform(1e-3, 4e-3, made.energy_ref.shape),
        "forces": rng.uniform(0.01, 0.2, made.forces_ref.shape),
        "stress": rng.uniform(1e-4, 1e-3, made.stress_ref.shape),
    }
    predicted = {
        f"{q}_pred": getattr(made, f"{q}_ref") + law * s * rng.standard_normal(s.shape)
        for q, s in stds.items()
    }
    spreads = Spreads(**stds, gamma=np.ones(len(made.forces_ref)), widths=widths)
    return replace(made, **predicted, spreads=spreads)


def test_true_deviations_cover():
    made = spread_like(evaluation(n=400))
    found = coverage(made)
    assert next(iter(found)) == "all"
    assert set(found) == {"all", "bulk", "md", "surface", "vacancy"}
    for quantity in QUANTITIES:
        row = found["all"][quantity]
        for at, level in zip(row.at, (0.6827, 0.95), strict=True):
            assert at.level == pytest.approx(level, abs=1e-3)
            assert at.share == pytest.approx(level, abs=0.08)
            assert at.low < at.share < at.high
        assert row.rank > 0.2
        assert row.zero == 0
        curve = calibration_curve(made, quantity)
        np.testing.assert_allclose(curve[1], curve[0], atol=0.08)


def test_numbers_of_one_quantity():
    made = spread_like(evaluation(n=60))
    row = coverage(made)["all"]["forces"]
    errors = np.abs(made.forces_pred - made.forces_ref).ravel()
    stds = made.spreads.forces.ravel()
    assert (row.n, row.configurations) == (len(errors), 60)
    share = np.mean(errors <= stds)
    assert row.at[0].share == pytest.approx(share)
    assert row.width == pytest.approx(stds.mean())
    assert np.mean(errors <= row.constant) == pytest.approx(share, abs=2 / len(errors))
    assert row.rank == pytest.approx(spearmanr(stds, errors)[0])


@pytest.mark.parametrize("hits", [0, 1, 13, 40])
def test_intervals_are_those_of_a_binomial_share(hits):
    made = spread_like(evaluation(n=40))
    ratio = np.where(np.arange(40) < hits, 0.5, 1.5)
    made = replace(made, energy_pred=made.energy_ref + ratio * made.spreads.energy)
    at = coverage(made)["all"]["energy"].at[0]
    expected = binomtest(hits, 40).proportion_ci(0.95)
    assert (at.share, at.low, at.high) == pytest.approx((hits / 40, *expected), abs=1e-9)


def test_deviations_of_zero_are_left_out_and_counted():
    made = spread_like(evaluation(n=30))
    forces = made.spreads.forces.copy()
    forces[:5] = 0.0
    row = coverage(replace(made, spreads=replace(made.spreads, forces=forces)))["all"]["forces"]
    assert (row.n, row.zero) == (forces.size - 15, 15)
    nothing = replace(made, spreads=replace(made.spreads, forces=0 * forces))
    assert "forces" not in coverage(nothing)["all"]
    assert calibration_curve(nothing, "forces") is None


def test_what_has_no_label_or_deviation_has_no_row():
    made = spread_like(evaluation(n=30, labelled=("energy", "forces")))
    assert set(coverage(made)["all"]) == {"energy", "forces"}
    stress = replace(made.spreads, widths={"energy": made.spreads.widths["energy"]})
    assert set(coverage(replace(made, spreads=stress))["all"]) == {"energy"}
    assert coverage(replace(made, spreads=None)) == {}
    assert calibration_curve(replace(made, spreads=None), "energy") is None


def test_a_constant_deviation_has_no_rank():
    made = spread_like(evaluation(n=30))
    spreads = replace(made.spreads, energy=np.full(30, 1e-3))
    assert coverage(replace(made, spreads=spreads))["all"]["energy"].rank is None


def test_subsets_take_their_deviations_along():
    made = spread_like(evaluation(n=30))
    chosen = np.array([7, 3, 20])
    part, whole = made.subset(chosen), made.spreads
    np.testing.assert_array_equal(part.spreads.energy, whole.energy[chosen])
    own = np.concatenate([whole.forces[made.first[i] : made.first[i + 1]] for i in chosen])
    np.testing.assert_array_equal(part.spreads.forces, own)
    np.testing.assert_array_equal(part.spreads.stress, whole.stress[chosen])


def test_as_numbers_for_a_file():
    import json

    row = coverage(spread_like(evaluation(n=30)))["all"]["energy"].to_dict()
    assert set(row["coverage"]) == {"68", "95"}
    assert json.loads(json.dumps(row)) == row
