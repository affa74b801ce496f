"""Polynomials of complex moments in a program, against their definition."""

from math import sqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.engine import ProgramBuilder
from potlearn.engine.program import moment
from potlearn.potentials.pace.products import ComplexPolynomials, folded

CHANNELS, DEGREE = 3, 3
WIDTH = (DEGREE + 1) ** 2


def real_moment(channel, l, m):
    return moment(channel * WIDTH + l * l + l + m)


def complex_moment(a, channel, l, m):
    """A_lm from real moments, with Condon-Shortley phase."""
    if m < 0:
        return (-1) ** m * np.conj(complex_moment(a, channel, l, -m))
    re = a[channel * WIDTH + l * l + l + m]
    if m == 0:
        return complex(re)
    return (-1) ** m * (re + 1j * a[channel * WIDTH + l * l + l - m]) / sqrt(2)


def run(program, a):
    """Values of a program's features."""
    values = [*a]
    for d in range(len(program.node_first) - 1):
        total = 0.0
        for g in range(program.node_first[d], program.node_first[d + 1]):
            rows = range(program.group_first[g], program.group_first[g + 1])
            inner = sum(
                program.term_weight[k] * at(values, program, program.term_b[k]) for k in rows
            )
            total += at(values, program, program.group_a[g]) * inner
        values.append(total)
    return np.array([values[k] for k in program.feature])


def at(values, program, index):
    """The value of that number; the one after all nodes is one."""
    n_nodes = len(program.node_first) - 1
    return 1.0 if index == program.n_moments + n_nodes else values[index]


def program_of(*polynomials):
    builder = ProgramBuilder(CHANNELS * WIDTH)
    products = ComplexPolynomials(builder, real_moment)
    for terms, count in polynomials:
        for node in products.add(terms, count):
            builder.feature("x", node)
    return builder.build()


def expected(terms, count, a):
    total = np.zeros(count)
    for product, c in terms.items():
        total += np.array(c) * np.prod([complex_moment(a, *v) for v in product]).real
    return total


@st.composite
def products(draw):
    """Sorted factors whose m sum to zero."""
    order = draw(st.integers(1, 6))
    legs = [
        (draw(st.integers(0, CHANNELS - 1)), draw(st.integers(0, DEGREE))) for _ in range(order)
    ]
    ms = [draw(st.integers(-l, l)) for _, l in legs]
    for t, (_, l) in enumerate(legs):
        ms[t] = int(np.clip(ms[t] - sum(ms), -l, l))
    if sum(ms):
        ms = [0] * order
    return tuple(sorted((c, l, m) for (c, l), m in zip(legs, ms, strict=True)))


coefficients = st.tuples(st.floats(-2, 2), st.floats(-2, 2))


@settings(max_examples=150)
@given(st.dictionaries(products(), coefficients, max_size=12), st.integers(0, 2**32 - 1))
def test_any_polynomial(terms, seed):
    a = np.random.default_rng(seed).normal(size=CHANNELS * WIDTH)
    found = run(program_of((terms, 2)), a)
    np.testing.assert_allclose(found, expected(terms, 2, a), rtol=1e-10, atol=1e-10)


def test_two_polynomials_share_nodes_and_an_empty_one_is_zero():
    pair = ((0, 1, -1), (1, 1, 1))
    three = (*pair, (2, 2, 0))
    four = tuple(sorted((*pair, (2, 2, 0), (2, 2, 0))))
    together = program_of(({three: (1.0,)}, 1), ({four: (0.5,), three: (2.0,)}, 1), ({}, 1))
    alone = program_of(({three: (1.0,)}, 1))
    a = np.random.default_rng(1).normal(size=CHANNELS * WIDTH)
    found = run(together, a)
    np.testing.assert_allclose(found[0], run(alone, a)[0])
    np.testing.assert_allclose(found[1], expected({four: (0.5,), three: (2.0,)}, 1, a)[0])
    assert found[2] == 0.0
    assert len(together.node_first) < 2 * len(alone.node_first) + 3


def test_a_product_and_its_conjugate_are_one():
    half = {((0, 2, -1), (1, 2, 1)): (1.0,), ((0, 2, 1), (1, 2, -1)): (2.0,)}
    assert list(folded(half).values()) == [[3.0]]
    cancelled = {((0, 2, -1), (1, 2, 1)): (1.0,), ((0, 2, 1), (1, 2, -1)): (-1.0,)}
    assert folded(cancelled) == {}
