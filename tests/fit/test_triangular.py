"""Triangular factors against a direct QR and against extended precision."""

import numpy as np
import pytest

from potlearn.linalg.triangular import (
    Accumulator,
    all_but_one,
    factor,
    merge,
    merge_all,
    take_ascending,
    take_columns,
)


def gram(r):
    return r.T @ r


def rows_of(m, k, seed=0, condition=1.0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, k)) * np.logspace(0, -np.log10(condition), k)


def extended_r(rows):
    """R by modified Householder QR in long double: the oracle."""
    a = np.array(rows, np.longdouble)
    m, n = a.shape
    for j in range(min(m - 1, n)):
        x = a[j:, j].copy()
        norm = np.sqrt(np.sum(x * x))
        if norm == 0:
            continue
        x[0] += norm if x[0] >= 0 else -norm
        a[j:] -= np.outer(2 * x / np.sum(x * x), x @ a[j:])
    return np.triu(a[:n])


def extended_solution(rows, target):
    r = extended_r(np.column_stack([rows, target]))
    n = rows.shape[1]
    c = np.zeros(n, np.longdouble)
    for j in range(n - 1, -1, -1):
        c[j] = (r[j, n] - np.sum(r[j, j + 1 : n] * c[j + 1 :])) / r[j, j]
    return c


@pytest.mark.parametrize(("m", "k"), [(1, 5), (3, 7), (7, 7), (40, 7), (300, 40)])
@pytest.mark.parametrize("pieces", [1, 4])
def test_accumulator_equals_direct_qr(m, k, pieces):
    rows = rows_of(m, k)
    accumulator = Accumulator(k, block=11)
    for piece in np.array_split(rows, pieces):
        accumulator.add(piece[:, :2], piece[:, 2:])
    r = accumulator.reduce()
    assert r.shape == (min(m, k), k)
    assert np.array_equal(r, np.triu(r))
    expected = np.linalg.qr(rows, mode="r")
    np.testing.assert_allclose(np.abs(r), np.abs(expected), atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("m1", [0, 2, 6, 30])
@pytest.mark.parametrize("m2", [1, 6, 30])
def test_merge_of_trapezoids(m1, m2):
    a, b = rows_of(m1, 6), rows_of(m2, 6, seed=1)
    merged = merge(factor(a.copy(order="F")), factor(b.copy(order="F")))
    np.testing.assert_allclose(gram(merged), gram(a) + gram(b), atol=1e-13)


def test_merging_accumulators_changes_no_sum():
    rows = rows_of(100, 6)
    parts = [Accumulator(6, block=16) for _ in range(3)]
    for part, piece in zip(parts, np.array_split(rows, 3), strict=True):
        part.add(piece)
    parts[0].merge(parts[1])
    parts[0].merge(parts[2])
    np.testing.assert_allclose(gram(parts[0].reduce()), gram(rows), atol=1e-12)


def test_leave_one_out_merges():
    blocks = [rows_of(9, 5, seed=s) for s in range(4)]
    factors = [factor(b.copy(order="F")) for b in blocks]
    for k, r in enumerate(all_but_one(factors, 5)):
        expected = sum(gram(b) for j, b in enumerate(blocks) if j != k)
        np.testing.assert_allclose(gram(r), expected, atol=1e-12)


@pytest.mark.parametrize("columns", [[0, 1, 2], [3, 0], [5], [1, 2, 3, 4, 5]])
def test_take_columns(columns):
    rows = rows_of(20, 6)
    r = take_columns(factor(rows.copy(order="F")), np.array(columns))
    np.testing.assert_allclose(gram(r), gram(rows[:, columns]), atol=1e-12)
    assert np.array_equal(r, np.triu(r))


@pytest.mark.parametrize("ratio", [1.0, 1e4, 1e11])
@pytest.mark.parametrize("heavy_rows", [3, 60])
def test_accuracy_under_weight_ratios(ratio, heavy_rows):
    """Coefficients of the merged factors agree with long double as well as a direct QR's do."""
    k = 8
    heavy, light = rows_of(heavy_rows, k, seed=3), rows_of(200, k, seed=4, condition=1e3)
    target_h, target_l = heavy @ np.ones(k), light @ np.arange(k)
    scale = np.sqrt(ratio)
    stacked = np.vstack([scale * heavy, light])
    target = np.concatenate([scale * target_h, target_l])
    exact = extended_solution(stacked, target)
    parts = []
    for rows, y in ((scale * heavy, scale * target_h), (light, target_l)):
        accumulator = Accumulator(k + 1, block=16)
        for piece, values in zip(np.array_split(rows, 5), np.array_split(y, 5), strict=True):
            accumulator.add(piece, values[:, None])
        parts.append(accumulator.reduce())
    r = merge_all(parts, k + 1)
    ours = np.linalg.solve(r[:k, :k], r[:k, k])
    direct = np.linalg.qr(np.column_stack([stacked, target]), mode="r")
    theirs = np.linalg.solve(direct[:k, :k], direct[:k, k])
    error = np.abs(ours - exact).max() / np.abs(exact).max()
    reference_error = np.abs(theirs - exact).max() / np.abs(exact).max()
    assert error < max(1e-12, 10 * reference_error), (error, reference_error)


def test_factor_is_accurate_to_rounding_for_ill_conditioned_columns():
    rows = rows_of(400, 12, condition=1e12)
    accumulator = Accumulator(12, block=32)
    for piece in np.array_split(rows, 9):
        accumulator.add(piece)
    exact = np.abs(extended_r(rows))
    error = np.abs(np.abs(accumulator.reduce()) - exact) / np.linalg.norm(exact, axis=0)
    assert error.max() < 1e-13


@pytest.mark.parametrize("shape", [(300, 200), (200, 200), (40, 200), (1, 5), (500, 150)])
@pytest.mark.parametrize("part", [0.1, 0.6, 0.95, 1.0])
def test_columns_taken_in_their_order(shape, part):
    """The Gram matrix of the columns, a triangle, also of few rows and of leading columns."""
    rng = np.random.default_rng(0)
    triangle = factor(np.asfortranarray(rng.normal(size=shape)))
    n = shape[1]
    for columns in (
        np.sort(rng.choice(n, max(1, int(part * n)), replace=False)),
        np.append(np.arange(max(1, int(part * n)) - 1), n - 1),
    ):
        found = take_ascending(triangle, columns)
        assert found.shape == (min(len(triangle), len(columns)), len(columns))
        assert not np.tril(found, -1).any()
        wanted = triangle[:, columns]
        np.testing.assert_allclose(found.T @ found, wanted.T @ wanted, atol=1e-10)
