"""One contract for every registered selector."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from selectors_under_test import CASES, groups, rows

from potlearn.errors import SelectionError, TooFewError
from potlearn.select import SELECTORS, Selection, Selector

NAMES = sorted(CASES)
SIZED = [name for name in NAMES if CASES[name].sized]
K = 6


def choose(name, X, k=K, seed=0):
    return CASES[name].make(k, seed).select(X, groups(len(X)))


def chosen(name, X, k=K, seed=0):
    return choose(name, X, k, seed).indices


def test_every_selector_is_under_test():
    assert {case.name for case in CASES.values()} == set(SELECTORS)


@pytest.mark.parametrize("name", NAMES)
def test_indices_are_distinct_and_in_range(name):
    X = rows()
    for seed in range(3):
        selection = choose(name, X, seed=seed)
        assert isinstance(selection, Selection)
        assert len(set(selection.indices.tolist())) == len(selection)
        assert selection.indices.min(initial=0) >= 0
        assert selection.indices.max(initial=0) < len(X)
        assert selection.scores.shape == selection.indices.shape
        assert not np.isnan(selection.scores).any()


@pytest.mark.parametrize("k", [1, 2, 7, 12])
@pytest.mark.parametrize("name", SIZED)
def test_as_many_as_asked_for(name, k):
    assert len(chosen(name, rows(), k)) == k


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_choice(name):
    X = rows()
    first = choose(name, X, seed=5)
    again = choose(name, X.copy(), seed=5)
    assert np.array_equal(first.indices, again.indices)
    assert np.array_equal(first.scores, again.scores)


@pytest.mark.parametrize("name", NAMES)
def test_fit_keeps_what_select_gives(name):
    X, selector = rows(), CASES[name].make(K)
    assert not hasattr(selector, "selected_idx_")
    assert selector.fit(X, groups(len(X))) is selector
    assert np.array_equal(selector.selected_idx_, chosen(name, X))
    assert np.array_equal(np.flatnonzero(selector.get_support()), np.sort(selector.selected_idx_))
    assert np.array_equal(selector.get_support(indices=True), selector.selected_idx_)


@pytest.mark.parametrize("name", NAMES)
def test_scikit_learn_can_clone_it(name):
    from sklearn.base import clone

    selector = CASES[name].make(K)
    assert isinstance(selector, Selector)
    assert clone(selector).get_params() == selector.get_params()


@pytest.mark.parametrize("name", NAMES)
def test_can_be_pickled(name):
    selector = CASES[name].make(K)
    assert pickle.loads(pickle.dumps(selector)) == selector


@pytest.mark.parametrize("name", NAMES)
def test_input_is_left_alone(name):
    X = rows()
    before = X.copy()
    X.flags.writeable = False
    choose(name, X)
    assert np.array_equal(X, before)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", ["fortran", "strided", "list", "float32"])
def test_layout_of_the_input_does_not_matter(name, layout):
    X = rows().astype(np.float32).astype(float)
    wide = np.zeros((60, 24))
    wide[:, ::2] = X
    same = {
        "fortran": np.asfortranarray(X),
        "strided": wide[:, ::2],
        "list": X.tolist(),
        "float32": X.astype(np.float32),
    }
    assert np.array_equal(chosen(name, same[layout]), chosen(name, X))


@pytest.mark.parametrize("name", NAMES)
def test_memory_mapped_rows(name, tmp_path):
    X = rows()
    np.save(tmp_path / "X.npy", np.vstack([X[:3], X]))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")[3:]
    assert np.array_equal(chosen(name, mapped), chosen(name, X))


@pytest.mark.parametrize("name", [n for n in NAMES if CASES[n].permutes])
def test_order_of_the_rows_does_not_matter(name):
    X, order = rows(), np.random.default_rng(1).permutation(60)
    assert np.array_equal(order[chosen(name, X[order])], chosen(name, X))


@pytest.mark.parametrize("name", [n for n in NAMES if CASES[n].turns])
def test_a_rotation_does_not_matter(name):
    X = rows()
    Q, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(12, 12)))
    assert np.array_equal(chosen(name, X @ Q), chosen(name, X))


@pytest.mark.parametrize("name", [n for n in NAMES if CASES[n].scales])
def test_a_factor_does_not_matter(name):
    X = rows()
    assert np.array_equal(chosen(name, 1024.0 * X), chosen(name, X))


@pytest.mark.parametrize("name", [n for n in NAMES if CASES[n].moves])
def test_an_offset_does_not_matter(name):
    X = rows()
    assert np.array_equal(chosen(name, X + 3.0), chosen(name, X))


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_feature_changes_nothing_for_the_worse(name):
    X = np.hstack([rows(), np.full((60, 1), 7.0), np.zeros((60, 2))])
    selection = choose(name, X)
    assert len(set(selection.indices.tolist())) == len(selection)


@pytest.mark.parametrize("name", SIZED)
def test_duplicates_do_not_repeat(name):
    X = np.repeat(rows(10), 6, axis=0)
    selection = chosen(name, X)
    assert len(set(selection.tolist())) == K
    if not CASES[name].duplicates:
        assert len({tuple(row) for row in X[selection]}) == K


@pytest.mark.parametrize("name", [n for n in SIZED if not CASES[n].duplicates])
def test_more_than_there_are_distinct_rows(name):
    X = np.repeat(rows(5), 6, axis=0)
    with pytest.raises(TooFewError, match=r"n_to_select is 8, .*5") as caught:
        choose(name, X, 8)
    assert caught.value.available == 5
    assert len(chosen(name, X, 5)) == 5


@pytest.mark.parametrize("name", SIZED)
def test_more_than_there_are_rows(name):
    with pytest.raises(TooFewError, match="n_to_select is 61, but there are only 60 rows"):
        choose(name, rows(), 61)
    with pytest.raises(TooFewError, match="n_to_select is an integer of 16610 bits, but"):
        choose(name, rows(), 10**5000)


@pytest.mark.parametrize(
    "k", [0, -1, 2.5, True, "many", None, np.nan, np.inf, [3], np.int64(-3), 3j]
)
@pytest.mark.parametrize("name", SIZED)
def test_numbers_that_are_none(name, k):
    with pytest.raises(SelectionError, match=r"n_to_select is .*; expected a positive integer"):
        choose(name, rows(), k)


def is_a_choice(selection, n, k):
    """Whether rows are distinct, in range, and k."""
    found = set(selection.indices.tolist())
    return len(found) == len(selection) == k and found <= set(range(n))


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-120, 1e120, 1e160, 1e300])
@pytest.mark.parametrize("name", NAMES)
def test_extreme_sizes_are_chosen_from_or_refused(name, size):
    """Squares that overflow gave tracebacks, hangs, 24 GB, and rows that repeat."""
    X, case = rows(), CASES[name]
    if 1e-125 < size < 1e125:
        if case.scales and case.sized:
            assert is_a_choice(choose(name, size * X), 60, K)
    elif case.name in ("random", "stratified"):
        assert np.array_equal(chosen(name, size * X), chosen(name, X))
    else:
        expected = r"row 0, column 0 of X is .*at most 1e\+125" if size > 1 else "1e-125 or more"
        with pytest.raises(SelectionError, match=expected):
            choose(name, size * X)


@pytest.mark.parametrize("place", [(5, 3), (slice(None), 3)])
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"random", "stratified"}))
def test_some_numbers_of_extreme_size(name, place):
    X = rows()
    X[place] *= 1e200
    with pytest.raises(SelectionError, match=r"row \d+, column 3 of X is .*; expected at most"):
        choose(name, X)
    X = rows()
    X[place] *= 1e-300
    assert len(choose(name, X)) > 0


@pytest.mark.parametrize("power", [20, 27, 33])
@pytest.mark.parametrize("name", [n for n in NAMES if CASES[n].moves])
def test_a_large_offset_does_not_matter(name, power):
    """Numbers are multiples of 2^-12, so that offsets are exact."""
    X = np.round(rows() * 2**12) / 2**12
    assert np.array_equal(chosen(name, X + 2.0**power), chosen(name, X))


@pytest.mark.parametrize("noise", [1e-16, 1e-14, 1e-12])
@pytest.mark.parametrize("name", [n for n in SIZED if not CASES[n].duplicates])
def test_copies_with_noise_count_once(name, noise):
    """Rows that differ by rounding were chosen several times by selectors that look at volumes."""
    rng = np.random.default_rng(1)
    X = np.repeat(rows(10), 6, axis=0)
    X *= 1.0 + noise * rng.normal(size=X.shape)
    assert len(set((chosen(name, X) // 6).tolist())) == K
    with pytest.raises(TooFewError) as caught:
        choose(name, X[:30], 8)
    assert 5 <= caught.value.available < 8
    with pytest.raises(TooFewError):
        choose(name, X[:30], 6)


@pytest.mark.parametrize("name", NAMES)
def test_rows_without_differences(name):
    for X in (np.zeros((60, 12)), np.full((60, 12), 7.0)):
        if CASES[name].duplicates and CASES[name].name not in ("inclusion", "direct"):
            assert is_a_choice(choose(name, X), 60, K)
        else:
            with pytest.raises(SelectionError, match=r"rows|kernel|rank of X"):
                choose(name, X)


@pytest.mark.parametrize("name", NAMES)
def test_data_frames_and_integers(name):
    import pandas as pd

    X = np.round(10 * rows())
    for same in (pd.DataFrame(X), X.astype(np.int16), pd.DataFrame(X.astype(np.int32))):
        assert np.array_equal(chosen(name, same), chosen(name, X))


def test_a_changed_copy_of_a_file_is_read_from_memory(tmp_path):
    """Mode "c" of a mapped file keeps changes to itself; rows were read from the file."""
    X = rows()
    np.save(tmp_path / "X.npy", np.zeros_like(X))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="c")
    mapped[:] = X
    assert np.array_equal(chosen("fps", mapped), chosen("fps", X))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_nan_is_refused(name, bad):
    X = rows()
    X[17, 3] = bad
    with pytest.raises(SelectionError, match=f"row 17, column 3 of X is {bad}"):
        choose(name, X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 3)), "X is empty: 0 rows, 3 features"),
        (np.zeros((3, 0)), "X is empty: 3 rows, 0 features"),
        (np.zeros(3), "X has 1 dimensions; expected two"),
        (np.array([["a", "b"]]), "expected real numbers"),
        (np.ones((4, 2), complex), "expected real numbers"),
        (np.ones((4, 2), object), r"X is of object.*X.astype\(float\)"),
        (np.ones((4, 2), "M8[s]"), "expected real numbers"),
        ([[1.0, 2.0], [3.0]], "X is not a matrix of real numbers"),
        (np.ma.masked_less(np.arange(6.0).reshape(3, 2), 1.0), "X has masked entries"),
        (sparse.csr_matrix(np.eye(4)), r"X is sparse \(csr_matrix\).*X.toarray\(\)"),
        (sparse.coo_array(np.eye(4)), "X is sparse"),
        (np.float64(3), "X has 0 dimensions"),
        (np.ones((2, 2, 2)), "X has 3 dimensions"),
        (None, "X is of object|X has 0 dimensions"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_matrix(name, X, message):
    with pytest.raises(SelectionError, match=message):
        CASES[name].make(1).select(X)


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_another_length(name):
    with pytest.raises(SelectionError, match="59 labels for 60 rows"):
        CASES[name].make(K).select(rows(), groups(59))


@pytest.mark.parametrize("name", NAMES)
def test_one_row(name):
    if CASES[name].sized:
        assert chosen(name, rows(1), 1).tolist() == [0]
