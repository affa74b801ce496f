"""Selections that keep to a budget: never above it, and by definition."""

from itertools import combinations

import numpy as np
import pytest
from selectors_under_test import CASES, groups

from potlearn.errors import SelectionError
from potlearn.select import FPS, RBF, Entropy, GreedyMAP, Hierarchical, Random, SetCover

SPENDING = [FPS(40), GreedyMAP(40, kernel="rbf"), Entropy(40), SetCover(40), Random(40)]


def rows(n=40, d=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def prices(n=40, seed=1):
    return np.random.default_rng(seed).integers(1, 9, n) ** 3.0


@pytest.mark.parametrize("selector", SPENDING, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("budget", [10.0, 300.0, 1e9])
@pytest.mark.parametrize("known", [None, rows(5, seed=7)])
def test_the_budget_is_kept_and_used(selector, budget, known):
    X, costs = rows(), prices()
    chosen = selector.select(X, known=known, costs=costs, budget=budget).indices
    assert len(set(chosen.tolist())) == len(chosen) > 0
    spent = costs[chosen].sum()
    assert spent <= budget
    left = np.setdiff1d(np.arange(40), chosen)
    assert len(left) == 0 or costs[left].min() > budget - spent


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_selector_keeps_to_a_budget_or_says_which_do(name):
    X = rows(60, 12)
    if CASES[name].name in ("random", "map", "fps", "entropy", "set_cover"):
        assert len(CASES[name].make(5).select(X, costs=np.ones(60), budget=3)) == 3
        return
    with pytest.raises(SelectionError, match="cannot keep to a budget; can: random, map, fps, "):
        CASES[name].make(5).select(X, groups(60), costs=np.ones(60), budget=3)


@pytest.mark.parametrize("selector", SPENDING[:2], ids=lambda s: type(s).__name__)
def test_equal_costs_are_a_count(selector):
    X = rows()
    found = selector.select(X, costs=np.full(40, 2.0), budget=15.0)
    assert found.indices.tolist() == selector.at_most(7).select(X).indices.tolist()


def test_n_to_select_is_the_largest_number():
    assert len(FPS(3).select(rows(), costs=prices(), budget=1e9)) == 3
    assert len(Random(3).select(rows(), costs=prices(), budget=1e9)) == 3


def test_farthest_points_by_definition():
    X, costs = rows(), prices()
    found, left = FPS(40).select(X, costs=costs, budget=400.0), 400.0
    gains = ((X - X.mean(axis=0)) ** 2).sum(axis=1)
    nearest, open_rows = np.full(40, np.inf), np.ones(40, bool)
    for i in found.indices:
        rates = np.where(open_rows & (costs <= left), gains / costs, -1.0)
        assert i == rates.argmax()
        left, open_rows[i] = left - costs[i], False
        nearest = np.minimum(nearest, ((X - X[i]) ** 2).sum(axis=1))
        gains = nearest


def test_greedy_map_by_definition():
    X, costs = rows(12, 3), prices(12)
    L = RBF(1.0)(X, X)
    found, taken, left = (
        GreedyMAP(12, kernel=RBF(1.0)).select(X, costs=costs, budget=500.0),
        [],
        500,
    )
    for i, score in zip(found.indices.tolist(), found.scores, strict=True):
        before = np.linalg.det(L[np.ix_(taken, taken)]) if taken else 1.0
        free = [j for j in range(12) if j not in taken and costs[j] <= left]
        gains = {j: np.linalg.det(L[np.ix_([*taken, j], [*taken, j])]) / before for j in free}
        assert gains[i] / costs[i] == pytest.approx(max(gains[j] / costs[j] for j in free))
        assert score == pytest.approx(np.log(gains[i]), abs=1e-8)
        taken, left = [*taken, i], left - costs[i]


def test_the_cover_by_enumeration():
    X, costs, budget = rows(12, 2), prices(12), 250.0
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    affordable = [
        s for k in range(1, 6) for s in combinations(range(12), k) if costs[list(s)].sum() <= budget
    ]
    best = min(squares[list(s)].min(axis=0).max() for s in affordable) ** 0.5
    found = SetCover(12).select(X, costs=costs, budget=budget).indices
    assert squares[found].min(axis=0).max() ** 0.5 <= 2 * best


def test_a_hierarchy_passes_it_on():
    X, costs = rows(), prices()
    flat = FPS(40).select(X, costs=costs, budget=300.0)
    found = Hierarchical(FPS(40), 10).select(X, costs=costs, budget=300.0)
    assert np.array_equal(found.indices, flat.indices)


@pytest.mark.parametrize(
    ("costs", "budget", "message"),
    [
        (prices(), None, "costs and budget go together"),
        (None, 5.0, "costs and budget go together"),
        (prices(39), 5.0, "expected one for each of 40"),
        (np.where(np.arange(40) == 3, 0.0, 1.0), 5.0, "cost of row 3 is 0.0"),
        (np.where(np.arange(40) == 3, np.nan, 1.0), 5.0, "cost of row 3 is nan"),
        (prices(), 0.5, "budget is 0.5; the cheapest row costs 1"),
        (prices(), np.nan, "budget is nan"),
        (prices(), "much", "costs and budget must be numbers"),
        (["a"] * 40, 3.0, "costs and budget must be numbers"),
    ],
)
def test_costs_and_budgets_are_checked(costs, budget, message):
    with pytest.raises(SelectionError, match=message):
        FPS(5).select(rows(), costs=costs, budget=budget)


@pytest.mark.parametrize("selector", SPENDING, ids=lambda s: type(s).__name__)
def test_one_row_and_equal_rows(selector):
    costs = [3.0, 2.0, 4.0]
    for X in (np.ones((3, 2)), np.zeros((3, 2)) + 5.0):
        chosen = selector.select(X, costs=costs, budget=9.0).indices
        assert len(chosen) >= 1
    assert selector.select([[2.0, 1.0]], costs=[1.0], budget=1.0).indices.tolist() == [0]
