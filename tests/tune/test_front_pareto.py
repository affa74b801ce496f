"""Non-dominated trials and hypervolumes, against brute force and Optuna."""

import itertools

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from potlearn.errors import TuneError
from potlearn.tune import hypervolume, pareto
from potlearn.tune.front.hypervolume import growth, reference_point


def tables(k, most=14):
    """Small whole numbers, so that ties are frequent, and missing values."""
    elements = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, np.nan, np.inf])
    return arrays(float, st.tuples(st.integers(0, most), st.just(k)), elements=elements)


any_table = st.integers(1, 4).flatmap(tables)


def brute_front(values):
    """Rows that no row dominates and that equal no row before them."""
    finite = np.isfinite(values).all(axis=1)
    mask = finite.copy()
    for i, j in itertools.permutations(np.flatnonzero(finite), 2):
        a, b = values[j], values[i]
        mask[i] &= not ((a <= b).all() and ((a < b).any() or j < i))
    return mask


def brute_volume(values, reference):
    """Cells of the grid of all coordinates that some point dominates."""
    values = values[np.isfinite(values).all(axis=1)]
    edges = [np.unique([*column, r]) for column, r in zip(values.T, reference, strict=True)]
    edges = [e[e <= r] for e, r in zip(edges, reference, strict=True)]
    total = 0.0
    for cell in itertools.product(*(range(len(e) - 1) for e in edges)):
        low = np.array([e[i] for e, i in zip(edges, cell, strict=True)])
        high = np.array([e[i + 1] for e, i in zip(edges, cell, strict=True)])
        total += np.prod(high - low) if (values <= low).all(axis=1).any() else 0.0
    return total


@settings(deadline=None)
@given(any_table)
def test_the_front_against_brute_force(values):
    assert pareto(values).tolist() == brute_front(values).tolist()


@settings(deadline=None)
@given(any_table)
def test_the_hypervolume_against_brute_force(values):
    reference = np.full(values.shape[1], 4.0)
    expected = brute_volume(values, reference)
    assert hypervolume(values, reference) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(any_table)
def test_growth_is_the_hypervolume_of_the_first_rows(values):
    reference = np.full(values.shape[1], 4.0)
    expected = [hypervolume(values[: i + 1], reference) for i in range(len(values))]
    assert growth(values, reference) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("k", [2, 3, 4])
def test_against_optuna(k):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    values = np.random.default_rng(k).gamma(2, size=(60, k))
    study = optuna.create_study(directions=["minimize"] * k)
    for row in values:
        study.add_trial(optuna.trial.create_trial(values=row.tolist()))
    front = [trial.number for trial in study.best_trials]
    assert np.flatnonzero(pareto(values)).tolist() == front
    reference = values.max(axis=0)
    figure = optuna.visualization.plot_hypervolume_history(study, reference.tolist())
    assert growth(values, reference) == pytest.approx(np.array(figure.data[0].y), rel=1e-10)


def test_equal_rows_count_once():
    assert pareto(np.array([[2, 1], [1, 2], [2, 1], [1, 2]])).tolist() == [True, True, False, False]


def test_missing_values_are_never_on_the_front():
    values = np.array([[np.nan, 0.0], [1.0, 1.0], [0.0, np.inf], [-np.inf, 0.0]])
    assert pareto(values).tolist() == [False, True, False, False]
    assert hypervolume(values, np.array([2.0, 2.0])) == 1.0


def test_the_usual_reference_is_not_moved_by_one_bad_trial():
    values = np.column_stack([np.arange(1.0, 101.0), np.arange(1.0, 101.0)])
    values[7] = 1e9, np.nan
    values[8] = 1e9, 1.0
    assert reference_point(values).tolist() == [97.0, 96.0]
    assert reference_point(values, 1.0).tolist() == [1e9, 100.0]
    assert reference_point(np.full((3, 2), np.nan)).tolist() == [1.0, 1.0]


def test_bad_tables():
    with pytest.raises(TuneError, match=r"table \(trials, objectives\)"):
        pareto(np.ones(3))
    with pytest.raises(TuneError, match="reference"):
        hypervolume(np.ones((3, 2)), np.ones(3))
    with pytest.raises(TuneError, match="not finite"):
        hypervolume(np.ones((3, 2)), np.array([1.0, np.inf]))
