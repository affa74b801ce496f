"""Rows that symmetry makes equally good: the first is chosen, whatever rounding says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectors_under_test import CASES, groups

from potlearn.select import DIRECT, FPS, Hierarchical, KMeans, KMedoids
from potlearn.select.ties import TIE, first_largest, first_of_groups, first_smallest, in_order

# Of equally good trees of clusters scikit-learn takes one by rounding.
TREES = {"hdbscan"}
# Axes of equal variance, and with them single singular vectors, are determined by rounding; so are
# seeds and clusters of scikit-learn where many rows are equally far from each other.
AXES = {"cur", "deim", "direct", "direct of two", "kdpp rbf", "kmeans", "kmedoids", "maxvol"}
GREEDY = ["cur", "deim", "entropy", "fps", "map", "map imq", "map rbf", "maxvol", "pivoted qr"]


def mirrored(seed):
    """Pairs of rows that are mirror images of each other: 0 and 1, 2 and 3, ..."""
    X = np.random.default_rng(seed).normal(size=(30, 6)) * np.linspace(1.0, 2.0, 6)
    return np.stack([X, X * [-1, 1, 1, 1, 1, 1]], axis=1).reshape(60, 6)


def star(seed):
    """Equally long rows along the axes, and shorter ones."""
    far = 3.0 * np.vstack([np.eye(6), -np.eye(6)])
    return np.vstack([far, 0.5 * np.random.default_rng(seed).normal(size=(20, 6))])


def grid(seed):
    """Points of a cube in any order: most distances are equal to many others."""
    axes = np.meshgrid(*3 * [np.arange(-1.0, 2.0)], indexing="ij")
    points = np.stack(axes, axis=-1).reshape(-1, 3)
    return points[np.random.default_rng(seed).permutation(len(points))]


def same_to_rounding(X, case, rng):
    """Matrices of which a selector says that they are the same."""
    yield X * (1.0 + 1e-15 * rng.uniform(-1, 1, size=X.shape))
    if case.moves:
        yield X + 0.3 * rng.normal(size=X.shape[1])
    if case.turns:
        yield X @ np.linalg.qr(rng.normal(size=(X.shape[1], X.shape[1])))[0]


def chosen(case, X, k):
    return case.make(k).select(X, groups(len(X))).indices


NAMES = sorted(set(CASES) - TREES)
# The cube's rank is below the size that is expected of the DPP.
DATA = [(name, rows) for name in NAMES for rows in (mirrored, star)]
DATA += [(name, grid) for name in sorted(set(NAMES) - AXES - {"dpp"})]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "rows"), DATA)
def test_rounding_does_not_choose(name, rows, seed):
    X, case = rows(seed), CASES[name]
    expected = chosen(case, X, 4 if len(X.T) > 3 else 3)
    for same in same_to_rounding(X, case, np.random.default_rng(seed)):
        assert np.array_equal(chosen(case, same, len(expected)), expected)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", GREEDY)
def test_the_first_of_two_mirror_images_comes_first(name, seed):
    X, case = mirrored(seed), CASES[name]
    for same in same_to_rounding(X, case, np.random.default_rng(seed)):
        indices = chosen(case, same, 5)
        assert indices[0] % 2 == 0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("make", [KMeans, KMedoids, DIRECT])
def test_the_first_row_of_a_cluster_of_two(make, seed):
    """Both are equally far from the mean."""
    rng = np.random.default_rng(seed)
    X = np.repeat(100.0 * np.eye(4), 2, axis=0) + rng.normal(size=(8, 4))
    found = make(4).select(X).indices
    if make is KMedoids:  # whose first medoids are drawn
        assert np.array_equal(np.sort(found // 2), np.arange(4))
    else:
        assert np.array_equal(np.sort(found), [0, 2, 4, 6])


@pytest.mark.parametrize("chunk_size", [16, 40, 1000])
def test_ties_in_other_chunks_count(chunk_size):
    """The first of equally far rows is found in whichever chunk it is."""
    X = np.tile(mirrored(1), (40, 1))
    noisy = X * (1.0 + 1e-15 * np.random.default_rng(0).uniform(-1, 1, size=X.shape))
    found = Hierarchical(FPS(20), chunk_size=chunk_size).select(noisy).indices
    assert np.array_equal(found, FPS(20).select(X).indices)
    assert found.max() < 60


def test_no_tie_is_seen_where_there_is_none():
    values = np.array([1.0, 1.0 + 2 * TIE, 1.0 + 8 * TIE])
    assert first_largest(values) == 2
    assert first_smallest(values) == 0
    assert in_order(values[::-1]).tolist() == [2, 1, 0]


def test_terms_that_cancel_make_ties_wider():
    values = np.array([1.0, 1.0 + 8 * TIE])
    assert first_largest(values, 10.0) == 0
    assert in_order(values[::-1], 10.0).tolist() == [0, 1]


def test_scores_that_are_rounding_are_told_apart():
    """Else the first row of all would be chosen, whatever it is."""
    assert first_largest(np.array([0.0, 1e-17, 3e-17]), 1.0) == 2
    assert first_largest(np.array([-np.inf, 2.0, np.inf, np.inf])) == 2
    assert first_largest(np.full(3, -np.inf)) == 0


@given(
    values=st.lists(st.integers(1, 9), min_size=1, max_size=30),
    errors=st.integers(0, 2**32 - 1),
    size=st.sampled_from([0.0, 3.0]),
)
def test_rounding_errors_change_nothing(values, errors, size):
    exact = np.array(values, float)
    noise = np.random.default_rng(errors).uniform(-1, 1, size=len(exact))
    computed = exact + 1e-15 * noise * (np.abs(exact) + size)
    assert first_largest(computed, size) == exact.argmax()
    assert first_smallest(computed, size) == exact.argmin()
    assert np.array_equal(in_order(computed, size), np.argsort(exact, kind="stable"))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=40))
def test_first_of_groups(pairs):
    groups, values = np.array(pairs).T
    noisy = values * (1.0 + 1e-15 * (-1.0) ** np.arange(len(values)))
    found, first = first_of_groups(noisy, groups)
    expected = {g: min(v for h, v in pairs if h == g) for g in groups.tolist()}
    assert found.tolist() == sorted(expected)
    assert first.tolist() == [pairs.index((g, expected[g])) for g in found.tolist()]
