"""What the data cover: distances, densities, phases."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from ase.calculators.singlepoint import SinglePointCalculator
from beyond_data import copper
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.fit.beyond.coverage import CLOSER, CLOSEST, FARTHEST, REACH, ROOM, is_filled
from potlearn.potentials.wall import Wall


def with_energy(atoms, energy):
    atoms.calc = SinglePointCalculator(atoms, energy=energy * len(atoms))
    return atoms


def coverage(frames, species):
    return pl.Coverage.of(pl.from_atoms(frames), species)


def test_a_crystal():
    a = 3.6
    found = coverage([with_energy(bulk("Cu", "fcc", a=a), -3.5)], ("Cu",))
    bond = a / 2**0.5
    assert found.shortest[("Cu", "Cu")] == pytest.approx(bond)
    assert found.contact[0, 0] == pytest.approx(CLOSER * CLOSEST * bond)
    assert found.typical[0, 0] == pytest.approx(bond)
    assert found.reach[0, 0] == pytest.approx(REACH * bond)
    density = 12 * (1 - 1 / REACH**2) ** 4 + 6 * (1 - 2 / REACH**2) ** 4
    assert found.limit[0] == pytest.approx(ROOM * FARTHEST * density)
    (phase,) = found.phases
    assert phase.filled
    assert phase.volume == pytest.approx(a**3 / 4)
    assert phase.energy == pytest.approx(-3.5)
    np.testing.assert_array_equal(phase.composition, [1.0])


def test_typical_is_a_quantile_and_not_the_shortest():
    frames = [with_energy(bulk("Cu", "fcc", a=3.6, cubic=True), -3.5) for _ in range(12)]
    frames.append(with_energy(Atoms("Cu2", [[0, 0, 0], [0, 0, 1.7]]), 0.0))
    found = coverage(frames, ("Cu",))
    assert found.shortest[("Cu", "Cu")] == pytest.approx(1.7)
    assert found.typical[0, 0] == pytest.approx(3.6 / 2**0.5)


def test_pairs_that_the_data_lack_are_scaled_radii():
    found = coverage([with_energy(bulk("Cu", "fcc", a=3.6), -3.5)], ("Cu", "Ag"))
    scale = (3.6 / 2**0.5) / (2 * 1.32)
    assert found.typical[0, 1] == pytest.approx(scale * (1.32 + 1.45))
    assert (found.typical == found.typical.T).all()
    assert found.limit[1] == pytest.approx(ROOM * (1 - 1 / REACH**2) ** 4)
    assert len(found.phases) == 1
    assert (found.contact <= found.reach).all()


def test_phases_are_the_most_stable_ones_of_each_composition():
    frames = [
        with_energy(bulk("Cu", "fcc", a=a), e) for a, e in ((3.5, -3.3), (3.6, -3.5), (3.8, -3.2))
    ]
    frames += [with_energy(bulk("CuAg", "cesiumchloride", a=3.2), -3.0)]
    frames += [with_energy(bulk("CuAg", "rocksalt", a=5.2), -2.0)]
    frames += [with_energy(Atoms("Cu", cell=[9, 9, 9], pbc=True), -9.0)]  # an isolated atom
    frames += [with_energy(Atoms("Cu2", [[0, 0, 0], [0, 0, 2.2]]), -8.0)]  # a molecule
    frames += [bulk("Ag", "fcc", a=4.1)]  # no label
    frames[-1].calc = SinglePointCalculator(frames[-1], forces=np.zeros((1, 3)))
    found = coverage(frames, ("Cu", "Ag"))
    assert [(p.energy, p.composition.tolist()) for p in found.phases] == [
        (pytest.approx(-3.5), [1.0, 0.0]),
        (pytest.approx(-3.0), [0.5, 0.5]),
    ]
    assert found.phases[0].volume == pytest.approx(3.6**3 / 4)


def test_molecules_alone_have_no_phases():
    assert (
        coverage([with_energy(Atoms("Cu2", [[0, 0, 0], [0, 0, 2.2]]), -1.0)], ("Cu",)).phases == ()
    )


def test_slabs_and_wires_are_not_filled():
    slab = fcc111("Cu", (1, 1, 4), vacuum=6.0)
    slab.pbc = True
    assert not is_filled(slab, 4.0)
    assert is_filled(bulk("Cu", "fcc", a=3.6), 4.0)
    assert is_filled(bulk("Si", "diamond", a=5.43), 4.0)
    wire = Atoms("Cu", cell=[2.5, 12, 12], pbc=True)
    assert not is_filled(wire, 4.0)


@settings(max_examples=30)
@given(st.floats(0.0, 1.0), st.integers(0, 2), st.floats(0.0, 12.0))
def test_vacuum_is_found_wherever_it_is(shift, axis, gap):
    """Of a slab with a gap, moved through the cell along any axis."""
    atoms = bulk("Cu", "fcc", a=3.6, cubic=True) * (2, 2, 2)
    cell = atoms.cell.array.copy()
    cell[axis, axis] += gap
    atoms.set_cell(cell)
    atoms.set_scaled_positions((atoms.get_scaled_positions() + shift) % 1.0)
    assert is_filled(atoms, 4.0) == (1.8 + gap <= 4.0)


def test_all_the_data_are_inside_the_limits():
    data = copper()
    found = pl.Coverage.of(data, ("Cu",))
    tables = np.full((1, 1), 50.0)
    wall = Wall(("Cu",), found.reach, found.limit, [50.0], found.contact, tables)
    for atoms in data:
        prediction = wall.predict(atoms)
        assert not prediction.energies.any()
        assert not prediction.forces.any()
    crowded = data[0].copy()
    crowded.set_cell(0.85 * crowded.cell.array, scale_atoms=True)
    assert wall.predict(crowded).energy > 1.0


@pytest.mark.parametrize(("symbol", "structure", "a"), [("Cs", "bcc", 6.05), ("Xe", "fcc", 6.13)])
def test_atoms_that_are_far_apart_have_bonds_too(symbol, structure, a):
    """Neighbours of large atoms, at more than 4 Å, are bonds: their crystals are phases."""
    found = coverage([with_energy(bulk(symbol, structure, a=a), -0.1)], (symbol,))
    bond = a * {"bcc": 3**0.5 / 2, "fcc": 0.5**0.5}[structure]
    assert found.typical[0, 0] == pytest.approx(bond)
    assert found.shortest[symbol, symbol] == pytest.approx(min(3.0, 0.8 * bond))
    (phase,) = found.phases
    assert phase.filled
