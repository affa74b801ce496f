"""The ASE calculator: results, the neighbour list that it keeps, and energy conservation."""

import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.md.verlet import VelocityVerlet
from hypothesis import given, settings
from hypothesis import strategies as st
from pod_bases import BASES, cell

from potlearn.errors import DataError
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import LennardJones


def linear(name="2-7-body", seed=0):
    descriptor = BASES[name]
    n = len(descriptor.species) * (1 + descriptor.n_features)
    return LinearPotential(descriptor, np.random.default_rng(seed).normal(size=n) * 1e-3)


def test_results_are_the_prediction():
    potential, atoms = linear(), cell(("Si",), 5, seed=1)
    prediction = potential.predict(atoms)
    atoms.calc = potential.calculator()
    assert atoms.get_potential_energy() == pytest.approx(prediction.energy, abs=1e-12)
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
    np.testing.assert_allclose(atoms.get_potential_energies(), prediction.energies)
    np.testing.assert_allclose(atoms.get_forces(), prediction.forces, atol=1e-12)
    np.testing.assert_allclose(atoms.get_stress(), -prediction.virial / atoms.get_volume())


@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_no_stress_without_a_volume():
    atoms = cell(("Si",), 5, seed=1)
    atoms.set_cell(None)
    atoms.pbc = False
    atoms.calc = linear().calculator()
    atoms.get_forces()
    assert "stress" not in atoms.calc.results
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_stress()


@pytest.mark.parametrize("strained", [False, True])
def test_the_list_is_kept_within_the_skin_and_the_result_does_not_know(strained):
    potential, rng = linear(), np.random.default_rng(3)
    atoms = cell(("Si",), 6, seed=2)
    atoms.calc = potential.calculator(skin=1.0)
    for _ in range(30):
        atoms.positions += rng.normal(scale=0.02, size=(6, 3))
        if strained:
            f = np.eye(3) + 0.003 * rng.normal(size=(3, 3))
            atoms.set_cell(atoms.cell @ f, scale_atoms=True)
        expected = potential.predict(atoms)
        np.testing.assert_allclose(atoms.get_forces(), expected.forces, atol=1e-11)
        np.testing.assert_allclose(atoms.get_stress(), -expected.virial / atoms.get_volume())
    assert 1 <= atoms.calc.n_neighbor_builds < 30


@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_the_list_is_rebuilt_where_it_must_be():
    potential = linear()
    calculator = potential.calculator(skin=0.5)
    for atoms in (cell(("Si",), 5, seed=1), cell(("Si",), 6, seed=1), cell(("Si",), 6, seed=4)):
        for pbc in (True, False):
            atoms.pbc = pbc
            found = calculator.get_property("forces", atoms)
            np.testing.assert_allclose(found, potential.predict(atoms).forces, atol=1e-11)


CHANGES = {
    "shrinks until images are in sight": lambda atoms: atoms.set_cell(3.0 * np.eye(3)),
    "one vector shrinks": lambda atoms: atoms.set_cell(np.diag([30.0, 30.0, 2.5])),
    "turns": lambda atoms: atoms.set_cell([[0, 30, 0], [30, 0, 0], [0, 0, 4.0]]),
    "shears": lambda atoms: atoms.set_cell([[30, 0, 0], [0, 30, 0], [28, 28, 3.0]]),
    "shrinks with its atoms": lambda atoms: atoms.set_cell(8.0 * np.eye(3), scale_atoms=True),
    "loses a direction": lambda atoms: setattr(atoms, "pbc", [True, True, False]),
    "wraps": lambda atoms: atoms.wrap(),
    "an atom in another cell": lambda atoms: atoms.positions.__iadd__([[0, 0, 0], [30, 0, -60]]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_no_change_of_the_cell_hides_an_image(change):
    potential = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0)
    atoms = Atoms("Si2", [[-1, 0, 0], [1.3, 0, 0]], cell=30 * np.eye(3), pbc=True)
    atoms.calc = potential.calculator()
    atoms.get_forces()
    change(atoms)
    expected = potential.predict(atoms)
    assert atoms.get_potential_energy() == pytest.approx(expected.energy, rel=1e-12)
    np.testing.assert_allclose(atoms.get_forces(), expected.forces, rtol=1e-9, atol=1e-12)


@settings(max_examples=60)
@given(
    st.integers(0, 10**6),
    st.tuples(*[st.booleans()] * 3),
    st.floats(0, 0.3),
    st.floats(0, 0.2),
    st.booleans(),
)
def test_a_kept_list_gives_what_a_fresh_one_gives(seed, pbc, strain, step, scale):
    rng = np.random.default_rng(seed)
    potential = LennardJones(("Si",), 4.0, epsilon=0.1, sigma=2.0)
    places = 2.6 * np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    atoms = Atoms("Si8", places, cell=rng.uniform(5, 20, 3), pbc=pbc)
    atoms.calc = potential.calculator(skin=0.6)
    for _ in range(4):
        deformation = np.eye(3) + strain * rng.uniform(-0.3, 0.3, (3, 3))
        atoms.set_cell(np.array(atoms.cell) @ deformation, scale_atoms=scale)
        atoms.positions += rng.uniform(-step, step, (8, 3))
        fresh = potential.predict(atoms)
        size = np.abs(fresh.energies).max() + np.abs(fresh.forces).max()
        np.testing.assert_allclose(atoms.get_forces(), fresh.forces, atol=1e-9 * size)
        np.testing.assert_allclose(atoms.get_potential_energies(), fresh.energies, atol=1e-9 * size)


def test_a_list_is_kept_while_a_crystal_is_strained():
    potential = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0)
    atoms = bulk("Si", cubic=True) * 3
    atoms.calc = potential.calculator(skin=0.5)
    for _ in range(5):
        atoms.set_cell(1.01 * np.array(atoms.cell), scale_atoms=True)
        expected = potential.predict(atoms).energy
        assert atoms.get_potential_energy() == pytest.approx(expected, rel=1e-12)
    assert atoms.calc.n_neighbor_builds == 1


def exploded(kind):
    """Positions that a simulation with far too long a step leaves."""
    positions = bulk("Si", cubic=True).positions
    if kind == "nan":
        positions[3] = np.nan
    elif kind == "far":
        positions[3] = 1e30
    elif kind == "overlap":
        positions[3] = positions[5] + 1e-4
    elif kind == "nearly":
        positions[3] = positions[5] + 0.06
    return positions


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("nan", "position of atom 3 is not finite"),
        ("far", r"position of atom 3 is beyond 1e\+08 Å"),
        ("overlap", "atoms 3 and 5 are 0.000173 Å apart"),
        ("nearly", r"gives atom 3 \(Si\), which is 0.104 Å from atom 5, an energy of .*explode"),
    ],
)
def test_a_simulation_that_exploded_ends_in_words(kind, words):
    atoms = bulk("Si", cubic=True)
    atoms.calc = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0).calculator()
    before = atoms.get_potential_energy()
    atoms.positions = exploded(kind)
    with pytest.raises(DataError, match=words):
        atoms.get_forces()
    atoms.positions = bulk("Si", cubic=True).positions
    assert atoms.get_potential_energy() == before


def test_an_overlap_within_the_skin_ends_in_words():
    atoms = Atoms("Si2", [[0, 0, 0], [0, 0, 0.4]])
    atoms.calc = LennardJones(("Si",), 5.0, epsilon=1e-9, sigma=2.0).calculator(skin=2.0)
    atoms.get_forces()
    atoms.positions[1] = 0.0
    with pytest.raises(DataError, match=r"atom 0 \(Si\), which is 0 Å from atom 1"):
        atoms.get_forces()


SPARSE = {
    "atom": Atoms("Si"),
    "atom in a box": Atoms("Si", cell=[9, 9, 9]),
    "atom in a crystal": Atoms("Si", cell=[2.5, 2.6, 2.7], pbc=True),
    "wire": Atoms("Si", cell=[0, 0, 2.5], pbc=[0, 0, 1]),
    "slab": Atoms("Si2", [[0, 0, 0], [1, 1, 2]], cell=[3, 3, 0], pbc=[1, 1, 0]),
    "slab along b, c": Atoms("Si2", [[0, 0, 0], [2, 1, 1]], cell=[0, 3, 3], pbc=[0, 1, 1]),
}


@pytest.mark.parametrize("atoms", SPARSE.values(), ids=SPARSE.keys())
def test_cells_with_vectors_of_zero(atoms):
    """Energy against images written out, forces against the calculator's prediction."""
    potential = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0)
    atoms = atoms.copy()
    images = atoms * [5 if periodic else 1 for periodic in atoms.pbc]
    images.pbc = False
    order = np.argsort(np.linalg.norm(images.positions - images.positions.mean(0), axis=1))
    middle = potential.predict(images).energies[order[: len(atoms)]]
    atoms.calc = potential.calculator()
    assert atoms.get_potential_energies().sum() == pytest.approx(middle.sum(), rel=1e-9, abs=1e-12)
    if atoms.cell.rank < 3:
        with pytest.raises(PropertyNotImplementedError):
            atoms.get_stress()


def test_constant_energy_dynamics_conserve_energy():
    atoms = bulk("Si", cubic=True).repeat(2)
    atoms.calc = linear("more two- than three-body").calculator()
    width = np.sqrt(atoms.get_masses() * units.kB * 300)[:, None]
    atoms.set_momenta(width * np.random.default_rng(0).normal(size=(len(atoms), 3)))
    dynamics = VelocityVerlet(atoms, 0.5 * units.fs)
    totals = []
    dynamics.attach(lambda: totals.append(atoms.get_total_energy()), interval=10)
    dynamics.run(200)
    assert np.ptp(totals) / len(atoms) < 1e-7


CHANGES = {
    "positions": lambda atoms: atoms.positions.__iadd__(1e-14),
    "numbers": lambda atoms: atoms.set_chemical_symbols(["W", *atoms.get_chemical_symbols()[1:]]),
    "cell": lambda atoms: atoms.set_cell(atoms.cell * 1.001),
    "pbc": lambda atoms: atoms.set_pbc((True, True, False)),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_whatever_changes_is_noticed_and_nothing_else_is_calculated_again(what):
    potential = LennardJones(
        ("Be", "W"), 4.0, epsilon=np.array([[0.1, 0.2], [0.2, 0.3]]), sigma=2.0
    )
    atoms = cell(("Be",), 5, seed=1)
    atoms.calc = potential.calculator()
    atoms.get_forces()
    atoms.info["note"] = "not a change"
    assert atoms.calc.check_state(atoms) == []
    CHANGES[what](atoms)
    assert atoms.calc.check_state(atoms) == [what]
    assert atoms.get_potential_energy() == pytest.approx(potential.predict(atoms).energy, rel=1e-12)


def test_after_a_reset_results_follow_from_the_configuration_alone():
    """The list of an earlier configuration, in which pairs have another order, is forgotten."""
    potential, atoms = linear(), cell(("Si",), 6, seed=2)
    end = atoms.copy()
    end.positions += np.random.default_rng(0).normal(scale=0.05, size=(6, 3))
    found = []
    for before in (atoms, end):
        calculator = potential.calculator(skin=1.0)
        calculator.get_property("forces", before)
        calculator.reset()
        found.append(calculator.get_property("forces", end))
        assert calculator.n_neighbor_builds == 2
    np.testing.assert_array_equal(*found)
