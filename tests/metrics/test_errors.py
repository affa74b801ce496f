"""Error measures against scikit-learn, and what must not change them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from evaluations import evaluation
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from potlearn.metrics import bootstrap, force_cosines, metrics

MEASURES = {"mae", "mse", "rmse", "rsq", "cov", "max", "n"}
QUANTITIES = ("energy", "forces", "stress")


def assert_same(one, other):
    """Two results agree up to the order of summation."""
    assert one.keys() == other.keys()
    for group, quantities in one.items():
        for quantity, numbers in quantities.items():
            for name, number in numbers.items():
                expected = other[group][quantity][name]
                assert number == expected or number == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("group", ["all", "bulk", "vacancy"])
def test_measures_agree_with_scikit_learn(quantity, group):
    made = evaluation()
    ours = metrics(made)[group][quantity]
    chosen = [group in ("all", name) for name in made.groups]
    part = made.subset(np.flatnonzero(chosen))
    y = getattr(part, f"{quantity}_ref").ravel()
    p = getattr(part, f"{quantity}_pred").ravel()
    theirs = {
        "mae": oracle.mean_absolute_error(y, p),
        "mse": oracle.mean_squared_error(y, p),
        "rmse": oracle.root_mean_squared_error(y, p),
        "rsq": oracle.r2_score(y, p),
        "max": oracle.max_error(y, p),
        "cov": np.cov(y, p, ddof=0)[0, 1],
        "n": y.size,
    }
    assert {k: v for k, v in ours.items() if k != "mean_cos"} == pytest.approx(theirs, rel=1e-12)


def test_the_shape_of_the_result_is_the_documented_one():
    result = metrics(evaluation(n=20))
    assert set(result) == {"all", "bulk", "md", "surface", "vacancy"}
    for quantities in result.values():
        assert tuple(quantities) == QUANTITIES
        assert set(quantities["energy"]) == set(quantities["stress"]) == MEASURES
        assert set(quantities["forces"]) == MEASURES | {"mean_cos"}
    json.dumps(result, allow_nan=False)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12))
def test_the_order_of_configurations_does_not_matter(seed, n):
    made = evaluation(n=n, atoms=(1, 5), seed=seed)
    order = np.random.default_rng(seed).permutation(n)
    assert_same(metrics(made), metrics(made.subset(order)))


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), factor=st.floats(1e-2, 1e2))
def test_units_scale_the_measures(seed, factor):
    made = evaluation(n=8, atoms=(1, 5), seed=seed)
    scaled = replace(
        made, **{f"{q}_{k}": factor * getattr(made, f"{q}_{k}") for q in ("energy", "stress")
                 for k in ("ref", "pred")}
    )  # fmt: skip
    power = {"mae": 1, "rmse": 1, "max": 1, "mse": 2, "cov": 2, "rsq": 0, "n": 0}
    for quantity in ("energy", "stress"):
        expected = {k: v * factor ** power[k] for k, v in metrics(made)["all"][quantity].items()}
        assert metrics(scaled)["all"][quantity] == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_mse_is_variances_covariance_and_bias(seed):
    made = evaluation(n=9, atoms=(1, 6), seed=seed)
    for quantity, ours in metrics(made)["all"].items():
        values = made.values(quantity)
        y, p = values.reference, values.prediction
        parts = y.var() + p.var() - 2 * ours["cov"] + (p.mean() - y.mean()) ** 2
        assert ours["mse"] == pytest.approx(parts, rel=1e-6, abs=1e-14)


def test_one_group_of_everything_equals_all():
    made = evaluation(n=30, groups=("bulk",))
    result = metrics(made)
    assert result["bulk"] == result["all"]
    whole = evaluation(n=30)
    assert metrics(replace(whole, groups=("all",) * 30)) == {"all": metrics(whole)["all"]}


def test_groups_are_separate():
    made = evaluation(n=40)
    worse = made.forces_pred + 5.0 * (np.array(made.groups)[made.owner] == "md")[:, None]
    before, after = metrics(made), metrics(replace(made, forces_pred=worse))
    assert after["md"]["forces"]["mae"] > before["md"]["forces"]["mae"] + 4
    assert after["bulk"] == before["bulk"]


def test_unlabelled_components_do_not_count():
    made = evaluation(n=20, atoms=(3, 9))
    forces = made.forces_ref.copy()
    forces[::3] = np.nan
    energy = made.energy_ref.copy()
    energy[:5] = np.nan
    partial = metrics(replace(made, forces_ref=forces, energy_ref=energy))["all"]
    kept = np.isfinite(forces)
    error = made.forces_pred[kept] - forces[kept]
    assert partial["forces"]["n"] == kept.sum()
    assert partial["forces"]["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-12)
    assert partial["energy"]["n"] == 15


def test_what_is_not_defined_is_null():
    one = metrics(evaluation(n=1, atoms=(1, 2), labelled=("energy",)))["all"]
    assert one["energy"]["n"] == 1
    assert one["energy"]["rsq"] is None
    assert one["energy"]["cov"] == 0
    assert one["stress"] == dict.fromkeys(MEASURES - {"n"}) | {"n": 0}
    assert one["forces"] == dict.fromkeys((MEASURES | {"mean_cos"}) - {"n"}) | {"n": 0}
    flat = replace(evaluation(n=4), energy_ref=np.full(4, -5.1))
    assert metrics(flat)["all"]["energy"]["rsq"] is None


def test_force_cosines_by_hand():
    made = evaluation(n=1, atoms=(5, 6))
    reference = [[1, 0, 0], [0, 2, 0], [0, 0, 3], [0.009, 0, 0], [np.nan] * 3]
    predicted = [[5, 0, 0], [0, -1, 0], [0, 0, 0], [-1, 0, 0], [1, 1, 1]]
    made = replace(made, forces_ref=np.array(reference), forces_pred=np.array(predicted, float))
    cosines, atoms = force_cosines(made)
    assert cosines.tolist() == [1, -1, 0]
    assert atoms.tolist() == [0, 1, 2]
    assert metrics(made)["all"]["forces"]["mean_cos"] == 0
    assert len(force_cosines(made, threshold=1e-3)[0]) == 4


def test_an_unknown_quantity_is_refused():
    with pytest.raises(ValueError, match="'dipole'; expected one of energy, forces, stress"):
        evaluation(n=2).values("dipole")


def test_bootstrap_intervals_hold_the_estimate_and_repeat():
    made = evaluation(n=60)
    intervals, numbers = bootstrap(made, n=400, seed=3), metrics(made)
    for group, quantities in intervals.items():
        for quantity, measures in quantities.items():
            for name, (low, high) in measures.items():
                assert low < numbers[group][quantity][name] < high
    assert intervals == bootstrap(made, n=400, seed=3)
    assert intervals != bootstrap(made, n=400, seed=4)


def test_bootstrap_agrees_with_resampling_whole_configurations():
    made = evaluation(n=25, atoms=(1, 20), groups=("bulk",))
    rng = np.random.default_rng(0)
    error = made.forces_pred - made.forces_ref
    blocks = [error[a:b].ravel() for a, b in zip(made.first, made.first[1:], strict=False)]
    samples = [
        np.abs(np.concatenate([blocks[i] for i in rng.integers(0, 25, 25)])).mean()
        for _ in range(4000)
    ]
    expected = np.quantile(samples, (0.025, 0.975))
    ours = bootstrap(made, n=4000)["all"]["forces"]["mae"]
    width = expected[1] - expected[0]
    assert ours == pytest.approx(expected, abs=0.08 * width)


def test_bootstrap_interval_shrinks_with_the_number_of_configurations():
    def width(n):
        low, high = bootstrap(evaluation(n=n, groups=("bulk",)))["all"]["energy"]["mae"]
        return high - low

    assert width(1600) == pytest.approx(width(100) / 4, rel=0.35)


def test_bootstrap_covers_the_truth_about_95_percent_of_the_time():
    truth = metrics(evaluation(n=40_000, atoms=(1, 2), groups=("bulk",)))["all"]["energy"]["mae"]
    inside = 0
    for seed in range(200):
        made = evaluation(n=60, atoms=(1, 2), groups=("bulk",), seed=1000 + seed)
        low, high = bootstrap(made, n=300, seed=seed)["all"]["energy"]["mae"]
        inside += low <= truth <= high
    assert 0.88 <= inside / 200 <= 0.99


def test_bootstrap_of_one_configuration_says_nothing():
    intervals = bootstrap(evaluation(n=1, labelled=("energy",)))["all"]
    assert intervals["energy"] == intervals["stress"] == {"mae": None, "rmse": None}


def test_bootstrap_draws_only_configurations_with_the_label():
    made = evaluation(n=50, groups=("bulk",))
    stress = np.full_like(made.stress_ref, np.nan)
    stress[:10] = made.stress_ref[:10]
    sparse = replace(made, stress_ref=stress)
    low, high = bootstrap(sparse, n=500)["all"]["stress"]["mae"]
    alone = bootstrap(made.subset(np.arange(10)), n=500, seed=7)["all"]["stress"]["mae"]
    assert (low, high) == pytest.approx(alone, rel=0.2)
