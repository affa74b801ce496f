"""Refits, held-out errors, sizes and curves of a small fit."""

from dataclasses import replace

import numpy as np
import pytest

import potlearn as pl
from potlearn.compress import (
    ByCost,
    Compression,
    Work,
    examples_of,
    ledger_of,
    pruned_fit,
)
from potlearn.errors import FitError
from potlearn.fit import FitSettings, fit_linear, solve_ledger


def test_a_refit_is_the_fit_of_the_pruned_descriptor(alloy, fit):
    result, descriptor = fit
    reduced = Compression(result, descriptor).fit(9)
    small = descriptor.prune(reduced.names)
    again = fit_linear(alloy, small, FitSettings(n_folds=4))
    found, pruned = pruned_fit(result, descriptor, reduced)
    assert pruned.feature_names == small.feature_names == reduced.names
    np.testing.assert_allclose(found.coefficients, again.coefficients, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.ledger.penalties, again.ledger.penalties)
    for name, error in again.rmse()["all"].items():
        assert found.rmse()["all"][name] == pytest.approx(error, rel=1e-6)


def test_the_pruned_ledger_solves_as_the_whole_one_with_these_columns(fit):
    result, descriptor = fit
    found, _ = pruned_fit(result, descriptor, Compression(result, descriptor).fit(7))
    settings = replace(result.settings, solver="ridge", ridge=1e-8)
    small, _ = solve_ledger(found.ledger, settings)
    whole, _ = solve_ledger(result.ledger, settings, columns=found.columns)
    np.testing.assert_allclose(small[small != 0], whole[whole != 0], rtol=1e-6)


def test_the_potential_runs_saves_and_equals_its_rows(alloy, fit, tmp_path):
    result, descriptor = fit
    compression = Compression(result, descriptor)
    reduced = compression.fit(6)
    potential = compression.potential(reduced)
    assert potential.descriptor.n_features == 6
    potential.save(tmp_path / "small.potl")
    loaded = pl.load(tmp_path / "small.potl")
    energies = [loaded.predict(a).energy / len(a) for a in alloy]
    labels = alloy.energies / alloy.n_atoms
    rmse = np.sqrt(np.mean((np.array(energies) - labels) ** 2))
    assert rmse == pytest.approx(compression.errors(reduced)["energy"], rel=1e-6)


def test_errors_on_a_test_set_are_those_of_its_potential(alloy, fit):
    result, descriptor = fit
    unseen = alloy.subset(np.arange(5))
    compression = Compression(result, descriptor, test=ledger_of(unseen, descriptor))
    found = compression.held_out(8)
    potential = compression.potential(compression.fit(8))
    from potlearn.metrics import evaluate, metrics

    expected = metrics(evaluate(potential, unseen))["all"]
    assert found["forces"] == pytest.approx(expected["forces"]["rmse"], rel=1e-6)
    assert compression.held_out_on == "test set"


def test_a_fold_sees_neither_functions_nor_coefficients(alloy, fit):
    _, descriptor = fit
    given = FitSettings(e0={"Cu": 0.0, "Au": 0.0}, contradictions="keep")
    result = fit_linear(alloy, descriptor, replace(given, n_folds=4))
    found = Compression(result, descriptor).held_out(8)
    squares, n = 0.0, 0
    for members in pl.k_folds(alloy, 4, seed=0):
        rest = alloy.subset(np.setdiff1d(np.arange(len(alloy)), members))
        part = fit_linear(rest, descriptor, given)
        part = replace(part, info=replace(part.info, ridge=result.info.ridge))
        own = Compression(part, descriptor)
        test = ledger_of(alloy.subset(np.sort(members)), descriptor)
        errors = test.rmse(own.fit(8).coefficients)["all"]
        squares += errors["forces"] ** 2 * test.count("forces")
        n += test.count("forces")
    assert found["forces"] == pytest.approx(np.sqrt(squares / n), rel=1e-3)


@pytest.mark.parametrize("method", ["backward", "omp", "pca"])
def test_all_functions_are_the_fit_itself(fit, method):
    result, descriptor = fit
    compression = Compression(result, descriptor, method)
    whole = compression.fit(compression.whole.most)
    for name, error in result.rmse()["all"].items():
        assert compression.errors(whole)[name] == pytest.approx(error, rel=0.05)


def test_the_smallest_size_is_within_the_loss_and_the_next_is_not(fit):
    result, descriptor = fit
    compression = Compression(result, descriptor)
    whole = compression.held_out(compression.whole.most)["forces"]
    size = compression.choose(0.5)
    assert compression.held_out(*size)["forces"] <= 1.5 * whole
    assert size.k == 1 or compression.held_out(size.k - 1)["forces"] > 1.5 * whole
    assert compression.choose(1e9).k == 1


def test_a_curve_by_error(alloy, fit):
    result, descriptor = fit
    curve = Compression(result, descriptor).curve(examples_of(alloy), sizes=(3, 10))
    assert curve.sizes == (3, 10, descriptor.n_features)
    assert curve.losses[-1] == 0
    assert curve.train[0]["forces"] > curve.train[-1]["forces"]
    assert [len(names) for names in curve.names] == list(curve.sizes)
    assert set(curve.names[0]) < set(curve.names[1])
    assert all(time > 0 for time in curve.times)
    heads, rows = curve.table()
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(heads)}


def test_directions_gain_no_speed(alloy, fit):
    result, descriptor = fit
    curve = Compression(result, descriptor, "pca").curve(examples_of(alloy), sizes=(5,))
    assert curve.what == "directions"
    assert curve.times[0] == curve.times[1]
    assert curve.names[0] == descriptor.feature_names


def test_choosing_by_cost_costs_less_at_the_same_loss(alloy, fit):
    result, descriptor = fit
    test = ledger_of(alloy, descriptor)
    work = Work.of(descriptor, examples_of(alloy))
    by_error = Compression(result, descriptor, test=test)
    by_cost = Compression(result, descriptor, ByCost(work), test=test)
    plain, cheap = by_error.choose(0.3), by_cost.choose(0.3)
    costs = [work.cost_of(c.fit(*s).names) for c, s in ((by_error, plain), (by_cost, cheap))]
    assert costs[1] <= costs[0]
    limited = by_cost.choose(0.3, most=5)
    assert limited.k <= 5
    curve = by_cost.curve(examples_of(alloy))
    assert curve.by == "cost"
    errors = [e["forces"] for e in curve.held_out[:-1]]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("k", [0, -3, 10**6])
def test_a_size_that_is_not_there(fit, k):
    result, descriptor = fit
    most = descriptor.n_features
    with pytest.raises(FitError, match=f"k is {k}; expected 1 to {most}, the number of functions"):
        Compression(result, descriptor).fit(k)


def test_fewer_rows_than_coefficients(alloy):
    descriptor = pl.ACE(("Cu", "Au"), cutoff=4.5, order=3, degree=8)
    result = fit_linear(alloy.subset(np.arange(2)), descriptor, FitSettings())
    with pytest.raises(FitError, match=r"rows for \d+ coefficients.*give more data"):
        Compression(result, descriptor)


def test_held_out_errors_need_something_held_out(alloy, fit):
    _, descriptor = fit
    result = fit_linear(alloy, descriptor, FitSettings())
    with pytest.raises(FitError, match="need a test set, or a ledger of at least two folds"):
        Compression(result, descriptor).held_out(5)
