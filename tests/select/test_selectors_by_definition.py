"""Selectors against their definitions: brute force on few rows, and separate blobs."""

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.errors import TooFewError
from potlearn.select import (
    DBSCAN,
    DEIM,
    DIRECT,
    HDBSCAN,
    Entropy,
    Hierarchical,
    KMeans,
    KMedoids,
    MaxVol,
    PivotedQR,
    Random,
    SetCover,
    Stratified,
    extrapolation_grade,
)
from potlearn.select.clusters import kmeans
from potlearn.select.sampling.quotas import quotas


def rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(2, 1, d)


def blobs(sizes=(40, 20, 12, 8), spread=0.05, seed=0):
    """Rows around far corners, and the blob of each."""
    rng = np.random.default_rng(seed)
    centres = 10.0 * np.eye(len(sizes))
    labels = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(labels))
    X = centres[labels] + spread * rng.normal(size=(len(labels), len(sizes)))
    return X[order], labels[order]


def test_deim_by_definition():
    X = rows(30, 8)
    U = np.linalg.svd(X, full_matrices=False)[0][:, :6]
    found = DEIM(6).select(X)
    p = []
    for j in range(6):
        inside = U[:, :j] @ np.linalg.solve(U[p, :j], U[p, j]) if j else 0.0
        residual = np.abs(U[:, j] - inside)
        p.append(int(residual.argmax()))
        np.testing.assert_allclose(found.scores[j], residual.max(), rtol=1e-10)
    assert found.indices.tolist() == p


def test_pivoted_qr_of_singular_vectors():
    from scipy.linalg import qr

    X = rows(50, 9)
    U = np.linalg.svd(X, full_matrices=False)[0][:, :5]
    _, R, pivots = qr(U.T, mode="economic", pivoting=True)
    found = PivotedQR(5).select(X)
    assert np.array_equal(found.indices, pivots[:5])
    np.testing.assert_allclose(found.scores, np.abs(np.diag(R)), rtol=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_maxvol_is_dominant(seed):
    """No exchange of a row gains more than the tolerance; the best volume is not far."""
    X = rows(10, 4, seed)
    chosen = MaxVol(4, tolerance=1e-6).select(X).indices
    assert np.abs(X @ np.linalg.inv(X[chosen])).max() <= 1 + 1e-5
    best = max(abs(np.linalg.det(X[list(s)])) for s in combinations(range(10), 4))
    assert abs(np.linalg.det(X[chosen])) >= best / 3


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_maxvol_above_the_rank_adds_the_largest_volume(seed):
    X = rows(12, 3, seed)
    square, more = MaxVol(3).select(X).indices, MaxVol(6).select(X).indices
    assert np.array_equal(more[:3], square)
    for t in range(3, 6):
        left = [i for i in range(12) if i not in more[:t]]
        volumes = [np.linalg.det(X[[*more[:t], i]].T @ X[[*more[:t], i]]) for i in left]
        assert more[t] == left[int(np.argmax(volumes))]


def test_extrapolation_grade():
    chosen = np.array([[2.0, 0.0], [0.0, 1.0]])
    X = np.array([[1.0, 0.5], [2.0, 1.0], [6.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(extrapolation_grade(X, chosen), [0.5, 1.0, 3.0, 0.0])
    data = rows(60, 5)
    active = data[MaxVol(5, tolerance=1e-3).select(data).indices]
    assert extrapolation_grade(data, active).max() <= 1.001
    assert extrapolation_grade(10 * data, active).max() > 5


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), k=st.integers(2, 5))
def test_entropy_by_definition(seed, k):
    X, h = rows(14, 3, seed), 1.3
    found = Entropy(k, bandwidth=h).select(X)
    for t in range(1, k):
        chosen = found.indices[:t]
        squares = ((X[:, None] - X[None, chosen]) ** 2).sum(-1)
        information = -np.log(np.exp(-squares / (2 * h**2)).sum(axis=1))
        information[chosen] = -np.inf
        np.testing.assert_allclose(found.scores[t], information.max(), rtol=1e-9)
        np.testing.assert_allclose(information[found.indices[t]], information.max(), rtol=1e-9)


def test_entropy_of_far_rows_does_not_underflow():
    X = rows(30, 3)
    found = Entropy(10, bandwidth=1e-3).select(X)
    assert np.isfinite(found.scores[1:]).all()
    assert (np.diff(found.scores) < 0).all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_set_cover_is_near_the_best_radius(k):
    X = rows(16, 2, seed=4)
    D = np.sqrt(((X[:, None] - X[None]) ** 2).sum(-1))
    found = SetCover(k).select(X)
    radius = D[found.indices].min(axis=0).max()
    best = min(D[list(s)].min(axis=0).max() for s in combinations(range(16), k))
    assert best <= radius <= 2 * best
    np.testing.assert_allclose(found.scores.sum(), 1.0)


def test_set_cover_fills_with_the_farthest():
    X, _ = blobs((5, 5), spread=0.0)
    X[0] += 0.5
    found = SetCover(3).select(X)
    assert len({tuple(x) for x in X[found.indices]}) == 3


def test_set_cover_states_its_limit():
    with pytest.raises(ValueError, match="at most 5000 rows; got 5001: wrap it in Hierarchical"):
        SetCover(3).select(np.zeros((5001, 1)))


@pytest.mark.parametrize("make", [KMeans, KMedoids, DIRECT])
def test_one_row_of_every_blob(make):
    X, labels = blobs()
    found = make(4).select(X)
    assert sorted(labels[found.indices]) == [0, 1, 2, 3]
    shares = dict(zip(labels[found.indices], found.scores, strict=True))
    assert shares == pytest.approx({0: 0.5, 1: 0.25, 2: 0.15, 3: 0.1})


def test_kmeans_takes_the_row_nearest_to_each_centre():
    X, labels = blobs()
    found = KMeans(4).select(X).indices
    for i in found:
        members = X[labels == labels[i]]
        distances = np.linalg.norm(members - members.mean(axis=0), axis=1)
        assert np.linalg.norm(X[i] - members.mean(axis=0)) == pytest.approx(distances.min())


def test_kmeans_in_passes(monkeypatch):
    """From the centres of a sample, iterations over all rows end as good as scikit-learn's."""
    from sklearn.cluster import KMeans as Whole

    monkeypatch.setattr(kmeans, "MIN_SAMPLE", 60)
    monkeypatch.setattr(kmeans, "SAMPLE", 1)
    X = rows(900, 3)
    found = Hierarchical(KMeans(12), chunk_size=100).select(X)
    whole = Whole(12, n_init=1, random_state=0).fit(X)

    def cost(centres):
        return ((X[:, None] - centres[None]) ** 2).sum(-1).min(axis=1).sum()

    nearest = ((X[:, None] - whole.cluster_centers_[None]) ** 2).sum(-1).argmin(axis=0)
    assert cost(X[found.indices]) < 1.1 * cost(X[nearest])
    np.testing.assert_allclose(found.scores.sum(), 1.0)
    assert np.array_equal(KMeans(12).select(X).indices, found.indices)


def test_kmeans_in_passes_tells_empty_clusters(monkeypatch):
    monkeypatch.setattr(kmeans, "MIN_SAMPLE", 10)
    X = np.repeat(rows(5, 3), 200, axis=0)
    with pytest.raises(TooFewError, match="rows fall into 5 clusters only") as caught:
        KMeans(8).select(X)
    assert caught.value.available == 5


def test_kmedoids_are_the_best_of_their_clusters():
    X = rows(60, 2)
    found = KMedoids(4).select(X).indices
    D = np.sqrt(((X[:, None] - X[None]) ** 2).sum(-1))
    labels = D[found].argmin(axis=0)
    for j, i in enumerate(found):
        members = np.flatnonzero(labels == j)
        assert i == members[D[np.ix_(members, members)].sum(axis=0).argmin()]


@pytest.mark.parametrize("make", [partial(DBSCAN, eps=0.5), HDBSCAN])
@pytest.mark.parametrize(
    ("allocation", "expected"),
    [("proportional", [10, 5, 3, 2]), ("equal", [5, 5, 5, 5]), ("root", [8, 5, 4, 3])],
)
def test_draws_from_every_cluster(make, allocation, expected):
    X, labels = blobs()
    found = make(20, allocation=allocation).select(X)
    assert np.bincount(labels[found.indices]).tolist() == expected


@pytest.mark.parametrize("make", [partial(DBSCAN, eps=0.5), HDBSCAN])
def test_noise_is_kept_or_not(make):
    X, _ = blobs()
    X = np.vstack([X, [[100.0, 0, 0, 0]], [[0.0, -200, 0, 0]]])
    assert {80, 81} <= set(make(82).select(X).indices.tolist())
    without = make(80, keep_noise=False).select(X).indices
    assert {80, 81}.isdisjoint(without.tolist())
    with pytest.raises(TooFewError, match="only 80 rows are in clusters") as caught:
        make(81, keep_noise=False).select(X)
    assert caught.value.available == 80


def test_all_noise():
    X = rows(12, 3)
    with pytest.raises(TooFewError, match="only 0 rows are in clusters"):
        DBSCAN(3, eps=1e-6, keep_noise=False).select(X)
    assert len(DBSCAN(3, eps=1e-6).select(X)) == 3


def test_dbscan_labels_are_those_of_scikit_learn():
    from sklearn.cluster import DBSCAN as SCIKIT

    X = rows(80, 2)
    expected = SCIKIT(eps=0.4, min_samples=4).fit(X).labels_
    assert np.array_equal(DBSCAN(3, eps=0.4, min_samples=4).clusters(X), expected)


@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    part=st.floats(0, 1),
    allocation=st.sampled_from(["proportional", "equal", "root"]),
)
def test_quotas_are_complete_and_possible(sizes, part, allocation):
    k = round(part * sum(sizes))
    given_out = quotas(sizes, k, allocation)
    assert given_out.sum() == k
    assert (given_out >= 0).all()
    assert (given_out <= np.array(sizes)).all()


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=8), part=st.floats(0, 1))
def test_proportional_quotas_are_within_one(sizes, part):
    k = round(part * sum(sizes))
    assert (np.abs(quotas(sizes, k, "proportional") - k * np.array(sizes) / sum(sizes)) < 1).all()


def test_stratified_draws_by_group():
    X, labels = blobs()
    found = Stratified(20).select(X, labels)
    assert np.bincount(labels[found.indices]).tolist() == [10, 5, 3, 2]
    np.testing.assert_allclose(found.scores, 0.25)
    names = [("melt", "bulk", "slab", "dimer")[j] for j in labels]
    assert len(Stratified(20, allocation="equal").select(X, names)) == 20


def test_random_is_uniform():
    counts = np.zeros(10)
    for seed in range(2000):
        counts[Random(3, random_state=seed).select(np.zeros((10, 1))).indices] += 1
    assert (np.abs(counts / 2000 - 0.3) < 4.5 * np.sqrt(0.3 * 0.7 / 2000)).all()
