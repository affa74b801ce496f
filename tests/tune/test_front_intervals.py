"""Bootstrap intervals of a front: against metrics.bootstrap and a plain loop; what is refused."""

import numpy as np
import pytest
from evaluations import evaluation

from potlearn.errors import DataError
from potlearn.metrics import MEASURES, bootstrap
from potlearn.tune.front.intervals import bootstrap as of_front

N = 30


def errors_and_counts(seed=0, trials=(0, 5)):
    rng = np.random.default_rng(seed)
    counts = 3.0 * rng.integers(1, 20, N)
    arrays, values = {}, []
    for trial in trials:
        e = rng.gamma(2, 0.05, N)
        arrays |= {f"trial_{trial:04d}/forces": e, f"trial_{trial:04d}/forces_n": counts}
        values.append(float(counts @ e / counts.sum()))
    return arrays, values


def test_each_draw_is_the_mean_over_its_configurations():
    """The same configurations for every trial, weighted by their numbers of components."""
    arrays, values = errors_and_counts()
    found = of_front(arrays, (0, 5), {"forces_mae": values}, draws=200, seed=3)
    drawn = np.random.default_rng(3).integers(0, N, size=(200, N))
    for i, trial in enumerate((0, 5)):
        e, n = arrays[f"trial_{trial:04d}/forces"], arrays[f"trial_{trial:04d}/forces_n"]
        expected = [(n[d] @ e[d]) / n[d].sum() for d in drawn]
        assert found.samples["forces_mae"][:, i] == pytest.approx(np.array(expected), rel=1e-10)
    sample = found.samples["forces_mae"]
    uncertain = found.uncertain("forces_mae", 0, values[0])
    assert (uncertain.low, uncertain.high) == tuple(np.quantile(sample[:, 0], (0.025, 0.975)))
    assert uncertain.error == pytest.approx(sample[:, 0].std(ddof=1))
    difference = sample[:, 0] - sample[:, 1]
    assert found.error_of_difference("forces_mae", 0, 1) == pytest.approx(difference.std(ddof=1))


def test_intervals_agree_with_those_of_the_metrics():
    found = evaluation(60, atoms=(2, 9), seed=1)
    forces = found.values("forces")
    sums = [np.bincount(forces.configuration, w) for w in (np.abs(forces.error), forces.error**2)]
    n = np.bincount(forces.configuration).astype(float)
    arrays = {"trial_0000/forces": sums[0] / n, "trial_0000/forces_sq": sums[1] / n}
    values = {f"forces_{m}": [MEASURES[m](forces)] for m in ("mae", "rmse")}
    resampled = of_front({**arrays, "trial_0000/forces_n": n}, (0,), values, draws=4000)
    expected = bootstrap(found, n=4000)["all"]["forces"]
    for measure in ("mae", "rmse"):
        uncertain = resampled.uncertain(f"forces_{measure}", 0, 0.0)
        assert (uncertain.low, uncertain.high) == pytest.approx(expected[measure], rel=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a.pop("trial_0005/forces_n"), "trial_0005/forces_n: missing"),
        (lambda a: a.update({"trial_0005/forces": np.ones(3)}), r"expected \(30,\)"),
        (
            lambda a: a.update({"trial_0000/forces": a["trial_0000/forces"] * 1e3}),
            "not of one study",
        ),
        (lambda a: a["trial_0000/forces"].__setitem__(2, -1.0), "below 0"),
    ],
)
def test_arrays_that_do_not_fit(change, words):
    arrays, values = errors_and_counts()
    change(arrays)
    with pytest.raises(DataError, match=words):
        of_front(arrays, (0, 5), {"forces_mae": values})


def test_what_has_no_interval():
    arrays, values = errors_and_counts()
    found = of_front(arrays, (0, 5), {"force_time": [1.0, 2.0], "forces_mae": values})
    assert found.uncertain("force_time", 0, 1.0).low is None
    assert np.isnan(found.error_of_difference("force_time", 0, 1))
    partly = of_front(arrays, (0, 7), {"forces_mae": [values[0], 0.3]})
    assert partly.uncertain("forces_mae", 0, values[0]).low is not None
    assert partly.uncertain("forces_mae", 1, 0.3).low is None
