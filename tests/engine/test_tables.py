"""Radial tables and Taylor arithmetic, values and derivatives."""

import numpy as np
import pytest
from ase import Atoms

from potlearn.descriptors import POD
from potlearn.descriptors.pod.radial import PodRadial
from potlearn.engine import Basis, Engine, Jet, ProgramBuilder, tabulate
from potlearn.engine.program import ONE, moment
from potlearn.structure.system import System


def radial_engine(functions, n, cutoff):
    """An engine whose features are the radial functions of a dimer."""
    builder = ProgramBuilder(n)
    for k in range(n):
        builder.feature(str(k), builder.invariant({(moment(k), ONE): 1.0}))
    table = tabulate(functions, cutoff)
    which = np.zeros((1, 1), np.int32)
    return Engine(Basis((0,) * n, (table,), which, (builder.build(),)))


def at_distance(engine, r, cutoff):
    """Values and derivatives of the radial functions at the distance ``r``."""
    atoms = Atoms("H2", positions=[[0, 0, 0], [r, 0, 0]])
    system = System.of(atoms, ("H",), cutoff)
    u = np.zeros((2, 3))
    u[1, 0] = 1.0
    return engine.features(system)[0], engine.jvp(system, u)[0]


@pytest.mark.parametrize(("rin", "cutoff"), [(0.5, 5.0), (1.0, 5.0), (1.0, 4.67637), (0.9, 7.3)])
def test_pod_radials_and_their_slopes(rin, cutoff):
    radial, n = PodRadial(rin, cutoff, 4, 8), 8
    engine = radial_engine(lambda r: radial.functions(r, n), n, cutoff)
    scale = np.abs(radial.functions(np.linspace(rin, cutoff, 400), n).value).max(0)
    for r in [rin, rin - 0.2, rin + 1e-9, *np.linspace(rin + 0.05, cutoff - 1e-6, 37)]:
        exact = radial.functions(np.array([r]), n)
        value, slope = at_distance(engine, r, cutoff)
        np.testing.assert_allclose(value / scale, exact.value[0] / scale, atol=1e-11)
        np.testing.assert_allclose(slope / scale, exact.first[0] / scale, atol=1e-9)


def test_pod_radials_are_zero_at_the_cutoff():
    value, slope = at_distance(
        POD(("H",), cutoff=5.0, fourbody_angular_degree=4).engine, 4.9999999, 5.0
    )
    assert np.abs(value).max() < 1e-12
    assert np.abs(slope).max() < 1e-12


def test_a_kink_in_the_second_derivative_at_the_cutoff_costs_nothing():
    def parabola(r):
        x = Jet.variable(r)
        inside = r <= 4.7
        f = (x - 4.7) * (x - 4.7)
        return Jet(*((getattr(f, k) * inside)[:, None] for k in ("value", "first", "second")))

    engine = radial_engine(parabola, 1, 4.7)
    for r in (0.3, 2.0, 4.699, 4.6999999):
        value, slope = at_distance(engine, r, 4.7)
        assert value[0] == pytest.approx((r - 4.7) ** 2, rel=1e-14, abs=1e-13)
        assert slope[0] == pytest.approx(2 * (r - 4.7), rel=1e-12, abs=1e-13)


FUNCTIONS = {
    "exp": (lambda x: (x * -0.7).exp(), lambda x: np.exp(-0.7 * x)),
    "power": (lambda x: x**-3.0, lambda x: x**-3.0),
    "quotient": (lambda x: (2.0 - x) / (x * x + 1.0), lambda x: (2 - x) / (x * x + 1)),
    "sinc": (lambda x: (x * 0.6).sinc(), lambda x: np.sinc(0.6 * x)),
    "decay": (lambda x: (x * 1.3).decay_ratio(), lambda x: -np.expm1(-1.3 * x) / (1.3 * x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jets_against_central_differences(name):
    jet, plain = FUNCTIONS[name]
    x, h = np.linspace(0.01, 3.0, 57), 1e-4
    found = jet(Jet.variable(x))
    np.testing.assert_allclose(found.value, plain(x), rtol=1e-13)
    first = (plain(x + h) - plain(x - h)) / (2 * h)
    second = (plain(x + h) - 2 * plain(x) + plain(x - h)) / h**2
    np.testing.assert_allclose(
        found.first, first, rtol=2e-3 if name == "power" else 1e-6, atol=1e-6
    )
    np.testing.assert_allclose(
        found.second, second, rtol=5e-3 if name == "power" else 1e-5, atol=1e-5
    )


def test_smooth_functions_at_zero():
    zero = Jet.variable(np.zeros(1))
    assert (zero.sinc().value[0], zero.sinc().second[0]) == (1.0, pytest.approx(-(np.pi**2) / 3))
    ratio = zero.decay_ratio()
    assert (ratio.value[0], ratio.first[0]) == (1.0, pytest.approx(-0.5))
