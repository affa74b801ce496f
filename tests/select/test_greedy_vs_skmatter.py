"""FPS and CUR choose the rows that scikit-matter chooses; greedy MAP those of LAPACK's QR."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.select import CUR, FPS, RBF, GreedyMAP


def rows(n, d, seed=0, decades=1.0):
    return np.random.default_rng(seed).normal(size=(n, d)) * np.logspace(0, -decades, d)


@pytest.mark.parametrize(("n", "d", "k"), [(40, 3, 40), (2000, 20, 150), (3000, 2, 300)])
@pytest.mark.parametrize("first", [0, 17])
def test_fps(n, d, k, first):
    from skmatter import sample_selection

    X = rows(n, d)
    theirs = sample_selection.FPS(n_to_select=k, initialize=first).fit(X)
    ours = FPS(k, initialize=first).fit(X)
    assert np.array_equal(ours.selected_idx_, theirs.selected_idx_)
    distances = np.sqrt(theirs.get_select_distance())
    np.testing.assert_allclose(ours.selection_.scores[1:], distances[1:], rtol=1e-6)


@pytest.mark.parametrize("m", [1, 2, 4])
def test_cur(m):
    from skmatter import sample_selection

    X = rows(500, 25)
    theirs = sample_selection.CUR(n_to_select=15, k=m).fit(X)
    assert np.array_equal(CUR(15, n_vectors=m).fit(X).selected_idx_, theirs.selected_idx_)


@pytest.mark.parametrize("decades", [0.0, 3.0, 13.0])
def test_greedy_map_is_qr_with_pivots(decades):
    from scipy.linalg import qr

    X = rows(700, 30, decades=decades)
    _, R, pivots = qr(X.T, mode="economic", pivoting=True)
    found = GreedyMAP(30).select(X)
    assert np.array_equal(found.indices, pivots[:30])
    np.testing.assert_allclose(found.scores, 2 * np.log(np.abs(np.diag(R))), atol=1e-8)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(3, 12), k=st.integers(1, 3))
def test_greedy_map_by_definition(seed, n, k):
    """Each choice has the largest determinant that one more row can give."""
    X = rows(n, 4, seed)
    L = RBF(1.0)(X, X)
    found = GreedyMAP(k, kernel=RBF(1.0)).select(X)
    for t in range(k):
        before = found.indices[:t].tolist()
        logs = [
            np.linalg.slogdet(L[np.ix_([*before, i], [*before, i])])[1] if i not in before
            else -np.inf for i in range(n)
        ]  # fmt: skip
        volume = np.linalg.slogdet(L[np.ix_(before, before)])[1] if t else 0.0
        assert logs[found.indices[t]] >= max(logs) - 1e-9
        np.testing.assert_allclose(found.scores[t], logs[found.indices[t]] - volume, atol=1e-8)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(600, 900), k=st.integers(2, 60))
def test_fps_by_definition(seed, n, k):
    """Lazy scores choose what an update of all rows after each choice would."""
    X = rows(n, 3, seed)
    found = FPS(k).select(X)
    nearest = np.full(n, np.inf)
    for t, i in enumerate(found.indices):
        if t:
            assert i == nearest.argmax()
            np.testing.assert_allclose(found.scores[t], np.sqrt(nearest[i]), rtol=1e-9)
        nearest = np.minimum(nearest, ((X - X[i]) ** 2).sum(axis=1))


def test_a_far_origin_does_not_blur_distances():
    X = rows(300, 3)
    assert np.array_equal(FPS(40).select(X + 1e6).indices, FPS(40).select(X).indices)
