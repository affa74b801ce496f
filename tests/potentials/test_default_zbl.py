"""The ZBL potential under a fit: radii from the shortest distances of the data."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import potlearn as pl
from potlearn.fit.beyond import pairs_of

SPECIES = ("Ni", "Al")


def alloys(n=5):
    """Rattled Ni-Al crystals."""
    rng = np.random.default_rng(0)
    for k in range(n):
        atoms = bulk("Ni", "fcc", 3.6 * rng.uniform(0.95, 1.06), cubic=True)
        atoms.symbols[rng.choice(4, 2, replace=False)] = "Al"
        atoms.rattle(0.12, seed=k)
        yield atoms


def test_shortest_distances_and_the_fallback():
    atoms = Atoms("NiNiAl", positions=[[0, 0, 0], [0, 0, 2.1], [0, 2.4, 0]])
    far = Atoms("AlAl", positions=[[0, 0, 0], [0, 0, 9.0]])
    found = pl.shortest_distances([atoms, far], SPECIES)
    assert found[("Ni", "Ni")] == pytest.approx(2.1)
    assert found[("Ni", "Al")] == pytest.approx(2.4)
    assert found[("Al", "Al")] == pytest.approx(0.7 * 2 * 1.21)
    assert list(found) == pairs_of(SPECIES)


def test_images_count_as_neighbours():
    assert pl.shortest_distances([Atoms("Ni", cell=[2.2, 3, 4], pbc=True)], ["Ni"]) == {
        ("Ni", "Ni"): pytest.approx(2.2)
    }


def test_the_default_repulsion_leaves_the_data_alone():
    data = list(alloys())
    zbl = pl.default_zbl(pl.shortest_distances(data, SPECIES), SPECIES)
    assert all(zbl.predict(atoms).energy == 0.0 for atoms in data)
    assert 0 < zbl.inner < zbl.outer


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"outer": 3.0}, (1.5, 3.0)), ({"inner": 0.4}, (0.4, 2.0)), ({"inner": 2.5}, (2.5, 5.0))],
)
def test_given_radii_are_kept(given, expected):
    zbl = pl.default_zbl({("Ni", "Ni"): 2.0}, ("Ni",), **given)
    assert (zbl.inner, zbl.outer) == expected
