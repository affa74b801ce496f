"""Generated structures: what they are made of, and that the seed decides them."""

import numpy as np
import pytest
from ase.build import bulk, fcc100
from ase.calculators.emt import EMT

from potlearn.errors import LearningError
from potlearn.structure.bonds import covalent_length
from potlearn.workflows import generation as g


def copper():
    return bulk("Cu", cubic=True)


def test_prototypes_have_the_volumes_asked_for():
    made = g.generate([g.Prototypes(("Si",), volumes=(0.8, 1.0), atoms=10)])
    own = bulk("Si").get_volume() / 2
    volumes = [atoms.get_volume() / len(atoms) / own for atoms in made]
    assert len(made) == 2 * 5
    np.testing.assert_allclose(volumes, [0.8, 1.0] * 5, rtol=1e-12)
    assert all(len(atoms) >= 10 for atoms in made)


def test_prototypes_of_an_element_whose_crystal_is_not_simple():
    made = g.generate([g.Prototypes(("Ga",), ("fcc",), (1.0,), 4)])
    nearest = made[0].get_all_distances(mic=True)[0, 1:].min()
    assert nearest == pytest.approx(covalent_length("Ga", "Ga"))


def test_perturbed_copies_change_what_their_names_say():
    given = [copper()]
    rattled = g.generate([g.Rattle(0.1)], given)[0]
    strained = g.generate([g.Strain(0.05)], given)[0]
    sheared = g.generate([g.Strain(0.05, shear=False)], given)[0]
    assert 0 < np.abs(rattled.positions - given[0].positions).max() < 0.6
    assert np.array_equal(rattled.cell, given[0].cell)
    np.testing.assert_allclose(
        strained.get_scaled_positions(), given[0].get_scaled_positions(), atol=1e-12
    )
    assert 0 < np.abs(strained.cell.array / copper().cell[0, 0] - np.eye(3)).max() <= 0.05
    assert np.array_equal(sheared.cell.array, np.diag(np.diag(sheared.cell.array)))


def test_defects():
    vacancy = g.generate([g.Vacancy(missing=2, atoms=30)], [copper()])[0]
    assert len(vacancy) == 32 - 2
    slab = g.generate([g.Surface(((1, 0, 0),), layers=2, vacuum=5.0)], [copper()])[0]
    heights = slab.positions[:, 2]
    assert slab.pbc.all()
    assert slab.cell[2, 2] - np.ptp(heights) == pytest.approx(10.0)


def test_a_vacancy_of_a_slab_without_a_third_cell_vector():
    slab = fcc100("Cu", (1, 1, 2), vacuum=None)
    assert not slab.cell[2].any()
    (made,) = g.generate([g.Vacancy(atoms=8)], [slab])
    assert len(made) == 8 - 1
    assert not made.cell[2].any()


def test_liquids_keep_atoms_apart():
    atoms = g.generate([g.Liquid(("Cu", "Al"), atoms=24, count=1, closest=0.8)])[0]
    distances = atoms.get_all_distances(mic=True)[np.triu_indices(24, 1)]
    assert distances.min() > 0.75 * covalent_length("Al", "Al")
    assert set(atoms.symbols) <= {"Cu", "Al"}


def test_a_ramp_heats_and_stretches():
    made = g.generate(
        [g.Ramp(first=50.0, last=2000.0, strain=0.1, steps=120, count=4)],
        [copper().repeat(2)],
        calculator=EMT(),
    )
    assert len(made) == 4
    assert made[-1].cell[0, 0] == pytest.approx(1.1 * 2 * copper().cell[0, 0])
    assert made[-1].get_temperature() > made[0].get_temperature()


def test_stein_langevin_is_repelled_by_its_past():
    def spread(strength):
        settings = {"steps": 20, "count": 5, "temperature": 300.0, "length": 0.1}
        made = g.generate(
            [g.SteinLangevin(strength=strength, **settings)], [copper()], calculator=EMT()
        )
        return np.std([atoms.positions for atoms in made], axis=0).mean()

    assert spread(20.0) > spread(0.0)


def test_the_repelling_force_is_the_one_of_the_equation():
    from ase.units import kB

    from potlearn.workflows.generation.repulsion import Repelled

    past, now = copper(), copper()
    past.rattle(0.05, seed=1)
    now.rattle(0.05, seed=2)
    calculator = Repelled(EMT(), 500.0, 3.0, 0.2)
    calculator.remember(past)
    away = now.positions - past.positions
    width = 4 * 0.2**2
    kernel = np.exp(-(away**2).sum() / (2 * width))
    past.calc, now.calc = EMT(), EMT()
    expected = now.get_forces() + 3.0 * kernel * (past.get_forces() + kB * 500.0 * away / width)
    now.calc = calculator
    np.testing.assert_allclose(now.get_forces(), expected, atol=1e-10)


@pytest.mark.parametrize("name", sorted(set(g.GENERATORS) - {"ramp", "stein_langevin"}))
def test_the_seed_decides(name):
    kind = g.GENERATORS[name]
    generator = kind(("Cu",)) if name in ("prototypes", "liquid") else kind()

    def made(seed):
        return [atoms.positions for atoms in g.generate([generator], [copper()], seed=seed)]

    first, again, other = made(1), made(1), made(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    if name not in ("prototypes", "surface"):
        assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_generators_start_from_what_was_made_before():
    made = g.generate([g.Prototypes(("Cu",), ("fcc",), (1.0,)), g.Rattle(count=2)])
    assert [atoms.info["config_type"] for atoms in made] == ["prototype", "rattle", "rattle"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: g.generate([g.Rattle()]), "there are none"),
        (lambda: g.generate([g.Ramp()], [copper()]), "give it a calculator"),
        (lambda: g.Prototypes(("Xx",)), "chemical symbols"),
        (lambda: g.Prototypes(("Si",), ("bct",)), "unknown crystal 'bct'"),
        (lambda: g.Vacancy(missing=8), "expected fewer than atoms"),
        (lambda: g.Surface(((0, 0, 0),)), "not all zero"),
        (lambda: g.Strain(0.7), "expected a finite number above 0 below 0.5"),
        (lambda: g.Ramp(strain=-2.0), "expected -0.5 to 1"),
        (lambda: g.GENERATORS.load("melt"), "unknown generator 'melt'"),
    ],
)
def test_what_cannot_be_made_is_said(make, words):
    with pytest.raises(LearningError, match=words):
        make()
