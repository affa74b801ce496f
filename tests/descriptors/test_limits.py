"""Bases are counted before they are built: those that are too large are refused in words."""

from dataclasses import replace

import numpy as np
import pytest
from pod_bases import BASES
from pod_bases import settings as pod_settings

from potlearn.descriptors import ACE, POD
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.errors import BasisError

ELEMENTS = ("Li", "Be", "B", "C", "N", "O", "F", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "K", "Ca")
EVERY = dict.fromkeys((f"{n}body_number_radial_basis_functions" for n in
                       ("two", "three", "four", "five", "six", "seven")), 8)  # fmt: skip
EVERY |= {"fourbody_angular_degree": 4, "fivebody_angular_degree": 4, "sixbody_angular_degree": 4,
          "sevenbody_angular_degree": 4, "threebody_angular_degree": 4}  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"degree": 1e9}, "degree: expected a finite number from 0 up to 100"),
        ({"degree": 90}, "more than 300000 products of order 2; that is the limit: lower 'order'"),
        ({"wL": 1e-9}, "channels .* the limit is 20000: .* or raise 'wL'"),
        ({"nmax": 10**9, "lmax": 2}, "nmax: expected a whole number from 0 up to 100"),
        ({"nmax": 100, "lmax": 12}, "more than 300000 products of order 2"),
        ({"nmax": 6, "lmax": 13}, "lmax: expected a whole number from 0 up to 12"),
        ({"order": 5, "nmax": 1, "lmax": 12, "lmin": (0, 12, 12, 12, 12)}, "9765625 components"),
        ({"radial": {"kind": "agnesi_jacobi", "p1": 10**7}}, "from 0 up to 20"),
        ({"pairs": {"Si-Si": {"cutoff": 1e30}}}, "from 0.001 up to 100"),
        ({"cutoff": 10**400}, "a whole number of 1329 bits"),
        ({"species": ("Si", 14)}, r"species\[1\]: expected text, got 14"),
        ({"species": ("Si", "X")}, "expected chemical symbols, got 'X'"),
        ({"species": ("Si", "O"), "nmax": 6, "lmax": 3}, "functions; the limit is 100000: lower"),
    ],
)
def test_ace_has_limits(settings, message):
    with pytest.raises(BasisError, match=message):
        ACE(**{"species": ("Si",), "cutoff": 5.0, **settings})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"species": ELEMENTS, **EVERY}, "products of .* descriptors; the limit is 20000"),
        ({"species": ELEMENTS[:4], **EVERY}, "would have .* features .* the limit is 100000"),
        ({"number_of_environment_clusters": 100, "number_of_principal_components": 2,
          **EVERY}, "100 environment clusters"),
        ({"bessel_polynomial_degree": 2**64}, "from 0 up to 100"),
        ({"inverse_polynomial_degree": 100, "rin": 0.01}, "beyond all numbers; raise rin"),
        ({"cutoff": 1e12}, "from 0.001 up to 100"),
        ({"species": ("Si", "Uuo")}, "expected chemical symbols, got 'Uuo'"),
        ({"threebody_angular_degree": 2.5}, "expected a whole number"),
    ],
)  # fmt: skip
def test_pod_has_limits(settings, message):
    with pytest.raises(BasisError, match=message):
        POD(**{"species": ("Si",), **settings})


def test_large_bases_are_not_refused():
    assert ACE(("Si",), order=4, degree=(20, 19, 18, 17)).n_features == 12625
    assert ACE(("Si",), order=4, degree=30, wL=2.5).n_features > 20_000
    assert ACE(ELEMENTS[:5], order=4).n_features > 200
    assert POD(("W", "Be"), **EVERY).n_features > 10_000


@pytest.mark.parametrize("name", BASES)
def test_descriptors_are_counted_as_they_are_built(name):
    assert BASES[name].n_features == len(BASES[name].feature_names) == BASES[name].engine.n_features


@pytest.mark.parametrize(
    ("projection", "centroids", "message"),
    [
        (np.zeros((1, 2, 3)), np.zeros((1, 2, 2)), r"projection: expected shape \(1, 2, 13\)"),
        (np.zeros((1, 2, 13)), np.zeros((2, 2, 2)), r"centroids: expected shape \(1, 2, 2\)"),
        (np.full((1, 2, 13), np.nan), np.zeros((1, 2, 2)), "projection: expected finite numbers"),
    ],
)
def test_clusters_fit_their_basis(projection, centroids, message):
    basis = POD(("Si",), **pod_settings((4, 3, 0, 0, 0, 0), (2, 0, 0, 0, 0)))
    assert basis.n_features == 13
    with pytest.raises(BasisError, match=message):
        replace(
            basis,
            number_of_environment_clusters=2,
            number_of_principal_components=2,
            clusters=Clusters(projection, centroids),
        )
