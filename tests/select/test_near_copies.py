"""Rows that are copies of others but for noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.errors import SelectionError
from potlearn.select import near_copies


def rows(n, d=5, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    noise=st.sampled_from([0.0, 1e-12, 1e-8]),
    offset=st.sampled_from([0.0, 1e4]),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_noisy_copies_are_found_and_nothing_else(seed, noise, offset, scale):
    rng = np.random.default_rng(seed)
    distinct = rows(20, seed=seed)
    of = np.concatenate([np.arange(20), rng.integers(20, size=30)])
    order = rng.permutation(50)
    of = of[order]
    X = scale * (distinct[of] + noise * rng.normal(size=(50, 5)) + offset)
    first = {row: int(np.flatnonzero(of == row)[0]) for row in set(of.tolist())}
    assert near_copies(X).tolist() == [first[row] for row in of.tolist()]


def test_tolerance_is_a_part_of_the_spread():
    X = rows(30)
    X = np.vstack([X, X[:3] + 1e-3])
    assert near_copies(X).tolist() == list(range(33))
    assert near_copies(X, 1e-2).tolist() == [*range(30), 0, 1, 2]
    assert near_copies(1e3 * X + 5.0, 1e-2).tolist() == [*range(30), 0, 1, 2]


def test_a_chain_of_near_rows_is_not_one_copy():
    X = np.linspace(0.0, 1.0, 101)[:, None]
    spread = np.sqrt(((X - 0.5) ** 2).mean())
    first = near_copies(X, 0.0105 / spread)
    assert np.abs(X[first] - X).max() <= 0.011
    assert len(np.unique(first)) > 30


def test_many_equal_rows_and_one():
    assert near_copies(np.ones((5000, 3))).tolist() == [0] * 5000
    assert near_copies(np.ones((1, 3))).tolist() == [0]


def test_rows_in_a_file_are_read_in_parts(tmp_path):
    X = rows(2000, 3)
    X = np.vstack([X, X[::2]])
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert near_copies(mapped).tolist() == [*range(2000), *range(0, 2000, 2)]


@pytest.mark.parametrize("tolerance", [-1e-3, np.nan, np.inf, 2.0])
def test_tolerances_are_checked(tolerance):
    with pytest.raises(SelectionError, match="expected a number from 0 to 1"):
        near_copies(rows(3), tolerance)


def test_many_near_rows_around_one_far_row():
    """The far row makes the distance of copies large beside the spacing of the others."""
    X = np.linspace(0.0, 1.0, 30_000)[:, None] * np.ones((1, 4))
    X[::2] += 1e-3 * rows(15_000, 4)
    X = np.vstack([X, X[1:2000], np.full((1, 4), 1e4)])
    first = near_copies(X, 1e-7)
    distances = np.linalg.norm(X - X[first], axis=1)
    assert (first <= np.arange(len(X))).all()
    assert (first[first] == first).all()
    spread = np.sqrt(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())
    assert distances.max() <= 1.001e-7 * spread
    assert (first[30_000:31_999] < 30_000).all()
    assert first[-1] == 31_999
