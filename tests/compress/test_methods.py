"""Orders and directions of every method, against definitions and other libraries."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import scipy.linalg
from feature_problems import problem

from potlearn.compress import COMPRESSORS, FeatureProblem, FunctionChoice, make_compressor
from potlearn.errors import FitError
from potlearn.fit import LinearProblem, Ridge

CHOICES = ["backward", "omp", "qr", "cur", "leverage", "ard"]
SUPERVISED = ["backward", "omp", "ard"]


def misfit(p, features):
    """Penalised misfit of some features, by least squares."""
    columns = p.columns_of(np.array(sorted(features), int))
    solution, *_ = np.linalg.lstsq(p.triangle[:, columns], p.rhs, rcond=None)
    return float(np.sum((p.triangle[:, columns] @ solution - p.rhs) ** 2))


def places(p, names):
    return [p.features.index(name) for name in names]


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("species", [("A",), ("A", "B", "C")])
def test_an_order_of_all_features(name, species):
    p = problem(species=species)
    method = make_compressor(name)
    assert isinstance(method, FunctionChoice)
    path = method.path(p)
    assert sorted(path.names) == sorted(p.features)
    assert path.sizes == tuple(range(1, 11))
    assert path.at(4) == path.names[:4]
    assert method.path(p).names == path.names, "the same every time"


@pytest.mark.parametrize("name", SUPERVISED)
@pytest.mark.parametrize("species", [("A",), ("A", "B")])
def test_features_that_matter_come_first(name, species):
    path = make_compressor(name).path(problem(species=species))
    assert set(path.names[:3]) == {"f0", "f1", "f2"}


@pytest.mark.parametrize("species", [("A",), ("A", "B")])
def test_backward_is_greedy_removal(species):
    p = problem(features=8, species=species, seed=3)
    left, expected = set(range(8)), []
    while left:
        worst = min(left, key=lambda f: misfit(p, left - {f}))
        left.discard(worst)
        expected.append(p.features[worst])
    assert make_compressor("backward").path(p).names == tuple(expected[::-1])


@pytest.mark.parametrize("species", [("A",), ("A", "B")])
def test_omp_is_greedy_addition(species):
    p = problem(features=8, species=species, seed=4)
    chosen = []
    while len(chosen) < 8:
        rest = [f for f in range(8) if f not in chosen]
        chosen.append(min(rest, key=lambda f: misfit(p, {*chosen, f})))
    assert places(p, make_compressor("omp").path(p).names) == chosen


def test_backward_of_two_is_seldom_far_from_the_best_pair():
    p = problem(features=6, seed=5)
    best = min(combinations(range(6), 2), key=lambda pair: misfit(p, set(pair)))
    assert set(places(p, make_compressor("backward").path(p).at(2))) == set(best)


def test_pivots_are_those_of_lapack():
    p = problem(seed=6)
    own = np.linalg.qr(p.triangle[:, p.others])[0]
    rows = p.triangle[:, p.columns[:, 0]]
    expected = scipy.linalg.qr(rows - own @ (own.T @ rows), pivoting=True)[2]
    assert places(p, make_compressor("qr").path(p).names) == expected.tolist()


def test_cur_has_the_leverage_of_the_leading_vector():
    p = problem(seed=7)
    rows = np.array(p.triangle)
    rows -= np.linalg.qr(rows[:, p.others])[0] @ np.linalg.qr(rows[:, p.others])[0].T @ rows
    chosen = []
    for _ in range(10):
        leading = np.linalg.svd(rows)[2][0] ** 2
        scores = leading[p.columns[:, 0]]
        scores[chosen] = -1
        chosen.append(int(np.argmax(scores)))
        column = rows[:, p.columns[chosen[-1], 0]]
        rows -= np.outer(column, column @ rows) / (column @ column)
    found = places(p, make_compressor("cur").path(p).names)
    assert found == chosen


def test_leverage_is_the_diagonal_of_its_definition():
    p = problem(ridge=0.3, seed=8)
    gram = p.scaled.T @ p.scaled
    scores = np.diag(gram @ np.linalg.inv(gram + p.ridge * np.eye(len(gram))))[p.columns[:, 0]]
    order = np.argsort(-scores)
    assert places(p, make_compressor("leverage").path(p).names) == order.tolist()


def test_components_are_those_of_the_rows():
    p = problem(species=("A", "B"))
    pca = make_compressor("pca")
    assert pca.most(p) == 20
    basis = pca.directions(p, 5)
    assert basis.shape == (22, 5)
    assert not basis[p.others].any()
    own = np.linalg.qr(p.scaled[:, p.others])[0]
    rows = p.scaled[:, p.columns.ravel()]
    rows = rows - own @ (own.T @ rows)
    _, values, _ = np.linalg.svd(rows)
    explained = np.linalg.norm(rows @ (p.scales[:, None] * basis)[p.columns.ravel()], axis=0)
    np.testing.assert_allclose(explained, values[:5], rtol=1e-8)


def test_the_active_subspace_has_the_rank_of_the_species():
    p = problem(species=("A", "B", "C"))
    method = make_compressor("active_subspace")
    assert method.most(p) == 3
    basis = method.directions(p, 3)
    x = np.linalg.solve(p.triangle, p.rhs) / p.scales
    x[p.others] = 0
    inside = basis @ np.linalg.lstsq(basis, x, rcond=None)[0]
    np.testing.assert_allclose(inside, x, atol=1e-9 * np.abs(x).max())
    with pytest.raises(FitError, match="k is 4; expected 1 to 3, the rank of"):
        method.directions(p, 4)


@pytest.mark.parametrize("name", CHOICES)
def test_columns_without_rows_and_equal_columns_come_last(name):
    p = problem(features=6)
    X = p.problem.R.copy()
    X[:, p.columns[4, 0]] = 0
    X[:, p.columns[5, 0]] = X[:, p.columns[0, 0]]
    linear = LinearProblem.from_rows(X, p.problem.z, p.names)
    linear = replace(linear, rho=p.problem.rho, n_rows=p.problem.n_rows)
    info = Ridge(1e-10).solve(linear).info
    path = make_compressor(name).path(FeatureProblem.of(linear, p.features, ("A",), info))
    assert sorted(path.names) == sorted(p.features)
    assert "f4" in path.names[-2:]


def test_an_unknown_method():
    with pytest.raises(FitError, match="unknown compression method 'lasso'; expected one of"):
        make_compressor("lasso")
    assert "backward" in COMPRESSORS
