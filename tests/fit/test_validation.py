"""Cross-validation from factors equals cross-validation by fitting again."""

from dataclasses import replace

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, configurations, isolated

import potlearn as pl
from potlearn.errors import FitError
from potlearn.fit import FitSettings, Ridge, Weights, cross_validate, fit_linear, search
from potlearn.fit.diagnose.validation import weight_candidates

PAIR = PairDescriptor()
WEIGHTS = Weights(energy=100.0, forces=1.0, stress=0.1)


def test_equals_fits_without_each_fold():
    data = configurations(n=30, noise=0.3, groups=("a", "b"))
    result = fit_linear(
        data,
        PAIR,
        FitSettings(weights=WEIGHTS, solver="qr", e0={"Si": -5.0}, n_folds=3, keep_groups=True),
    )
    validation = cross_validate(result.ledger, result.settings)
    squares, n = 0.0, 0
    for fold, members in enumerate(pl.k_folds(data, 3, seed=0)):
        rest = np.setdiff1d(np.arange(30), members)
        fit = fit_linear(
            data.subset(rest), PAIR, FitSettings(weights=WEIGHTS, solver="qr", e0={"Si": -5.0})
        )
        np.testing.assert_allclose(
            validation.coefficients[fold], fit.coefficients.ravel(), rtol=1e-8
        )
        for k in members:
            error = PAIR.rows(data[k]).forces @ fit.coefficients.ravel()
            squares += np.sum((error - data.labels(k).forces.ravel()) ** 2)
            n += error.size
    np.testing.assert_allclose(validation.rmse["all"]["forces"], np.sqrt(squares / n), rtol=1e-8)
    assert set(validation.rmse) == {"all", "a", "b"}
    assert len(validation.folds) == 3


def test_one_penalty_is_that_of_the_whole_fit():
    data = configurations(n=30, noise=0.3)
    result = fit_linear(data, PAIR, FitSettings(weights=WEIGHTS, n_folds=3))
    one = cross_validate(result.ledger, result.settings, one_penalty=True)
    given = replace(result.settings, ridge=result.info.ridge)
    np.testing.assert_array_equal(
        one.coefficients, cross_validate(result.ledger, given).coefficients
    )


def test_isolated_atoms_are_in_every_fit():
    data = pl.from_atoms([*configurations(n=10), isolated("Si", -5.0)])
    result = fit_linear(data, PAIR, FitSettings(e0="fitted", solver="qr", n_folds=2))
    assert result.ledger.folds == (-1, 0, 1)
    validation = cross_validate(result.ledger, result.settings)
    assert validation.rmse["all"]["energy"] < 1e-8


def test_search_finds_the_better_penalty_and_weights():
    pair = PairDescriptor(n_features=20)
    data = configurations(n=12, noise=1.0)
    result = fit_linear(data, pair, FitSettings(n_folds=4))
    penalties = [Ridge(r) for r in (1e-12, 1e-4, 1e3)]
    trials = search(result.ledger, [replace(result.settings, solver=s) for s in penalties])
    assert [t.score for t in trials] == sorted(t.score for t in trials)
    assert trials[0].settings.solver == Ridge(1e-4)
    weights = weight_candidates(result.settings, energy=(1.0, 1e6), stress=(0.0, 0.01))
    trials = search(result.ledger, weights)
    assert len(trials) == 4
    by_energy = {t.settings.weights.energy: t.validation.rmse["all"]["energy"] for t in trials}
    assert by_energy[1e6] < by_energy[1.0]


@pytest.mark.parametrize(
    ("n_folds", "solver", "message"),
    [
        (0, "qr", "at least two folds"),
        (3, "cv", "cannot be cross-validated"),
    ],
)
def test_misuse(n_folds, solver, message):
    result = fit_linear(configurations(n=10), PAIR, FitSettings(n_folds=n_folds))
    with pytest.raises(FitError, match=message):
        cross_validate(result.ledger, replace(result.settings, solver=solver))


def test_search_without_candidates():
    result = fit_linear(configurations(n=10), PAIR, FitSettings(n_folds=2))
    with pytest.raises(FitError, match="at least one candidate"):
        search(result.ledger, [])
