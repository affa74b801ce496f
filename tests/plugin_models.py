"""Potentials for runs in LAMMPS, their files, and the comparison with the calculator."""

from dataclasses import replace

import numpy as np
import pytest
from ace_bases import BASES as ACE_BASES
from ase.build import bulk
from neural_potentials import neural
from pod_bases import BASES as POD_BASES

from potlearn import testing
from potlearn.data import from_atoms
from potlearn.lammps import write_lammps
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import ZBL, LennardJones
from potlearn.uncertainty import Link, QuadraticUncertainty, make_grade

TWO = ("W", "Be")
ACE, POD, SILICON = ACE_BASES["two species"], POD_BASES["W-Be 2-7-body"], ACE_BASES["order 3"]


def linear(descriptor, reference=None):
    """A potential with made-up coefficients, of some eV per atom."""
    shape = len(descriptor.species), 1 + descriptor.n_features
    coefficients = np.random.default_rng(1).normal(size=shape) / np.sqrt(shape[1])
    return LinearPotential(descriptor, coefficients.ravel(), reference)


POTENTIALS = {
    "ace": linear(ACE),
    "pod": linear(POD),
    "neural": neural(SILICON),
    "over zbl": linear(ACE, ZBL(TWO, inner=0.8, outer=2.0)),
    "sum": linear(ACE) + 0.5 * LennardJones(TWO, 4.0, epsilon=0.1, sigma=2.0),
}


def export(potential, folder):
    """Write ``model.potl-lammps``."""
    (path,) = write_lammps(potential, folder / "model", to="lammps").paths
    return path


def commands(path, species):
    """The pair style, with a type for each species."""
    return ["pair_style potlearn", f"pair_coeff * * {path.name} {' '.join(species)}"]


def silicon(seed=0, size=2):
    """Disordered silicon in a cubic cell."""
    atoms = bulk("Si", a=5.43, cubic=True).repeat(size)
    atoms.positions += np.random.default_rng(seed).normal(scale=0.1, size=atoms.positions.shape)
    return atoms


def assert_agrees(result, potential, atoms):
    """Energies, forces and pressure to 1e-9 of their size; parts add up to totals."""
    expected = potential.predict(atoms)
    scale = max(1.0, np.abs(expected.forces).max())
    np.testing.assert_allclose(result.energies, expected.energies, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.forces, expected.forces, atol=1e-9 * scale)
    virial = max(1.0, np.abs(expected.virial).max())
    np.testing.assert_allclose(result.virial, expected.virial, atol=1e-9 * virial)
    np.testing.assert_allclose(result.virials.sum(0), expected.virial, atol=1e-9 * virial)
    assert result.energy == pytest.approx(expected.energies.sum(), rel=1e-9)


def with_errors(potential, seed=6):
    """The potential with a grade of atoms and with coefficient sets that tell errors of forces."""
    descriptor, rng = potential.descriptor, np.random.default_rng(seed)
    species, n = descriptor.species, potential.coefficients.size
    frames = from_atoms([testing.configurations(species, seed=k)["bulk"] for k in range(12)])
    link = Link(scale=0.7, power=0.3, noise=0.02, least=1e-9)
    uncertainty = QuadraticUncertainty(
        "calibrated",
        rng.normal(size=(n, 5)),
        rng.normal(size=(n, 5)),
        rng.normal(size=(4, len(species), 1 + descriptor.n_features)),
        {"energy": link, "forces": link},
        None,
        make_grade(frames, descriptor, "maxvol", n_features=6),
    )
    return replace(potential, uncertainty=uncertainty)
