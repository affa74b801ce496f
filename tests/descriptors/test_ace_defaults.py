"""ACE's defaults follow the bonds of the data."""

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn.fit import fit_linear
from potlearn.metrics import evaluate, metrics
from potlearn.structure import Bonds, neighbors

REACH = 5.0
SOFT = {("O", "O"): 3.2, ("O", "H"): 2.2, ("H", "H"): 2.0}


def water(seed, n=8, side=6.4):
    """Harmonic molecules in a soft repulsion, with energies and forces."""
    rng = np.random.default_rng(seed)
    sites = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)[:n] * side / 2
    shape = np.array([[0, 0, 0], [0.8, 0, 0.6], [-0.8, 0, 0.6]])
    turned = [shape @ np.linalg.qr(rng.normal(size=(3, 3)))[0] + s for s in sites]
    atoms = Atoms("OH2" * n, np.concatenate(turned), cell=[side] * 3, pbc=True)
    atoms.positions += rng.normal(scale=0.05, size=(3 * n, 3))
    return labelled(atoms)


def labelled(atoms):
    """Springs of 1.0 Å within molecules, and A (1 - r/s)^3 between atoms of different ones."""
    list_ = neighbors(atoms, REACH)
    vectors = list_.vectors(atoms.positions)
    r = np.linalg.norm(vectors, axis=1)
    i, j, z = list_.i, list_.j, np.array(atoms.get_chemical_symbols())
    same = (i // 3 == j // 3) & (r < 1.8)
    size = np.array([SOFT.get((a, b)) or SOFT[b, a] for a, b in zip(z[i], z[j], strict=True)])
    bonded = same & (z[i] != z[j])
    x = np.where(~same & (r < size), 1 - r / size, 0.0)
    energy = np.where(bonded, 0.5 * 40 * (r - 1.0) ** 2, 0) + 6 * x**3
    slope = np.where(bonded, 40 * (r - 1.0), 0) - 18 * x**2 / size
    force = np.zeros((len(atoms), 3))
    np.add.at(force, i, (slope / r)[:, None] * vectors)
    atoms.calc = SinglePointCalculator(atoms, energy=0.5 * energy.sum(), forces=force)
    return atoms


@pytest.fixture(scope="module")
def liquid(tmp_path_factory):
    """Training and test sets."""
    import ase.io

    folder = tmp_path_factory.mktemp("water")
    ase.io.write(folder / "train.extxyz", [water(s) for s in range(60)])
    ase.io.write(folder / "test.extxyz", [water(s) for s in range(100, 115)])
    return pl.read(folder / "train.extxyz"), pl.read(folder / "test.extxyz")


def force_error(descriptor, train, test):
    result = fit_linear(train, descriptor)
    found = metrics(evaluate(pl.LinearPotential(descriptor, result.coefficients), test))
    return found["all"]["forces"]["rmse"]


def test_short_bonds_are_fitted_as_well_as_by_pod(liquid):
    species, (train, test) = ("O", "H"), liquid
    pod = force_error(pl.POD(species, cutoff=6.0), train, test)
    before = pl.ACE(species, cutoff=6.0)
    assert force_error(before.prepared(train), train, test) <= 1.1 * pod
    assert force_error(before, train, test) > 1.1 * pod


def test_pairs_follow_their_bond_against_the_cutoff(liquid):
    found = pl.ACE(("O", "H"), cutoff=6.0).prepared(liquid[0])
    kinds = {pair: radial.primitives.kind for pair, radial in found.radials.items()}
    assert kinds[0, 0] == "sbessel"
    assert kinds[0, 1] == kinds[1, 0] == kinds[1, 1] == "agnesi_jacobi"
    assert found.radials[0, 1].primitives.r0 == pytest.approx(1.0, abs=0.15)
    assert found.order == 4
    assert found.degree == (15.0, 7.5, 6.5, 6.0)
    assert "agnesi_jacobi for O-H, H-H" in found.reason
    near = pl.ACE(("O", "H"), cutoff=2.5).prepared(liquid[0])
    assert near == pl.ACE(("O", "H"), cutoff=2.5)


def test_given_settings_win(liquid):
    train = liquid[0]
    given = pl.ACE(("O", "H"), cutoff=6.0, radial={"kind": "sbessel"}, order=2, degree=4)
    assert given.prepared(train) is given
    assert pl.ACE(("O", "H"), cutoff=6.0, degree=3).prepared(train).degree == (3, 3, 3, 3)
    radial = pl.ACE(("O", "H"), cutoff=6.0, radial={"kind": "cheb_pow"}).prepared(train)
    assert {r.primitives.kind for r in radial.radials.values()} == {"cheb_pow"}
    own = pl.ACE(("O", "H"), cutoff=6.0, pairs={"H-O": {"kind": "sbessel"}}).prepared(train)
    assert own.radials[0, 1].primitives.kind == "sbessel"
    assert own.radials[1, 1].primitives.kind == "agnesi_jacobi"
    cut = pl.ACE(("O", "H"), cutoff=6.0, pairs={"H-O": {"cutoff": 2.5}}).prepared(train)
    assert cut.radials[0, 1].primitives.kind == "sbessel"
    assert cut.radials[0, 1].cutoff == 2.5
    boxed = pl.ACE(("O", "H"), cutoff=6.0, nmax=2, lmax=1).prepared(train)
    assert boxed.nmax == (2, 2, 2, 2)


def test_the_choice_is_complete_and_saved(liquid):
    found = pl.ACE(("O", "H"), cutoff=6.0).prepared(liquid[0])
    again = pl.ACE.from_dict(found.to_dict())
    assert again == found
    assert again.prepared(liquid[0]) is again
    assert "reason" not in found.to_dict()


def test_a_metal_keeps_the_fixed_defaults():
    from ase.build import bulk

    ace = pl.ACE(("Si",))
    assert ace.prepared([bulk("Si")]) is ace
    assert ace.degree == (14.0, 13.0, 12.0, 11.0)


def test_a_pair_that_never_meets_has_covalent_radii(liquid):
    found = pl.ACE(("O", "H", "N"), cutoff=6.0).prepared(liquid[0])
    assert found.pairs["O-N"]["r0"] == pytest.approx(1.37)


def test_molecules_have_order_three_and_what_their_data_support():
    from ase.build import molecule

    few = [molecule("CH3CH2OH")] * 10
    found = pl.ACE(("H", "C", "O"), cutoff=5.0).prepared(few)
    many = pl.ACE(("H", "C", "O"), cutoff=5.0).prepared(few * 40)
    assert found.order == many.order == 3
    assert found.n_features < many.n_features <= 900
    assert pl.ACE(("H", "C", "O"), cutoff=5.0, order=4).prepared(few * 40).order == 4
    periodic = [a.copy() for a in few]
    for a in periodic:
        a.center(5.0)
        a.pbc = True
    assert pl.ACE(("H", "C", "O"), cutoff=5.0).prepared(periodic).order == 4


def test_bonds_are_quantiles_of_nearest_neighbours():
    dimer = Atoms("OH", [[0, 0, 0], [1.0, 0, 0]])
    close = Atoms("OH", [[0, 0, 0], [0.5, 0, 0]])
    found = Bonds.of([dimer] * 40 + [close], ("O", "H", "C"), 5.0)
    assert found.lengths == {("O", "H"): pytest.approx(1.0)}
    assert not found.periodic
    assert found.n_atoms == 82
    assert Bonds.of([], ("O",), 5.0).lengths == {}
