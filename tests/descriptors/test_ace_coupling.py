"""Invariants of every pattern: number, independence, and the operator that they solve."""

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.descriptors.ace.coupling import count, trees
from potlearn.descriptors.ace.polynomial import folding, polynomial
from potlearn.descriptors.ace.trees import degrees
from potlearn.errors import BasisError

KNOWN = {
    ((2, 2),): 1,
    ((1, 1), (1, 1)): 1,
    ((2, 3),): 1,
    ((1, 1), (2, 1), (3, 1)): 1,
    ((2, 4),): 1,
    ((2, 2), (2, 2)): 3,
    ((2, 1),) * 4: 5,
    ((1, 5),): 0,
    ((2, 5),): 1,
    ((3, 4),): 2,
    ((1, 2), (2, 3)): 2,
}


@st.composite
def patterns(draw):
    order = draw(st.integers(1, 5))
    top = {1: 6, 2: 6, 3: 5, 4: 3, 5: 2}[order]
    pattern, left = [], order
    while left:
        k = draw(st.integers(1, left))
        pattern.append((draw(st.integers(0, top)), k))
        left -= k
    return tuple(sorted(pattern))


def raised(pattern):
    """J+ from multisets with sum m = 0 to those with sum m = 1, as a dense matrix."""
    ls = degrees(pattern)
    classes = np.repeat(np.arange(len(pattern)), [k for _, k in pattern])
    rows, matrix = {}, {}
    for column, ms in enumerate(folding(pattern).ms.tolist()):
        for t, (l, m) in enumerate(zip(ls, ms, strict=True)):
            if m < l:
                new = [*ms[:t], m + 1, *ms[t + 1 :]]
                key = tuple(sorted(zip(classes.tolist(), new, strict=True)))
                row = rows.setdefault(key, len(rows))
                value = np.sqrt((l - m) * (l + m + 1))
                matrix[row, column] = matrix.get((row, column), 0.0) + value
    dense = np.zeros((len(rows), len(folding(pattern).ms)))
    for place, value in matrix.items():
        dense[place] = value
    return dense


@pytest.mark.parametrize("pattern", KNOWN)
def test_known_numbers(pattern):
    assert count(pattern) == len(trees(pattern)) == KNOWN[pattern]


@settings(max_examples=120)
@given(patterns())
def test_functions_are_all_solutions_of_the_raising_operator(pattern):
    """Annihilated by J+, as many as its kernel has dimensions, independent, and well so."""
    if sum(degrees(pattern)) % 2:
        assert count(pattern) == 0
        return
    operator = raised(pattern)
    kernel = operator.shape[1] - np.linalg.matrix_rank(operator)
    assert count(pattern) == len(trees(pattern)) == kernel
    vectors = np.array([polynomial(pattern, tree) for tree in trees(pattern)])
    if not len(vectors):
        return
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    np.testing.assert_allclose(vectors @ operator.T, 0, atol=1e-12)
    values = np.linalg.svd(vectors, compute_uv=False)
    assert values[0] < 30 * values[-1]


def test_number_up_to_order_three_follows_the_triangle_rule():
    for ls in combinations_with_replacement(range(5), 3):
        distinct = tuple((l, 1) for l in ls)
        allowed = sum(ls) % 2 == 0 and ls[2] <= ls[0] + ls[1]
        assert count(distinct) == len(trees(distinct)) == int(allowed)


def test_products_come_first():
    for l1, l2 in product((1, 2, 3), repeat=2):
        pattern = tuple(sorted(((l1, 1), (l1, 1), (l2, 1), (l2, 1))))
        assert len(trees(pattern)[0]) == 2


def test_order_seven_is_refused():
    with pytest.raises(BasisError, match="functions go to order 6"):
        trees(((1, 4), (2, 3)) if count(((1, 4), (2, 3))) else ((2, 7),))
