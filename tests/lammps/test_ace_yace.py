"""Fitted ACE potentials as .yace files, read back by the reader that other evaluators check."""

import numpy as np
import pytest
from pod_bases import BASES, cell

import potlearn as pl
from potlearn.errors import ModelFileError
from potlearn.lammps import expansion_error, read_yace, to_yace, write_yace
from potlearn.potentials import LinearPotential

BASES_OF_ACE = {
    "order 4": pl.ACE(("Si",), cutoff=4.5, order=4, degree=8),
    "order 5": pl.ACE(("Si",), cutoff=4.5, order=5, nmax=(3, 2, 2, 2, 1), lmax=(0, 3, 2, 2, 1)),
    "two species": pl.ACE(("Si", "C"), cutoff=4.5, order=3, degree=5),
    "five species": pl.ACE(("H", "C", "N", "O", "Si"), cutoff=4.0, order=2, degree=3),
    "cheb_exp_cos": pl.ACE(("Si",), cutoff=4.5, order=3, degree=8, radial={"kind": "cheb_exp_cos"}),
    "cheb_pow": pl.ACE(("Si",), cutoff=4.5, order=3, degree=8, radial={"kind": "cheb_pow"}),
    "inner cutoff": pl.ACE(
        ("Si",),
        cutoff=4.5,
        order=3,
        degree=8,
        radial={"kind": "sbessel", "inner": 1.9, "width": 0.5},
    ),
    "own cutoff of a pair": pl.ACE(
        ("Si", "C"), cutoff=4.5, order=2, degree=5, pairs={"C-C": {"cutoff": 3.5}}
    ),
}


def fitted(descriptor, seed=0):
    c = np.random.default_rng(seed).normal(
        size=(len(descriptor.species), 1 + descriptor.n_features)
    )
    return LinearPotential(descriptor, 1e-2 * c)


def written(potential, folder):
    return read_yace(write_yace(folder / "x.yace", to_yace(potential)))


@pytest.mark.parametrize("name", BASES_OF_ACE)
def test_a_written_potential_is_the_same(name, tmp_path):
    potential = fitted(BASES_OF_ACE[name])
    again = written(potential, tmp_path)
    assert again.species == potential.species
    for seed in range(2):
        atoms = cell(potential.species, 7, seed, length=5.0)
        a, b = potential.predict(atoms), again.predict(atoms)
        np.testing.assert_allclose(b.energies, a.energies, atol=1e-11)
        np.testing.assert_allclose(b.forces, a.forces, atol=1e-9)
        np.testing.assert_allclose(b.virial, a.virial, atol=1e-9)


def test_other_radial_functions_are_expanded(tmp_path):
    ace = pl.ACE(("Si",), cutoff=4.5, order=3, degree=8, radial={"kind": "agnesi_jacobi"})
    potential = fitted(ace)
    assert 0 < expansion_error(potential) < 1e-7
    again = written(potential, tmp_path)
    atoms = cell(("Si",), 7, 0, length=5.0)
    a, b = potential.predict(atoms), again.predict(atoms)
    np.testing.assert_allclose(b.energies, a.energies, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(b.forces, a.forces, atol=1e-6 * np.abs(a.forces).max())


def test_functions_that_cannot_be_expanded_are_refused():
    ace = pl.ACE(("Si",), cutoff=12.0, order=1, degree=40, radial={"kind": "agnesi_jacobi"})
    with pytest.raises(
        ModelFileError, match=r"agnesi_jacobi: 48 ChebExpCos functions miss them by"
    ):
        to_yace(fitted(ace))


def test_functions_without_coefficient_are_not_written(tmp_path):
    ace = BASES_OF_ACE["order 4"]
    c = np.zeros((1, 1 + ace.n_features))
    c[0, [0, 3, 40]] = 1.0
    assert len(to_yace(LinearPotential(ace, c)).functions[0]) == 2


def test_what_is_no_ace_potential_is_refused():
    with pytest.raises(ModelFileError, match="this one is a LinearPotential of POD"):
        to_yace(fitted(BASES["two-body"]))
    ace = fitted(BASES_OF_ACE["order 4"])
    with pytest.raises(ModelFileError, match="cannot hold a reference potential"):
        to_yace(LinearPotential(ace.descriptor, ace.coefficients, pl.ZBL(("Si",), 1.0, 2.0)))
