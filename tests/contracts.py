"""Every descriptor and every potential that the contract suite runs on: one line registers one."""

import numpy as np
from pod_bases import settings

from potlearn.descriptors import ACE, POD
from potlearn.descriptors.pod_clusters import Clusters
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pair import ZBL, BornMayer, Coulomb, LennardJones, Morse

SEVEN_BODY = settings((5, 4, 3, 2, 2, 2), (3, 3, 3, 2, 2))
AGNESI = {"kind": "agnesi_jacobi"}
FOUR_BODY = settings((4, 3, 2, 0, 0, 0), (3, 2, 0, 0, 0))


def clustered(species, **keywords):
    """Three environment clusters with random axes and centres."""
    pod = POD(species, **keywords)
    rng = np.random.default_rng(1)
    n, m = len(species), pod.n_base_features
    axes, centres = rng.normal(size=(n, 2, m)) / m, rng.normal(size=(n, 3, 2))
    return pod.with_clusters(Clusters(axes, centres))


def linear(descriptor, reference=None):
    """Random coefficients, smaller for features that are larger."""
    rng = np.random.default_rng(2)
    c = rng.normal(size=(len(descriptor.species), 1 + descriptor.n_features))
    return LinearPotential(descriptor, c / (1 + descriptor.n_features), reference)


DESCRIPTORS = {
    "pod seven-body": lambda: POD(("Si",), cutoff=4.5, **SEVEN_BODY),
    "pod three species": lambda: POD(("W", "Be", "He"), cutoff=4.2, **FOUR_BODY),
    "ace order 5": lambda: ACE(("Si",), cutoff=4.5, order=5, degree=(8, 8, 7, 7, 6), wL=1.0),
    "ace three species": lambda: ACE(
        ("W", "Be", "He"),
        cutoff=4.5,
        order=4,
        degree=(5, 5, 5, 4),
        radial={"kind": "cheb_pow"},
        pairs={"Be-He": {"cutoff": 4.0, "kind": "cheb_exp_cos"}, "W-W": {"inner": 1.8}},
    ),
    "ace agnesi": lambda: ACE(
        ("Si", "O"), cutoff=5.0, nmax=(4, 3, 2), lmax=(0, 3, 2), radial=AGNESI, order=3
    ),
    "pod clusters": lambda: clustered(("W", "Be"), cutoff=4.5, **FOUR_BODY),
}
POTENTIALS = {
    "zbl": lambda: ZBL(("Si", "O"), 1.0, 3.0),
    "lennard_jones": lambda: LennardJones(("Si", "O"), 5.0, epsilon=0.1, sigma=2.0),
    "morse": lambda: Morse(("Si", "O"), 5.0, depth=1.0, alpha=1.5, r0=2.2),
    "born_mayer": lambda: BornMayer(("Si", "O"), 4.0, amplitude=900.0, rho=0.3),
    "coulomb": lambda: Coulomb(("Si", "O"), 6.0, charges=(2.0, -1.0)),
    **{name: lambda make=make: linear(make()) for name, make in DESCRIPTORS.items()},
    "ace over zbl": lambda: linear(ACE(("Si",), cutoff=4.5, degree=8), ZBL(("Si",), 1.2, 2.6)),
    "pod over zbl": lambda: linear(POD(("Si",), cutoff=4.5, **FOUR_BODY), ZBL(("Si",), 1.2, 2.6)),
}
