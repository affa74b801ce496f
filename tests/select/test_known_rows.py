"""Selections that continue from rows that are known, against definitions and enumeration."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from selectors_under_test import CASES, groups

from potlearn.errors import SelectionError, TooFewError
from potlearn.runtime import InProcess, Processes, Runtime
from potlearn.select import (
    CUR,
    DPP,
    FPS,
    IMQ,
    KDPP,
    RBF,
    Entropy,
    GreedyMAP,
    Hierarchical,
    InclusionSampling,
    KMeans,
    Linear,
    MaxVol,
    Random,
    SetCover,
    make_selector,
)

CONTINUE = {
    "random", "stratified", "dpp", "kdpp", "map", "inclusion", "fps", "cur", "kmeans", "entropy",
    "set_cover",
}  # fmt: skip


def rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)) * np.logspace(0, -0.7, d)


def squares(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(axis=2)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_selector_continues_or_says_which_can(name):
    X, known = rows(60, 12), rows(4, 12, 1)
    selector = CASES[name].make(5)
    if CASES[name].name not in CONTINUE:
        with pytest.raises(SelectionError, match=r"cannot continue from known rows; can: random, "):
            selector.select(X, groups(60), known=known)
        return
    pool = np.vstack([X[:20], known[1], X[20:], known[0]])
    found = selector.select(pool, groups(62), known=known)
    assert not {20, 61} & set(found.indices.tolist())
    assert len(set(found.indices.tolist())) == len(found)
    again = selector.select(pool, groups(62), known=known)
    assert np.array_equal(found.indices, again.indices)


@pytest.mark.parametrize(
    "selector", [FPS(12), GreedyMAP(12), GreedyMAP(12, kernel=RBF(1.0)), Entropy(12, bandwidth=0.5)]
)
def test_a_choice_in_two_parts_is_that_in_one(selector):
    X = rows(300, 12)
    whole = selector.select(X).indices
    first = selector.at_most(5).select(X).indices
    then = selector.at_most(7).select(X, known=X[first]).indices
    assert np.array_equal(np.concatenate([first, then]), whole)


def test_farthest_points_by_definition():
    from skmatter import sample_selection

    X, known = rows(200, 4), rows(1, 4, 1)
    theirs = sample_selection.FPS(n_to_select=21, initialize=0).fit(np.vstack([known, X]))
    found = FPS(20).select(X, known=known)
    assert np.array_equal(found.indices + 1, theirs.selected_idx_[1:])
    known = rows(30, 4, 2)
    found, nearest = FPS(20).select(X, known=known), squares(X, known).min(axis=1)
    for i, score in zip(found.indices, found.scores, strict=True):
        assert i == nearest.argmax()
        assert score == pytest.approx(nearest.max() ** 0.5)
        nearest = np.minimum(nearest, squares(X, X[i : i + 1])[:, 0])


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    kernel=st.sampled_from([Linear(), RBF(1.0), IMQ(2.0)]),
    m=st.integers(1, 3),
)
def test_greedy_map_by_definition(seed, kernel, m):
    X, known = rows(9, 6, seed), rows(m, 6, seed + 1)
    L = kernel(np.vstack([known, X]), np.vstack([known, X]))
    found, taken = GreedyMAP(3, kernel=kernel).select(X, known=known), list(range(m))
    for i, score in zip(found.indices, found.scores, strict=True):
        before = np.linalg.slogdet(L[np.ix_(taken, taken)])[1]
        gains = np.full(9, -np.inf)
        for j in set(range(9)) - {t - m for t in taken}:
            with_j = [*taken, m + j]
            gains[j] = np.linalg.slogdet(L[np.ix_(with_j, with_j)])[1] - before
        assert gains[i] == pytest.approx(gains.max(), abs=1e-8)
        assert score == pytest.approx(gains[i], abs=1e-6)
        taken.append(m + int(i))


@pytest.mark.parametrize("kernel", [Linear(), RBF(1.5)])
def test_kdpp_has_the_law_given_the_known_rows(kernel):
    X, known = rows(7, 5, 3), rows(2, 5, 4)
    L = kernel(np.vstack([known, X]), np.vstack([known, X]))
    subsets = list(combinations(range(7), 2))
    weights = np.array(
        [np.linalg.det(L[np.ix_(s, s)]) for s in ([0, 1, i + 2, j + 2] for i, j in subsets)]
    )
    weights /= weights.sum()
    draws, rng = 4000, np.random.default_rng(0)
    sampler = KDPP(2, kernel=kernel).sampler(X, known)
    seen = Counter(tuple(sorted(sampler.draw(rng).tolist())) for _ in range(draws))
    found = np.array([seen[s] for s in subsets])
    assert chisquare(found, draws * weights).pvalue > 1e-4
    inclusion = np.array([weights[[i in s for s in subsets]].sum() for i in range(7)])
    np.testing.assert_allclose(
        KDPP(2, kernel=kernel).inclusion_probabilities(X, known), inclusion, rtol=1e-6
    )
    chosen = InclusionSampling(2, kernel=kernel).select(X, known=known)
    np.testing.assert_allclose(chosen.scores, inclusion[chosen.indices], rtol=1e-6)


def test_dpp_has_the_size_given_the_known_rows():
    X, known = rows(8, 5, 3), rows(2, 5, 4)
    L = RBF(1.0)(np.vstack([known, X]), np.vstack([known, X]))
    schur = L[2:, 2:] - L[2:, :2] @ np.linalg.solve(L[:2, :2], L[:2, 2:])
    values = np.linalg.eigvalsh(schur)
    sampler, rng = DPP(kernel=RBF(1.0)).sampler(X, known), np.random.default_rng(0)
    sizes = [len(sampler.draw(rng)) for _ in range(800)]
    expected = (values / (1 + values)).sum()
    assert np.mean(sizes) == pytest.approx(expected, abs=5 * np.std(sizes) / 800**0.5)


def test_a_pool_that_known_rows_explain_well_has_no_negative_volume():
    """Differences of nearly equal kernels are rounding, not a kernel that is not positive."""
    X = rows(80, 3)
    known = np.vstack([X + 1e-4, X - 1e-4, X[:, ::-1]])
    kernel = RBF(20.0)
    for selector in (KDPP(2, kernel=kernel), GreedyMAP(2, kernel=kernel)):
        try:
            assert len(selector.select(X, known=known)) == 2
        except TooFewError as error:
            assert error.available < 2  # noqa: PT017
        except SelectionError as error:
            assert "zero for all rows" in str(error)  # noqa: PT017


def test_known_rows_that_span_everything_are_refused_in_words():
    with pytest.raises(SelectionError, match=r"span all 5 features.*rbf"):
        GreedyMAP(2).select(rows(30, 5), known=rows(9, 5, 1))
    assert len(GreedyMAP(2, kernel="rbf").select(rows(30, 5), known=rows(9, 5, 1))) == 2


def test_a_precomputed_kernel_cannot_continue():
    X = rows(6, 3)
    with pytest.raises(SelectionError, match="precomputed kernel has no values for known rows"):
        KDPP(2, kernel="precomputed").select(X @ X.T, known=np.ones((1, 6)))


def test_clusters_with_a_known_row_are_not_chosen_from():
    centres = 50.0 * np.eye(6)
    X = np.vstack([c + rows(30, 6, s) for s, c in enumerate(centres)])
    known = centres[[0, 3]] + 0.1
    found = KMeans(4, random_state=1).select(X, known=known)
    assert sorted(i // 30 for i in found.indices.tolist()) == [1, 2, 4, 5]
    np.testing.assert_allclose(found.scores, 30 / 180)


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_k_means_moves_free_centres_alone(init):
    """No move of one row to another centre makes the sum of squares smaller by much."""
    X, known = rows(400, 3), rows(5, 3, 8)
    found = KMeans(10, init=init, random_state=2).select(X, known=known)
    loss = squares(X, np.vstack([known, X[found.indices]])).min(axis=1).sum()
    drawn = [
        squares(X, np.vstack([known, X[Random(10, random_state=r).select(X).indices]]))
        .min(axis=1).sum() for r in range(200)
    ]  # fmt: skip
    assert loss < min(drawn)


def test_set_cover_with_known_rows_by_enumeration():
    X, known = rows(14, 2), rows(3, 2, 1)
    reached = squares(X, known).min(axis=1)
    found = SetCover(3).select(X, known=known)
    radius = np.minimum(squares(X, X[found.indices]).min(axis=1), reached).max() ** 0.5
    best = min(
        np.minimum(squares(X, X[list(s)]).min(axis=1), reached).max() ** 0.5
        for s in combinations(range(14), 3)
    )
    assert best - 1e-9 <= radius <= 2 * best
    assert (found.scores * 14 == np.round(found.scores * 14)).all()


def test_cur_by_definition():
    X, known = rows(60, 8), rows(3, 8, 1)
    whole, taken = np.vstack([known, X]), [0, 1, 2]
    for i in CUR(4).select(X, known=known).indices:
        q = np.linalg.qr(whole[taken].T)[0]
        left = whole - whole @ q @ q.T
        leverages = np.linalg.svd(left, full_matrices=False)[0][:, 0] ** 2
        assert i + 3 == leverages.argmax()
        taken.append(int(i) + 3)


@pytest.mark.parametrize("name", sorted(CONTINUE - {"cur", "set_cover", "stratified"}))
def test_passes_over_chunks_and_workers_change_nothing(name, tmp_path):
    X, known = rows(900, 12), rows(4, 12, 1)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    size = {"expected_size": 4.0} if name == "dpp" else {"n_to_select": 6}
    selector = make_selector(name, random_state=3, **size)
    flat = selector.select(X, known=known)
    runtime = Runtime(Processes(2) if name in ("fps", "map") else InProcess())
    found = Hierarchical(selector, 100, runtime=runtime).select(mapped, known=known)
    assert np.array_equal(found.indices, flat.indices)


def test_levels_refuse_known_rows_unless_one_chunk_holds_all():
    X, known = rows(100, 6), rows(4, 6, 1)
    flat = SetCover(4).select(X, known=known)
    found = Hierarchical(SetCover(4), 200).select(X, known=known)
    assert np.array_equal(found.indices, flat.indices)
    with pytest.raises(SelectionError, match="levels take no account of known rows"):
        Hierarchical(SetCover(4), 50).select(X, known=known)


def test_a_checkpoint_of_other_known_rows_is_refused(tmp_path):
    X = rows(300, 6)
    runtime = Runtime(checkpoint=tmp_path / "state")
    chooser = Hierarchical(FPS(5), 100, runtime=runtime)
    chooser.select(X, known=rows(4, 6, 1))
    with pytest.raises(SelectionError):
        chooser.select(X, known=rows(4, 6, 2))


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (np.ones((3, 5)), "known rows have 5 features; expected 4"),
        (np.full((3, 4), np.nan), "row 0, column 0 of known is nan"),
        (np.ones(4), "expected two"),
        ([["a"] * 4], "expected real numbers"),
    ],
)
def test_known_rows_are_checked(known, message):
    with pytest.raises(SelectionError, match=message):
        FPS(2).select(rows(10, 4), known=known)


def test_nothing_but_copies():
    X = rows(10, 4)
    with pytest.raises(SelectionError, match="every row is a copy of a known one"):
        Random(2).select(X, known=X)
    with pytest.raises(TooFewError, match="there are only 2 rows"):
        Random(3).select(X, known=X[2:])


def test_selectors_that_cannot_are_named_by_class():
    with pytest.raises(SelectionError, match="MaxVol cannot continue"):
        MaxVol(3).select(rows(10, 4), known=rows(2, 4, 1))
