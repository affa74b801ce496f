"""Every descriptor and every potential that the contract suite runs on: one line registers one."""

import tempfile
from pathlib import Path

import numpy as np
import yace_files
from neural_potentials import neural
from pod_bases import settings

from potlearn.descriptors import ACE, POD
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.lammps import read_yace
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pair import ZBL, BornMayer, Coulomb, LennardJones, Morse
from potlearn.potentials.wall import Wall

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


def wall(species, reach, limit, contact):
    """A wall with the same numbers for all species."""
    n = len(species)
    tables = np.full((n, n), reach), np.full((n, n), contact)
    return Wall(
        species, tables[0], np.full(n, limit), np.full(n, 2.0), tables[1], np.full((n, n), 3.0)
    )


def imported(species, **keywords):
    """A potential read from an invented `.yace` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yace"
        path.write_text(yace_files.text(yace_files.invented(species, **keywords)))
        return read_yace(path)


# The switch of the mode zbl has a kink where another neighbour becomes the nearest: no such here.
PACE = {
    "pace, linear": {"species": ("Si",), "order": 5},
    "pace, square root, density": {
        "species": ("Si", "O"), "mode": "density", "parameters": (1.0, 1.0, 0.4, 0.5),
        "npoti": "FinnisSinclairShiftedScaled", "rho_core": (2.0, 1.5),
    },
    "pace, zbl": {"species": ("Si", "O"), "kind": "SBessel", "mode": "zbl", "inner": (1.6, 0.5)},
    "pace, five species": {"species": ("Cr", "Mn", "Fe", "Co", "Ni"), "kind": "ChebPow"},
}  # fmt: skip
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
NEURAL = {
    "neural, mlp of ace": lambda: neural(ACE(("Si",), cutoff=4.5, order=3, degree=8)),
    "neural, four embedded of ace": lambda: neural(DESCRIPTORS["ace agnesi"](), "embedded", 4),
    "neural, square roots of ace over zbl": lambda: neural(
        ACE(("Si",), cutoff=4.5, degree=8), "finnis_sinclair", 2, ZBL(("Si",), 1.2, 2.6)
    ),
    "neural, two mlp of pod over zbl": lambda: neural(
        POD(("Si",), cutoff=4.5, **FOUR_BODY), "mlp", 2, ZBL(("Si",), 1.2, 2.6), activation="tanh"
    ),
    "neural, embedded of pod": lambda: neural(DESCRIPTORS["pod three species"](), "embedded"),
    "neural, square roots of pod clusters": lambda: neural(
        DESCRIPTORS["pod clusters"](), "finnis_sinclair"
    ),
    "neural + pair": lambda: (
        0.5 * neural(ACE(("Si", "O"), cutoff=4.5, order=3, degree=6), fade=False)
        + BornMayer(("Si", "O"), 4.0, amplitude=900.0, rho=0.3)
    ),
}
POTENTIALS = {
    "zbl": lambda: ZBL(("Si", "O"), 1.0, 3.0),
    "lennard_jones": lambda: LennardJones(("Si", "O"), 5.0, epsilon=0.1, sigma=2.0),
    "morse": lambda: Morse(("Si", "O"), 5.0, depth=1.0, alpha=1.5, r0=2.2),
    "born_mayer": lambda: BornMayer(("Si", "O"), 4.0, amplitude=900.0, rho=0.3),
    "wall": lambda: wall(("Si", "O"), 3.8, 0.4, 2.2),
    "coulomb": lambda: Coulomb(("Si", "O"), 6.0, charges=(2.0, -1.0)),
    **{name: lambda make=make: linear(make()) for name, make in DESCRIPTORS.items()},
    **{name: lambda given=given: imported(**given) for name, given in PACE.items()},
    "pace + pairs": lambda: (
        ZBL(("Si", "O"), 1.0, 3.0)
        + 0.5 * imported(("Si", "O"), order=3)
        - Coulomb(("Si", "O"), 6.0, charges=(0.2, -0.1))
    ),
    "ace over zbl": lambda: linear(ACE(("Si",), cutoff=4.5, degree=8), ZBL(("Si",), 1.2, 2.6)),
    "pod over zbl": lambda: linear(POD(("Si",), cutoff=4.5, **FOUR_BODY), ZBL(("Si",), 1.2, 2.6)),
    **NEURAL,
}
