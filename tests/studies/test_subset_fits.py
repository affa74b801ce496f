"""Fits of subsets from stored rows, against fits from the configurations themselves."""

from dataclasses import replace

import numpy as np
import pytest
from alloys import ACE

import potlearn as pl
from potlearn.errors import DataError, FitError
from potlearn.fit import FitSettings, Ridge, RowStore, fit_linear, store_rows
from potlearn.runtime import Runtime
from potlearn.studies import SubsetFits


def fits(dataset, store, **options):
    return SubsetFits.of(dataset, ACE, store, FitSettings(**{"e0": "fitted", **options}))


@pytest.mark.parametrize("solver", ["evidence", "gcv", Ridge(1e-6)])
@pytest.mark.parametrize("grouped", [False, True])
def test_a_subset_is_fitted_as_if_it_were_all(dataset, store, solver, grouped):
    groups = {"hot": {"energy": 10.0, "forces": 0.5}} if grouped else {}
    weights = pl.Weights(groups=groups)
    chosen = np.random.default_rng(0).permutation(len(dataset))[:25]
    found = fits(dataset, store, weights=weights, solver=solver).fit(chosen)
    expected = fit_linear(
        dataset.subset(chosen), ACE, FitSettings(weights=weights, solver=solver, e0="fitted")
    )
    np.testing.assert_allclose(
        found.coefficients, expected.coefficients.ravel(), rtol=1e-6, atol=1e-9
    )
    assert found.n_rows == expected.n_rows


def test_errors_are_those_of_the_potential(dataset, store):
    subsets = fits(dataset, store, solver=Ridge(1e-6))
    train, test = np.arange(0, 60, 2), np.arange(1, 60, 2)
    fit = subsets.fit(train)
    errors = subsets.held_out(test).errors(fit.coefficients)
    potential = pl.LinearPotential(ACE, fit.coefficients.reshape(2, -1))
    expected = pl.metrics.metrics(pl.evaluate(potential, dataset.subset(test)))["all"]
    for quantity in ("energy", "forces"):
        for measure in ("mae", "rmse"):
            found = errors[f"{quantity}_{measure}"]
            assert found == pytest.approx(expected[quantity][measure], rel=1e-8)


def test_a_reference_potential_is_taken_off(dataset, tmp_path):
    reference = pl.ZBL(ACE.species, 0.8, 2.6)
    store = store_rows(dataset, ACE, tmp_path, reference=reference)
    chosen = np.arange(30)
    found = fits(dataset, store, solver=Ridge(1e-6)).fit(chosen)
    expected = fit_linear(
        dataset[:30], ACE, FitSettings(solver="ridge", ridge=1e-6, e0="fitted"), reference=reference
    )
    np.testing.assert_allclose(found.coefficients, expected.coefficients.ravel(), rtol=1e-6)


def test_the_condition_number_is_that_of_the_scaled_rows(dataset, store):
    weights = pl.Weights()
    subsets = fits(dataset, store, weights=weights)
    parts = []
    for quantity in ("energy", "forces", "stress"):
        X, _, _ = store.subset(range(60), quantity)
        parts.append(np.sqrt(weights.of("", quantity)) * X)
    rows = np.concatenate(parts)
    scaled = rows / np.linalg.norm(rows, axis=0)
    values = np.linalg.svd(scaled, compute_uv=False)
    rank = np.linalg.matrix_rank(scaled)
    # Pair functions Cu-Ag and Ag-Cu give the same energies.
    assert subsets.rank == rank < len(values)
    whole = subsets.fit(np.arange(60)).condition
    assert whole == pytest.approx(values[0] / values[rank - 1], rel=1e-6)
    few = subsets.fit(np.arange(1)).condition
    assert few == pytest.approx(1 / (len(values) * np.finfo(float).eps), rel=1e-6)


def test_rows_are_made_once_and_by_any_number_of_workers(dataset, store, tmp_path):
    seen = []
    again = store_rows(
        dataset, ACE, store.folder, runtime=Runtime(progress=lambda *done: seen.append(done))
    )
    assert seen == [(60, 60)]
    assert again.finished == store.finished
    other = store_rows(dataset, ACE, tmp_path / "two", runtime=Runtime(workers=2))
    np.testing.assert_array_equal(other.read(0, 60), store.read(0, 60))
    assert RowStore.open(tmp_path / "two").content == store.content
    with pytest.raises(FitError, match="belongs to another fit"):
        store_rows(dataset[:30], ACE, tmp_path / "two")


def test_an_interrupted_store_goes_on(dataset, store, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "potlearn.fit.rows.store.chunks_of", lambda *_: ((0, 20), (20, 40), (40, 60))
    )

    def interrupt(done, total):
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_rows(dataset, ACE, tmp_path, runtime=Runtime(progress=interrupt))
    seen = []
    whole = store_rows(
        dataset, ACE, tmp_path, runtime=Runtime(progress=lambda done, _: seen.append(done))
    )
    assert seen == [60]
    np.testing.assert_array_equal(whole.read(0, 60), store.read(0, 60))


def test_what_cannot_be_fitted_is_told(dataset, store):
    with pytest.raises(FitError, match="without folds"):
        fits(dataset, store, solver="cv")
    nothing = fits(dataset, store)
    none = replace(nothing.settings, weights=pl.Weights(energy=0, forces=0, stress=0))
    nothing = replace(nothing, settings=none)
    with pytest.raises(FitError, match="no rows"):
        nothing.fit(np.arange(3))
    with pytest.raises(FitError, match="no isolated atom"):
        fits(dataset, store, e0="isolated")


def test_held_out_is_what_a_split_tests_on(dataset):
    for kind, split in (
        ("random", pl.random_split),
        ("stratified", pl.stratified_split),
        ("grouped", pl.grouped_split),
    ):
        _, test = split(dataset, test=0.3, seed=5)
        found = pl.data.held_out(dataset, kind, 0.3, seed=5)
        assert [dataset.source(i) for i in found] == [test.source(i) for i in range(len(test))]
    with pytest.raises(DataError, match="expected one of random, stratified, grouped"):
        pl.data.held_out(dataset, "odd", 0.3)
