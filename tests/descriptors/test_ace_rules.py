"""Which functions an ACE basis holds: numbers, trimming, identities, and what is refused."""

import numpy as np
import pytest
from ace_bases import BASES, cluster

from potlearn.descriptors import ACE, descriptor_from_dict
from potlearn.errors import BasisError

SPECIES = ("W", "Be", "He")


def per_order(basis):
    return [sum(f.order == n for f in basis.functions) for n in range(1, basis.order + 1)]


# Numbers of functions of each order that pacemaker and ACEpotentials have for the same settings.
TOTAL_DEGREE = {
    (1, 8): [8, 23, 23, 15],
    (1, 12): [12, 67, 132, 127],
    (1, 16): [16, 147, 505, 777],
    (2, 6): [12, 45, 66, 61],
    (3, 6): [18, 101, 224, 291],
}
BOX = {
    (1, 2, 3, 3): 24,
    (1, 2, 6, 3): 84,
    (1, 3, 2, 2): 26,
    (1, 3, 4, 3): 304,
    (1, 4, 2, 1): 20,
    (1, 4, 2, 2): 75,
    (1, 4, 3, 2): 300,
    (1, 5, 1, 1): 3,
    (1, 5, 1, 2): 13,
    (2, 2, 3, 3): 84,
    (2, 2, 6, 3): 312,
    (2, 3, 2, 2): 160,
    (2, 3, 4, 3): 2192,
    (2, 4, 2, 1): 190,
    (2, 4, 2, 2): 841,
    (2, 5, 1, 1): 30,
}


@pytest.mark.parametrize("case", TOTAL_DEGREE)
def test_numbers_by_total_degree(case):
    z, degree = case
    assert per_order(ACE(SPECIES[:z], order=4, degree=degree, wL=1.5)) == TOTAL_DEGREE[case]


@pytest.mark.parametrize(
    ("degree", "number"),
    [((16, 12, 8), 106), ((20, 16, 12), 299), ((25, 21, 17), 1016), ((28, 24, 20), 2001)],
)
def test_numbers_by_total_degree_per_order(degree, number):
    assert ACE(("Si",), order=3, degree=degree, wL=1.5).n_features == number


@pytest.mark.parametrize("case", BOX)
def test_numbers_in_a_box(case):
    z, order, nmax, lmax = case
    basis = ACE(SPECIES[:z], order=order, nmax=nmax, lmax=lmax)
    assert per_order(basis)[-1] == BOX[case]


def test_lowest_degrees_leave_functions_out():
    all_, some = (ACE(("Si",), order=2, nmax=2, lmax=3, lmin=k) for k in (0, 2))
    expected = [f for f in all_.functions if f.order == 1 or min(c.l for c in f.channels) >= 2]
    assert list(some.functions) == expected


def test_identities_do_not_depend_on_the_basis():
    large, small = (
        ACE(("Si",), cutoff=4.0, order=4, degree=d) for d in ((9, 9, 9, 9), (6, 7, 8, 7))
    )
    names = list(large.feature_names)
    assert len(set(names)) == len(names)
    places = [names.index(name) for name in small.feature_names]
    atoms = cluster(("Si",), 9, seed=0)
    a, b = (basis.features(atoms) for basis in (large, small))
    np.testing.assert_allclose(b, a[:, places], rtol=1e-12, atol=1e-12 * np.abs(a).max())


def test_a_name_holds_order_channels_and_number():
    names = ACE(("W", "Be"), order=2, nmax=1, lmax=1).feature_names
    assert names[0] == "ace1(W.1.0;0)"
    assert names[-1] == "ace2(Be.1.1 Be.1.1;0)"


def test_trimming_keeps_the_simplest():
    whole = ACE(("Si",), order=3, degree=9)
    for number in (1, 10, whole.n_features - 1, whole.n_features, 10**6):
        some = ACE(("Si",), order=3, degree=9, max_functions=number)
        assert some.n_features == min(number, whole.n_features)
        assert set(some.functions) <= set(whole.functions)
        left = [f for f in whole.functions if f not in set(some.functions)]
        worst = max(_complexity(f) for f in some.functions)
        assert all(_complexity(f) >= worst for f in left)


def _complexity(f):
    return f.order + sum(c.n + c.l for c in f.channels)


def test_a_basis_of_two_thousand_functions_is_there_at_once():
    from time import process_time

    start = process_time()
    basis = ACE(("Si",), order=4, degree=(20, 20, 18, 17), wL=1.5)
    _ = basis.engine
    assert basis.n_features > 2000
    assert process_time() - start < 5


@pytest.mark.parametrize("name", BASES)
def test_settings_rebuild_the_descriptor(name):
    basis = BASES[name]
    again = descriptor_from_dict(basis.to_dict())
    assert again == basis
    assert again.to_dict() == basis.to_dict()
    assert again.feature_names == basis.feature_names


def test_smoothness_is_that_of_the_reference():
    basis = ACE(("Si",), order=3, nmax=2, lmax=2)
    gamma = dict(zip(basis.feature_names, basis.smoothness, strict=True))
    assert gamma["ace1(Si.2.0;0)"] == 16
    assert gamma["ace2(Si.1.2 Si.2.2;0)"] == 2 * 3**4 + 1 + 16


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"species": ()}, "species: expected at least one chemical symbol"),
        ({"species": ("Si", "Si")}, "species must be distinct"),
        ({"cutoff": 0.0}, "cutoff: expected a finite number from 0.001 up to 100, got 0.0"),
        ({"order": 6}, "order: expected a whole number from 1 up to 5, got 6"),
        ({"order": 0}, "order: expected a whole number from 1 up to 5, got 0"),
        ({"degree": 8, "nmax": 2, "lmax": 2}, "two rules"),
        ({"nmax": 2}, "go together"),
        ({"order": 3, "degree": (8, 8)}, "degree needs 3 numbers"),
        (
            {"order": 2, "degree": (-1, 8)},
            r"degree\[0\]: expected a finite number from 0 up to 100, got -1",
        ),
        ({"degree": 0.5}, "leave no function"),
        ({"order": 1, "nmax": 0, "lmax": 0}, "leave no function"),
        (
            {"radial": {"kind": "bessel"}},
            r"radial\['kind'\]: expected 'sbessel' or .*, got 'bessel'",
        ),
        ({"radial": {"decay": 2.0}}, "sbessel has no parameter 'decay'"),
        (
            {"radial": {"kind": "cheb_exp_cos", "decay": -1.0}},
            r"radial\['decay'\]: expected a finite number above 0 up to 100",
        ),
        ({"radial": {"kind": "cheb_pow", "power": 1.5}}, "power must be 2 or more"),
        ({"radial": {"kind": "agnesi_jacobi", "p": 3, "q": 2}}, "expected 1 <= p <= q"),
        ({"radial": {"inner": 6.0}}, "expected 0 < width <= inner < cutoff"),
        ({"pairs": {"Si-O": {}}}, "'Si-O' is not a pair of Si"),
        ({"pairs": {"Si-Si": {"cutoff": 9.0}}}, "cutoff of Si-Si is 9.0; the general one is 5.0"),
        ({"pairs": {"Si-Si": {"decay": 9.0}}}, "no parameter 'decay'"),
        ({"wL": -1.0}, "wL: expected a finite number above 0 up to 100, got -1.0"),
        ({"degree": 40, "order": 2}, "degrees go to 12"),
    ],
)
def test_what_defines_no_basis_is_refused(settings, message):
    with pytest.raises(BasisError, match=message):
        ACE(**{"species": ("Si",), "cutoff": 5.0, **settings})


def test_an_unknown_setting_is_named():
    with pytest.raises(BasisError, match="unknown setting 'ordre'"):
        ACE.from_dict({"species": ["Si"], "ordre": 3})
