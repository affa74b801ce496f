"""Radial functions: numbers of PACE, derivatives, ends, orthogonality."""

import numpy as np
import pytest

from potlearn.descriptors.ace.primitives import (
    AgnesiJacobi,
    ChebExpCos,
    ChebLinear,
    ChebPow,
    SBessel,
)
from potlearn.descriptors.ace.radial import AceRadial, make_radial

# g and g' of an independent implementation that agrees with pyace 0.3.0.
PACE = [
    (
        ChebExpCos(3.0, 0.01),
        2.3,
        [0.5626666167821522, 0.11949040915704026, 0.37645955738861814, 0.5526229561744874],
        [-0.3116820257167995, -0.15557322551936054, -0.4142128599963371, -0.392930927963728],
    ),
    (
        ChebExpCos(3.0, 1.0),
        4.5,
        [0.012235870926211617, 0.00022429692332613167, 0.0008807412596613613],
        [-0.08698039818019604, -0.0021136883617700977, -0.008261695426229973],
    ),
    (
        ChebPow(2.0),
        2.3,
        [0.2916, 0.8262777600000001, 0.980385140736, 0.5741712933175295],
        [-0.21600000000000003, -0.3601152, 0.19771195392000016, 0.9399806463836161],
    ),
    (
        ChebLinear(),
        2.3,
        [0.22999999999999998, 0.7083999999999999, 0.995072, 0.82627776],
        [0.1, 0.21600000000000003, 0.049920000000000034, -0.3601152],
    ),
    (
        SBessel(),
        2.3,
        [0.27459345594007883, 0.20157296307798162, -0.21364881498614197],
        [-0.2497001361749499, 0.27417625294304554, 0.5297579245277261],
    ),
]
ALL = [
    ChebExpCos(5.25),
    ChebExpCos(2.0, 0.7),
    ChebPow(2.0),
    ChebPow(3.5),
    SBessel(),
    AgnesiJacobi(2.3),
    AgnesiJacobi(2.8, 1.0, 3.0, 0, 2),
]


@pytest.mark.parametrize("case", PACE, ids=lambda case: repr(case[0]))
def test_numbers_of_pace(case):
    primitives, r, values, slopes = case
    jet = primitives.primitives(np.array([r]), 5.0, len(values))
    np.testing.assert_allclose(jet.value[0], values, atol=1e-14)
    np.testing.assert_allclose(jet.first[0], slopes, atol=1e-14)


@pytest.mark.parametrize("inner", [0.0, 1.5])
@pytest.mark.parametrize("primitives", ALL, ids=repr)
def test_derivatives(primitives, inner):
    radial, h = AceRadial(primitives, 5.0, inner), 1e-5
    r = np.concatenate([np.linspace(0.2, 4.9, 95), [1.2, 1.5, 4.3]]) + 0.0003
    jet = radial.functions(r, 7)
    ahead, back = radial.functions(r + h, 7), radial.functions(r - h, 7)
    for rate, up, down in (
        (jet.first, ahead.value, back.value),
        (jet.second, ahead.first, back.first),
    ):
        scale = np.abs(rate).max(0)
        np.testing.assert_allclose(rate / scale, (up - down) / (2 * h) / scale, atol=1e-7)


@pytest.mark.parametrize("primitives", ALL, ids=repr)
def test_value_and_slope_vanish_at_the_cutoff(primitives):
    end = AceRadial(primitives, 5.0).functions(np.array([5.0]), 6)
    np.testing.assert_allclose(end.value, 0, atol=1e-12)
    np.testing.assert_allclose(end.first, 0, atol=1e-12)


def test_nothing_is_left_inside_the_inner_cutoff():
    radial = AceRadial(SBessel(), 5.0, inner=1.5, width=0.5)
    free = AceRadial(SBessel(), 5.0)
    r = np.array([0.4, 1.0, 1.25, 1.5, 2.0])
    found, whole = radial.functions(r, 3).value, free.functions(r, 3).value
    np.testing.assert_allclose(found / whole, np.outer([0, 0, 0.5, 1, 1], np.ones(3)), atol=1e-12)


def test_orthonormal_kinds():
    x, w = np.polynomial.legendre.leggauss(200)
    r, w = 2.5 * (x + 1), 2.5 * w
    g = SBessel().primitives(r, 5.0, 8).value
    np.testing.assert_allclose(g.T @ (g * (w * r**2)[:, None]), np.eye(8), atol=1e-10)
    # Agnesi's transform: orthonormal in the transformed distance.
    radial = AgnesiJacobi(2.3)
    g, slope = radial.primitives(r, 5.0, 8).value, np.abs(_transform_slope(radial, r, 5.0))
    np.testing.assert_allclose(g.T @ (g * (w * slope)[:, None]), np.eye(8), atol=1e-6)


def _transform_slope(radial, r, cutoff):
    """dx/dr by differences of the transform written out."""

    def y(r):
        p, q, s = radial.p, radial.q, r / radial.r0
        a = (-2 * q + p * (4 * q - 2)) / (p + p**2 + q + q**2)
        return 1 / (1 + a * s**q / (1 + s ** (q - p)))

    h = 1e-5
    return 2 * (y(r + h) - y(r - h)) / (2 * h) / (y(cutoff) - 1)


def test_agnesi_is_steepest_at_r0():
    r = np.linspace(1.0, 5.0, 4001)
    slope = np.abs(_transform_slope(AgnesiJacobi(2.4), r, 6.0))
    assert r[slope.argmax()] == pytest.approx(2.4, abs=2e-3)


def test_agnesi_takes_r0_from_the_pair():
    radial = make_radial({"kind": "agnesi_jacobi"}, 5.0, ("Si", "O"))
    assert radial.primitives.r0 == pytest.approx(1.11 + 0.66)
