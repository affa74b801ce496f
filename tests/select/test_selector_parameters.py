"""Parameters, labels and seeds of the wrong kind are refused in words that name them."""

from dataclasses import fields

import numpy as np
import pytest
from selectors_under_test import groups, rows

from potlearn.errors import SelectionError
from potlearn.select import (
    DBSCAN,
    FPS,
    HDBSCAN,
    IMQ,
    KDPP,
    RBF,
    SELECTORS,
    Cosine,
    GreedyMAP,
    Hierarchical,
    KMedoids,
    Stratified,
    make_selector,
)

# What may be passed by mistake; none of it is a parameter of any selector.
WRONG = [b"x", "?", np.nan, np.inf, -1, 1e300, 1e-300, 10**400, 10**5000, [1], {}, object()]
WRONG += [np.ones(2), np.array(3), np.int64(-3), np.float64("nan"), 3 + 1j, range(3), ...]
PARAMETERS = [
    (name, field.name)
    for name in SELECTORS
    for field in fields(SELECTORS[name])
    if field.init and field.name != "n_to_select"
]
# Of these any positive number is one.
SEEDS = [1e300, -1, 0.5, "3", b"3", True, np.nan, [0.5], object(), {}, np.random]


def sized(name):
    return {"n_to_select": 4} if name != "dpp" else {}


def accepted(parameter, value):
    """Whether a value that is wrong elsewhere is one here: counts and seeds may be huge."""
    counts = ("max_iter", "rank", "n_vectors", "n_per_cluster", "min_samples", "min_cluster_size")
    huge = isinstance(value, int) and value > 0
    seed = parameter == "random_state" and isinstance(value, list | range | np.ndarray)
    return (huge and parameter in (*counts, "random_state")) or seed


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_values_of_the_wrong_kind(name, parameter):
    drawn = name in ("random", "stratified", "dpp", "kdpp", "inclusion", "kmeans", "kmedoids")
    drawn |= name in ("dbscan", "hdbscan")
    for value in WRONG:
        if accepted(parameter, value) or (parameter == "random_state" and not drawn):
            continue
        with pytest.raises(SelectionError, match=rf"{parameter} is |unknown {parameter} "):
            SELECTORS[name](**sized(name), **{parameter: value}).select(rows(), groups(60))


@pytest.mark.parametrize(
    "parameter", ["selector", "chunk_size", "oversampling", "levels", "runtime"]
)
def test_a_hierarchy_of_the_wrong_kind(parameter):
    good = {"selector": KMedoids(4), "chunk_size": 20}
    for value in WRONG:
        if parameter == "chunk_size" and isinstance(value, int) and value > 0:
            continue
        with pytest.raises(SelectionError, match=f"{parameter} is "):
            Hierarchical(**{**good, parameter: value}).select(rows())


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (RBF("a"), "length_scale is 'a'; expected a positive number"),
        (RBF(np.nan), "length_scale is nan"),
        (RBF(1e-200), "length_scale is 1e-200"),
        (IMQ(beta=-1), "beta is -1"),
        (IMQ(beta="a"), "beta is 'a'"),
        (Cosine("a"), "alpha is 'a'; expected a number from 1"),
        (Cosine(np.nan), "alpha is nan"),
        (RBF, r"kernel is the class RBF; expected RBF\(\)|expected an instance, RBF\(\)"),
        (lambda X, Y: "a", "the kernel function failed"),
        (lambda X: X, "the kernel function failed"),
        (lambda X, Y: X @ Y.T * np.nan, "finite: False"),
    ],
)
@pytest.mark.parametrize("selector", [KDPP, GreedyMAP])
def test_kernels_of_the_wrong_kind(selector, kernel, message):
    with pytest.raises(SelectionError, match=message):
        selector(4, kernel=kernel).select(rows())


def test_a_kernel_function_that_is_not_symmetric():
    def kernel(X, Y):
        return X @ Y.T + X.sum(axis=1)[:, None]

    with pytest.raises(SelectionError, match="not symmetric"):
        KDPP(4, kernel=kernel).select(rows())


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("magic", {}, "unknown selector 'magic'; expected one of random"),
        ("fps", {"n_to_select": 3, "kernel": "rbf"}, "'fps' has no parameter 'kernel'; it has"),
        ("fps", {}, "n_to_select"),
        ("kdpp", {"n_to_select": 3, "kernel": "magic"}, "unknown kernel 'magic'"),
        ("kdpp", {"n_to_select": 3, "rank": 0}, "rank is 0"),
        ("fps", {"n_to_select": 3, "initialize": "magic"}, "initialize is 'magic'"),
        ("fps", {"n_to_select": 3, "initialize": 60}, "initialize is row 60"),
        ("fps", {"n_to_select": 3, "initialize": 2.5}, "initialize is 2.5"),
        ("cur", {"n_to_select": 3, "n_vectors": 0}, "n_vectors is 0"),
        ("hdbscan", {"n_to_select": 3, "min_samples": 0}, "min_samples is 0"),
        ("stratified", {"n_to_select": 3, "allocation": "magic"}, "unknown allocation 'magic'"),
        ("stratified", {"n_to_select": 3}, "needs the group of each row"),
    ],
)
def test_bad_parameters(name, parameters, message):
    with pytest.raises(SelectionError, match=message):
        make_selector(name, **parameters).select(rows())


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            np.ones((60, 2)),
            r"labels have shape \(60, 2\); expected one label for each row, \(60,\)",
        ),
        (np.ones((60, 1)), "labels have shape"),
        ([["a"]] * 59 + [["a", "b"]], "labels are nested"),
        (["a"] * 30 + [None] * 30, "the label of row 30 is None; expected a label"),
        ([0.0] * 7 + [np.nan] * 53, "the label of row 7 is nan"),
        ([None] * 60, "the label of row 0 is None"),
        (np.array(["a", 1] * 30, object), r"no common order \(int, str\)"),
        (3, "labels are 3; expected a label for each of 60 rows"),
        ((i for i in range(60)), "expected a label for each of 60 rows"),
    ],
)
def test_labels_of_the_wrong_kind(labels, message):
    """Two columns gave row numbers up to 119 for 60 rows."""
    with pytest.raises(SelectionError, match=message):
        Stratified(5).select(rows(), labels)


def test_labels_may_be_of_any_ordered_kind():
    import pandas as pd

    expected = Stratified(8).select(rows(), groups(60)).indices
    for labels in (list("abcd") * 15, pd.Series(groups(60)), pd.Categorical(list("abcd") * 15)):
        assert np.array_equal(Stratified(8).select(rows(), labels).indices, expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["random", "kdpp", "kmeans", "dbscan"])
def test_seeds_of_the_wrong_kind(name, seed):
    with pytest.raises(SelectionError, match=r"random_state is .*; expected an integer"):
        make_selector(name, n_to_select=3, random_state=seed).select(rows())


@pytest.mark.parametrize("name", ["random", "kdpp", "kmeans", "dbscan"])
def test_seeds_of_every_kind(name):
    """An integer is the same each time; a generator goes forward; None differs each time."""

    def drawn(seed):
        return make_selector(name, n_to_select=20 if name == "random" else 8,
                             random_state=seed).select(rows()).indices.tolist()  # fmt: skip

    assert drawn(3) == drawn(np.int64(3)) == drawn(np.random.SeedSequence(3))
    for make in (np.random.default_rng, np.random.RandomState):
        first, again = make(3), make(3)
        assert drawn(first) == drawn(again)
        assert first.random() == again.random()
        assert len({tuple(drawn(first)) for _ in range(3)}) > 1
    assert len({tuple(drawn(None)) for _ in range(4)}) > 1


def test_a_selector_that_repeats_rows_is_found_out():
    class Faulty(FPS):
        def choose(self, rows, labels, run):
            from potlearn.select import Selection

            return Selection.of([1, 1, 90], [0.0, 0.0, 0.0])

    with pytest.raises(SelectionError, match="Faulty gave row numbers that repeat or are not from"):
        Faulty(3).select(rows())


def test_too_many_neighbours_are_refused_before_they_are_held():
    """All pairs of 30,000 rows would be within the radius: 14 GB."""
    X = np.random.default_rng(0).normal(size=(30_000, 2))
    expected = r"neighbours within eps = 50 of each of 30000 rows would take .* GB.*Hierarchical"
    with pytest.raises(SelectionError, match=expected):
        DBSCAN(5, eps=50.0).select(X)
    assert len(DBSCAN(5, eps=0.01).select(X)) == 5
    with pytest.raises(SelectionError, match=r"neighbours of each of 30000 rows would take .* GB"):
        HDBSCAN(5, min_samples=20_000).select(X)


def test_too_large_kernel_matrices_are_refused_before_they_are_made():
    X = np.lib.stride_tricks.as_strided(np.zeros(1), (20_000, 20_000), (0, 0))
    with pytest.raises(SelectionError, match=r"matrix of 20000 rows would take 9\.6 GB"):
        KDPP(5, kernel="precomputed").select(X)
    X = np.random.default_rng(0).normal(size=(40_000, 2))
    with pytest.raises(SelectionError, match=r"matrix of 40000 landmarks would take 12\.8 GB"):
        KDPP(5, kernel="rbf", rank=10**5).select(X)


@pytest.mark.parametrize("name", ["cur", "direct", "kmedoids", "deim", "maxvol", "pivoted_qr"])
def test_many_columns_need_no_matrix_of_them(name):
    """Matrices of 60,000 columns and rows would take 29 GB."""
    X = np.random.default_rng(0).normal(size=(12, 60_000))
    assert len(make_selector(name, n_to_select=4).select(X)) == 4
