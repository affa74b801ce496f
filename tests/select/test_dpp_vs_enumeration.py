"""Draws and inclusion probabilities of DPPs against enumeration of all subsets."""

from itertools import combinations

import numpy as np
import pytest
from subsets import dpp, inclusion, k_dpp, p_value

from potlearn.errors import SelectionError, TooFewError
from potlearn.select import DPP, KDPP, RBF, InclusionSampling
from potlearn.select.determinantal import ensemble as ensembles

DRAWS = 100_000


def rows(n, d, seed=0, spread=1.0):
    """Rows with columns of falling size."""
    return np.random.default_rng(seed).normal(size=(n, d)) * np.logspace(0, -spread, d)


def with_duplicates():
    X = rows(5, 3, seed=3)
    return np.vstack([X, X[1], X[1], X[4]])


def gaussian(X, Y):
    return np.exp(-0.5 * ((X[:, None] - Y[None]) ** 2).sum(-1))


def gram(X, kernel):
    """Kernel matrix, from its definition."""
    if kernel == "cosine":
        X = X / np.linalg.norm(X, axis=1)[:, None]
    return X @ X.T if kernel in ("linear", "cosine") else gaussian(X, X)


# Low rank, full rank, rank below the number of columns, k equal to the rank, a constant column.
CASES = {
    "dual": (rows(8, 4), "linear", 3),
    "k equal to rank": (rows(9, 3), "linear", 3),
    "duplicates": (with_duplicates(), "linear", 3),
    "more columns than rows": (rows(6, 11), "cosine", 4),
    "full kernel": (rows(7, 3), RBF(1.0), 3),
    "function": (rows(7, 2), gaussian, 2),
}
CASES["constant column"] = (np.hstack([rows(8, 3), np.full((8, 2), 2.0)]), "linear", 4)


@pytest.mark.parametrize(
    ("name", "n_draws"),
    [("duplicates", DRAWS), ("full kernel", DRAWS), ("dual", 20_000), ("k equal to rank", 20_000)],
)
def test_frequencies_of_subsets(name, n_draws):
    X, kernel, k = CASES[name]
    sampler, rng = KDPP(k, kernel=kernel).sampler(X), np.random.default_rng(7)
    draws = [sampler.draw(rng) for _ in range(n_draws)]
    assert p_value(draws, k_dpp(gram(X, kernel), k)) > 1e-3


@pytest.mark.parametrize("name", CASES)
def test_inclusion_probabilities(name):
    X, kernel, k = CASES[name]
    expected = inclusion(k_dpp(gram(X, kernel), k), len(X))
    found = KDPP(k, kernel=kernel).inclusion_probabilities(X)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_scores_are_inclusion_probabilities(name):
    X, kernel, k = CASES[name]
    chosen = KDPP(k, kernel=kernel, random_state=3).select(X)
    pi = KDPP(k, kernel=kernel).inclusion_probabilities(X)
    np.testing.assert_allclose(chosen.scores, pi[chosen.indices], atol=1e-12)


def test_precomputed_kernel_is_the_same():
    X = rows(8, 3)
    expected = KDPP(3, kernel=RBF(1.0), random_state=5).select(X)
    found = KDPP(3, kernel="precomputed", random_state=5).select(gaussian(X, X))
    assert np.array_equal(found.indices, expected.indices)


def test_dpp_frequencies_of_subsets():
    X = rows(6, 3, spread=0.5)
    sampler, rng = DPP().sampler(X), np.random.default_rng(8)
    assert p_value([sampler.draw(rng) for _ in range(DRAWS // 4)], dpp(X @ X.T)) > 1e-3


@pytest.mark.parametrize("kernel", ["linear", RBF(1.0)])
def test_dpp_inclusion_probabilities(kernel):
    X = rows(7, 4)
    expected = inclusion(dpp(gram(X, kernel)), len(X))
    found = DPP(kernel=kernel).inclusion_probabilities(X)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("size", [0.5, 2.0, 3.9])
def test_dpp_of_an_expected_size(size):
    X = rows(30, 4)
    pi = DPP(expected_size=size).inclusion_probabilities(X)
    np.testing.assert_allclose(pi.sum(), size, rtol=1e-9)


@pytest.mark.parametrize("size", [0.0, 4.0, -1.0, np.nan])
def test_dpp_of_an_impossible_size(size):
    with pytest.raises(SelectionError, match=r"expected_size is .* a number above 0"):
        DPP(expected_size=size).select(rows(30, 4))


def test_eigenvalues_over_many_decades():
    X = rows(8, 5, spread=12.0)
    pi = KDPP(5).inclusion_probabilities(X)
    L = X @ np.diag(np.logspace(0, 24, 5)) @ X.T  # volumes of all columns scale alike
    np.testing.assert_allclose(pi, inclusion(k_dpp(L, 5), 8), atol=1e-3)
    np.testing.assert_allclose(pi.sum(), 5, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-120, 1e120])
def test_scale_of_the_rows_does_not_matter(scale):
    X = rows(40, 6)
    expected = KDPP(4).select(X)
    found = KDPP(4).select(X * scale)
    assert np.array_equal(found.indices, expected.indices)


@pytest.mark.parametrize(
    ("X", "kernel", "rank"),
    [
        (rows(9, 3), "linear", 3),
        (with_duplicates(), "linear", 3),
        (with_duplicates(), RBF(1.0), 5),
        (np.ones((6, 4)), "linear", 1),
        (np.ones((6, 4)), RBF(1.0), 1),
    ],
)
def test_k_above_the_rank(X, kernel, rank):
    KDPP(rank, kernel=kernel).select(X)
    with pytest.raises(TooFewError, match=f"above the rank of the kernel, {rank}") as caught:
        KDPP(rank + 1, kernel=kernel).select(X)
    assert caught.value.available == rank


@pytest.mark.parametrize("X", [np.zeros((5, 3)), np.zeros((5, 5))])
def test_a_kernel_of_zeros(X):
    with pytest.raises(SelectionError, match="the kernel is zero for all rows"):
        KDPP(2, kernel="linear" if X.shape[1] == 3 else "precomputed").select(X)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.diag([1.0, -1.0, 2.0]), "not positive semidefinite"),
        (np.ones((3, 2)), "square matrix; got 3 x 2"),
        (np.triu(np.ones((3, 3))), "must be symmetric"),
    ],
)
def test_precomputed_matrices_that_are_no_kernel(matrix, message):
    with pytest.raises(SelectionError, match=message):
        KDPP(1, kernel="precomputed").select(matrix)


@pytest.mark.parametrize("length", [1.0, 0.05])
def test_nystroem_of_all_rows_is_the_full_kernel(monkeypatch, length):
    """With a triangle that is nearly singular, and with one that is nearly the identity."""
    X, kernel = rows(60, 3), RBF(length)
    expected = KDPP(5, kernel=kernel).inclusion_probabilities(X)
    monkeypatch.setattr(ensembles, "FULL_KERNEL", 10)
    found = KDPP(5, kernel=kernel, rank=60).inclusion_probabilities(X)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    few = KDPP(5, kernel=kernel, rank=30).inclusion_probabilities(X)
    np.testing.assert_allclose(few.sum(), 5, rtol=1e-9)


def test_nystroem_by_definition(monkeypatch):
    """Inclusion probabilities are those of the approximated kernel matrix."""
    X, kernel = rows(9, 3), RBF(0.7)
    monkeypatch.setattr(ensembles, "FULL_KERNEL", 5)
    found = KDPP(3, kernel=kernel, rank=4, random_state=2).inclusion_probabilities(X)
    best = min(
        np.abs(found - inclusion(k_dpp(approximation(X, kernel, list(s)), 3), 9)).max()
        for s in combinations(range(9), 4)
    )
    assert best < 1e-10


def approximation(X, kernel, landmarks):
    K = kernel(X, X[landmarks])
    return K @ np.linalg.solve(K[landmarks], K.T)


def test_systematic_sampling_keeps_inclusion_probabilities():
    X = rows(10, 4)
    pi = KDPP(3).inclusion_probabilities(X)
    counts = np.zeros(10)
    for seed in range(1000):
        counts[InclusionSampling(3, random_state=seed).select(X).indices] += 1
    error = np.sqrt(pi * (1 - pi) / 1000)
    assert (np.abs(counts / 1000 - pi) < 4.5 * error + 1e-12).all()
