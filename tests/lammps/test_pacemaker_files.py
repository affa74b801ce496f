"""Pacemaker's B-basis and `.ace` files and the splines of ACEpotentials.jl."""

import numpy as np
import pacemaker_files
import pytest
from ase import Atoms
from oracles import pyace_wheel
from scipy.interpolate import CubicHermiteSpline

import potlearn as pl
from potlearn.errors import ModelFileError, PotlearnWarning
from potlearn.lammps import read_ace, read_bbasis

pytest.importorskip("pyace")


def cluster(elements):
    """Eight atoms."""
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = 2.1 * grid + np.random.default_rng(1).uniform(-0.2, 0.2, (8, 3))
    return Atoms([elements[k % len(elements)] for k in range(8)], positions=positions)


def assert_same(found, expected, tolerance=1e-9):
    scale = max(1.0, np.abs(expected.forces).max())
    np.testing.assert_allclose(found.energies, expected.energies, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(found.forces, expected.forces, atol=tolerance * scale)


KINDS = {
    "two species, to order 6": {},
    "one species, Bessel": {"elements": ("Cu",), "kind": "SBessel"},
    "three species, one density": {
        "elements": ("Cr", "Fe", "Ni"), "orders": (2, 1, 1), "two": False, "kind": "ChebPow"
    },
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_b_basis_is_what_pacemaker_makes_of_it(tmp_path, name):
    basis = pacemaker_files.potential(**KINDS[name])
    basis.save(str(tmp_path / "output_potential.yaml"))
    basis.to_ACECTildeBasisSet().save_yaml(str(tmp_path / "x.yace"))
    found, converted = pl.load(tmp_path / "output_potential.yaml"), pl.load(tmp_path / "x.yace")
    atoms = cluster(found.species)
    assert found.species == converted.species
    assert_same(found.predict(atoms), converted.predict(atoms))
    assert_same(found.predict(atoms), pyace_wheel.evaluate(tmp_path / "x.yace", atoms), 1e-7)


def test_the_small_b_basis(tmp_path):
    path = tmp_path / "output_potential.yaml"
    path.write_text(pacemaker_files.BBASIS)
    from pyace import ACEBBasisSet

    ACEBBasisSet(str(path)).to_ACECTildeBasisSet().save_yaml(str(tmp_path / "x.yace"))
    atoms = cluster(["Al"])
    assert_same(pl.load(path).predict(atoms), pl.load(tmp_path / "x.yace").predict(atoms))


def test_ace_text_is_what_pacemaker_evaluates(tmp_path):
    basis = pacemaker_files.potential(("Cu",), "ChebPow").to_ACECTildeBasisSet()
    basis.save(str(tmp_path / "x.ace"))
    (tmp_path / "small.ace").write_text(pacemaker_files.ACE)
    atoms = cluster(["Cu"])
    for name in ("x.ace", "small.ace"):
        expected = pyace_wheel.evaluate(tmp_path / name, atoms)
        assert_same(pl.load(tmp_path / name).predict(atoms), expected, 1e-7)


def test_ace_text_of_two_species(tmp_path):
    basis = pacemaker_files.potential(orders=(2, 1, 1)).to_ACECTildeBasisSet()
    basis.save(str(tmp_path / "x.ace"))
    basis.save_yaml(str(tmp_path / "x.yace"))
    found, same = read_ace(tmp_path / "x.ace").file, pl.load(tmp_path / "x.yace").file
    assert found.elements == same.elements
    for pair, bond in found.bonds.items():
        np.testing.assert_allclose(bond.radcoefficients, same.bonds[pair].radcoefficients)
    for mine, others in zip(found.functions, same.functions, strict=True):
        for f, g in zip(mine, others, strict=True):
            assert (f.mus, f.ns, f.ls, f.ms.tolist()) == (g.mus, g.ns, g.ls, g.ms.tolist())
            np.testing.assert_allclose(f.ctildes, g.ctildes, atol=1e-12)


def test_splines_of_acepotentials(tmp_path):
    """By hand: order 1 is a sum over neighbours, order 2 of degree 1 a sum of cosines."""
    path = tmp_path / "x.yace"
    path.write_text(pacemaker_files.SPLINES)
    with pytest.warns(PotlearnWarning, match="pair potential .* table"):
        potential = pl.load(path)
    nodes = np.linspace(0, 5.5, 5)
    one = CubicHermiteSpline(nodes, [1, 0.7, 0.4, 0.1, 0], [0, -0.2, -0.2, -0.1, 0])
    two = CubicHermiteSpline(nodes, [0, 0.5, -0.4, 0.1, 0], [0.3, 0.2, -0.2, 0.1, 0])
    atoms = cluster(["Si"])
    vectors = atoms.positions[None] - atoms.positions[:, None]
    expected = []
    for v in vectors:
        v = v[np.linalg.norm(v, axis=1) > 0]
        r = np.linalg.norm(v, axis=1)
        u = v / r[:, None]
        cosines = 3 * np.einsum("i,j,ij", one(r), two(r), u @ u.T)
        expected.append(-0.5 + 0.1 * one(r).sum() + 0.2 * cosines)
    found = potential.predict(atoms)
    np.testing.assert_allclose(found.energies, expected, atol=1e-7)
    potential.save(tmp_path / "x.potl")
    again = pl.load(tmp_path / "x.potl").predict(atoms)
    np.testing.assert_array_equal(again.energies, found.energies)
    with pytest.raises(ModelFileError, match=r"splines of ACEpotentials.jl: LAMMPS's pair_style"):
        pl.write_yace(tmp_path / "y.yace", potential.file)


REFUSED = {
    "coupling": (
        "BBASIS", "lint: [1, 1], c", "lint: [2, 1], c", r"nbody\[3\]: degrees .* do not couple"
    ),
    "intermediate degrees": ("BBASIS", "lint: [2], ", "", r"nbody\[2\]: lint: expected 1 degrees"),
    "no block": ("BBASIS", "type: Al Al, nr", "type: Al Ni, nr", "type: expected species Al, got"),
    "free atoms": ("BBASIS", "global:", "global:\n  E0: {Al: 1}", "global.E0: expected no ener"),
    "huge degree": ("BBASIS", "nl: [1, 1],", "nl: [1, 99],", r"nl: expected 0 to 12"),
    "huge sizes": ("BBASIS", "nradbaseij: 2", "nradbaseij: 2000000", "nradbaseij: .*0 to 128"),
    "too few": ("ACE", "num_ms=2", "num_ms=3", r"line 37: expected 3 combinations"),
    "lost number": ("ACE", " -0.200000000000000000 0.3", " 0.3", "crad: expected 4 numbers, got 3"),
    "twice": ("ACE", "lmax=1", "lmax=1\nlmax=1", "key 'lmax' is given twice"),
    "centre": ("ACE", "mu0=0", "mu0=1", "mu0: expected a species from 0 to 0, got 1"),
    "bins": ("SPLINES", "nbins: 4", "nbins: 5", r"splinenodalvals.0: expected 6 numbers, got 5"),
    "functions": ("SPLINES", "nradial: 2", "nradial: 3", r"splinenodalvals: expected 3 functions"),
    "degree": ("SPLINES", "lmax: 1", "lmax: 999999", "lmax: expected 0 to 12, got 999999"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(tmp_path, what):
    name, old, new, message = REFUSED[what]
    text = getattr(pacemaker_files, name)
    assert old in text
    (tmp_path / "x.txt").write_text(text.replace(old, new, 1))
    with pytest.raises(ModelFileError, match=message) as caught:
        pl.load(tmp_path / "x.txt")
    assert "x.txt" in str(caught.value)


def test_readers_by_name(tmp_path):
    for name, text, read in (
        ("x.ace", pacemaker_files.ACE, read_ace),
        ("x.yaml", pacemaker_files.BBASIS, read_bbasis),
    ):
        (tmp_path / name).write_text(text)
        assert read(tmp_path / name).metadata["source"] == name
        with pytest.raises(ModelFileError, match="no such file"):
            read(tmp_path / "none")
