"""ACE on the engine against functions coupled one by one from complex moments."""

from itertools import groupby

import numpy as np
import pytest
from ace_bases import BASES, cluster, exact_moments
from oracles import ace_invariants_numpy

SIZES = (1, 2, 3, 9)


def species_n_l(function):
    return tuple((c.species, c.n, c.l) for c in function.channels)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", BASES)
def test_functions_written_out(name, n):
    """B = sum over multisets of C times the product of complex moments: values, dimers and all."""
    basis = BASES[name]
    atoms = cluster(basis.species, n, seed=n)
    found = basis.features(atoms)
    expected = np.zeros_like(found)
    for i, own in enumerate(exact_moments(basis, atoms)):
        for k, f in enumerate(basis.functions):
            ms, coefficients = f.products()
            factors = [own[c][m + c[2]] for c, m in zip(species_n_l(f), ms.T, strict=True)]
            value = coefficients @ np.prod(factors, axis=0)
            assert abs(value.imag) < 1e-10 * (1 + abs(value))
            expected[i, k] = value.real
    scale = np.abs(expected).max(0) + 1e-3
    np.testing.assert_allclose(found / scale, expected / scale, atol=2e-9)


@pytest.mark.parametrize("name", BASES)
def test_functions_span_all_invariants_of_their_channels(name):
    """Rank K, and the span of all orderings and intermediate degrees: neither more nor less."""
    basis = BASES[name]
    rng = np.random.default_rng(0)
    samples = [cluster(basis.species, 9, seed) for seed in range(10, 16)]
    ours = np.concatenate([basis.features(atoms) for atoms in samples])
    own = [moments for atoms in samples for moments in exact_moments(basis, atoms)]
    sets = [
        (channels, [k for k, _ in group])
        for channels, group in groupby(enumerate(basis.functions), lambda x: species_n_l(x[1]))
    ]
    chosen = sets if len(sets) < 30 else [sets[k] for k in rng.permutation(len(sets))[:30]]
    checked = 0
    for channels, places in chosen:
        assert len(places) == ace_invariants_numpy.count(channels)
        values = np.array([ace_invariants_numpy.invariants(x, channels) for x in own])
        # Odd intermediate degrees make some values imaginary.
        theirs = np.concatenate([values.real, values.imag], axis=1)
        size = np.linalg.norm(theirs)
        if size < 1e-6:
            continue
        mine = ours[:, places] / np.linalg.norm(ours[:, places], axis=0)
        assert np.linalg.matrix_rank(mine, tol=1e-5) == len(places), channels
        assert np.linalg.matrix_rank(theirs / size, tol=1e-7) == len(places), channels
        outside = theirs - mine @ np.linalg.lstsq(mine, theirs, rcond=None)[0]
        assert np.linalg.norm(outside) < 1e-7 * size, channels
        checked += 1
    assert checked > 0.5 * len(chosen)


def test_the_oracle_couples_to_unitary_tables():
    for l1, l2 in [(0, 0), (1, 1), (2, 1), (2, 3), (4, 4)]:
        table = np.concatenate(list(ace_invariants_numpy.clebsch_gordan(l1, l2).values()), axis=-1)
        square = table.reshape(-1, table.shape[-1])
        np.testing.assert_allclose(square.T @ square, np.eye(len(square)), atol=1e-13)
        half = ace_invariants_numpy.clebsch_gordan(1, 1)[2]
        np.testing.assert_allclose(half[1, 1, 2], np.sqrt(2 / 3), atol=1e-14)


def test_the_oracle_is_invariant():
    basis = BASES["order 4"]
    atoms = cluster(basis.species, 7, seed=1)
    turned = atoms.copy()
    turned.rotate(50, "z")
    turned.rotate(-70, (1, 2, 3))
    channels = ((0, 1, 2), (0, 1, 2), (0, 2, 1), (0, 2, 1))
    for a, b in zip(exact_moments(basis, atoms), exact_moments(basis, turned), strict=True):
        x, y = (ace_invariants_numpy.invariants(own, channels) for own in (a, b))
        np.testing.assert_allclose(x, y, atol=1e-12 * np.abs(x).max())
