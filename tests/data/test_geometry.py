"""Configurations without a meaning: readers, potentials and the calculator refuse them alike."""

from __future__ import annotations

import resource

import numpy as np
import pytest
from ase import Atoms
from ase.io import write

import potlearn as pl
from potlearn.errors import DataError, SpeciesError
from potlearn.potentials.pair import LennardJones
from potlearn.structure.neighbors import neighbors

POTENTIAL = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0)
PAIR = [[0, 0, 0], [2.35, 0, 0]]


def silicon(positions=PAIR, cell=None, pbc=False):
    return Atoms(f"Si{len(positions)}", positions, cell=cell, pbc=pbc)


REFUSED = {
    "zero cell": (silicon(cell=np.zeros((3, 3)), pbc=True), "a, b, c is zero"),
    "no c": (silicon(cell=[8, 8, 0], pbc=True), "periodic along a, b, c.*c is zero"),
    "no a of a wire": (silicon(cell=[0, 8, 8], pbc=[1, 0, 0]), "periodic along a, but.*a is zero"),
    "dependent": (silicon(cell=[[4, 0, 0], [8, 0, 0], [0, 0, 4]], pbc=True), "span no volume"),
    "dependent slab": (
        silicon(cell=[[4, 0, 0], [8, 0, 0], [0, 0, 0]], pbc=[1, 1, 0]),
        "periodic along a, b, but these cell vectors span no volume",
    ),
    "nearly dependent": (
        silicon(cell=[[4, 0, 0], [8, 1e-10, 0], [0, 0, 4]], pbc=True),
        "span no volume",
    ),
    "thin along one vector": (silicon(cell=[1e3, 1e3, 1e-30], pbc=True), "thinner than 0.1 Å"),
    "thin": (silicon(cell=[1e-3] * 3, pbc=True), "thinner than 0.1 Å"),
    "nan position": (silicon([[0, 0, 0], [0, np.nan, 0]]), "position of atom 1 is not finite"),
    "inf position": (silicon([[0, 0, -np.inf], [0, 0, 0]]), "position of atom 0 is not finite"),
    "far": (silicon([[0, 0, 0], [1e300, 0, 0]]), "position of atom 1 is beyond"),
    "nan cell": (silicon(cell=[8, np.nan, 8], pbc=True), "cell vector 1 is not finite"),
    "inf cell": (silicon(cell=[8, 8, np.inf], pbc=True), "cell vector 2 is not finite"),
    "nan cell of a slab": (silicon(cell=[8, np.nan, 0], pbc=[1, 1, 0]), "cell vector 1 is not"),
    "long cell": (silicon(cell=[1e200] * 3, pbc=True), "cell vector 0 is beyond"),
    "one place": (silicon([[1, 1, 1], [0, 0, 0], [1, 1, 1]]), "atoms 0 and 2 are 0 Å apart"),
    "overlap": (silicon([[0, 0, 0], [0, 0, 0.02]]), "atoms 0 and 1 are 0.02 Å apart; expected"),
    "overlap through the cell": (
        silicon([[0, 0, 0.01], [0, 0, 4.99]], cell=[5, 5, 5], pbc=True),
        "atoms 0 and 1 are 0.02 Å apart",
    ),
}


@pytest.mark.parametrize(("atoms", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_prediction_and_calculator(atoms, words):
    with pytest.raises(DataError, match=words):
        POTENTIAL.predict(atoms)
    calculator = POTENTIAL.calculator()
    calculator.get_property("energy", silicon())  # a list that is kept
    with pytest.raises(DataError, match=words):
        calculator.get_property("forces", atoms)


@pytest.mark.parametrize(
    "name", sorted(REFUSED.keys() - {"zero cell", "nan cell", "inf cell", "nan cell of a slab"})
)
def test_refused_by_readers(tmp_path, name):
    atoms, words = REFUSED[name]
    atoms = atoms.copy()
    atoms.info["REF_energy"] = 1.0
    write(tmp_path / "a.extxyz", atoms)
    with pytest.raises(DataError, match=words) as caught:
        pl.read(tmp_path / "a.extxyz")
    assert "a.extxyz:0: " in str(caught.value)


@pytest.mark.parametrize("number", [0, -1, -105, 119, 1000, 8])
def test_elements_that_no_model_knows(number):
    atoms = Atoms(numbers=[14, number], positions=PAIR)
    words = "element O" if number == 8 else f"atom 1 has atomic number {number}"
    with pytest.raises(SpeciesError, match=f"{words}.*the model knows Si only"):
        POTENTIAL.predict(atoms)
    with pytest.raises(SpeciesError, match=words):
        POTENTIAL.calculator().get_property("energy", atoms)


def test_strongly_compressed_atoms_are_right():
    for distance in (0.06, 0.2, 0.5):
        assert len(neighbors(silicon([[0, 0, 0], [0, 0, distance]]), 5.0).j) == 2


def crowd(n, length, seed=0):
    """Atoms in a cube."""
    return np.random.default_rng(seed).uniform(0, length, (n, 3))


CROWDS = {
    "thin cell": lambda: (silicon(crowd(200, 0.2), cell=[0.2] * 3, pbc=True), 9.0),
    "huge cutoff": lambda: (silicon(cell=[3, 3, 3], pbc=True), 5000.0),
    "nanometres": lambda: (silicon(crowd(20000, 7), cell=[7] * 3, pbc=True), 6.0),
    "cluster": lambda: (silicon(crowd(20000, 1)), 6.0),
}


@pytest.mark.parametrize("make", CROWDS.values(), ids=CROWDS.keys())
def test_more_pairs_than_matter_has_are_refused_before_they_take_memory(make):
    atoms, cutoff = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=r"about .* pairs of atoms within .* GB; expected at most"):
        neighbors(atoms, cutoff, closest=0.0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.slow
def test_a_crowd_that_the_density_does_not_show_ends_at_the_limit():
    atoms = silicon(np.vstack([crowd(12000, 1), [[1e5] * 3]]))
    with pytest.raises(DataError, match=r"more than 5e\+07 pairs of atoms within 6 Å"):
        neighbors(atoms, 6.0, closest=0.0)


def test_left_handed_cells_are_right():
    right = silicon(cell=[[4, 0, 0], [0, 5, 0.5], [0, 0, 6]], pbc=True)
    left = right.copy()
    left.set_cell(np.array(right.cell)[[1, 0, 2]])
    a, b = POTENTIAL.predict(right), POTENTIAL.predict(left)
    assert a.energy == pytest.approx(b.energy, rel=1e-12)
    left.calc = right.calc = None
    for atoms in (left, right):
        atoms.calc = POTENTIAL.calculator()
    np.testing.assert_allclose(left.get_stress(), right.get_stress(), rtol=1e-10)


def test_no_atoms_have_no_energy():
    prediction = POTENTIAL.predict(Atoms())
    assert prediction.energy == 0
    assert prediction.forces.shape == (0, 3)
    assert POTENTIAL.calculator().get_property("energy", Atoms()) == 0
