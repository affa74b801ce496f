"""Files of pair_style potlearn, evaluated through the C interface, against the potentials."""

from functools import cache

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from contracts import PACE, POTENTIALS, linear, wall
from neural_potentials import neural

from potlearn import testing
from potlearn.descriptors import ACE, POD
from potlearn.errors import DataError, ModelFileError, SpeciesError
from potlearn.lammps import write_lammps
from potlearn.lammps.plugin import TERMS, ExportedModel, Surroundings
from potlearn.potentials import load
from potlearn.potentials.pair import ZBL, LennardJones
from potlearn.structure.neighbors import neighbors

REFUSED = {
    "pod clusters",
    "neural, square roots of pod clusters",
    "pace + pairs",
    *PACE,
}


def protected():
    """What a fit with a reference and a wall makes: crowded atoms feel all of them."""
    descriptor = ACE(("Si", "O"), cutoff=4.5, order=3, degree=6)
    reference = 1.0 * ZBL(("O", "Si"), 1.0, 2.2) + wall(("Si", "O"), 3.8, 0.1, 2.4)
    return linear(descriptor, reference)


EXPORTED = {
    **{name: make for name, make in POTENTIALS.items() if name not in REFUSED},
    "protected": protected,
    "weighted sum": lambda: (
        0.3 * linear(ACE(("Si", "O"), cutoff=4.5, order=2, degree=6))
        - 2.0 * neural(ACE(("O", "Si"), cutoff=4.0, order=2, degree=5))
        + 0.5 * wall(("O", "Si"), 3.8, 0.1, 2.4)
        + 1.5 * ZBL(("O", "N", "Si"), 1.0, 3.0)
    ),
    "pruned ace": lambda: linear(
        (d := ACE(("Si",), cutoff=4.5, order=4, degree=8)).prune(d.feature_names[1::3])
    ),
    "pruned pod": lambda: linear((d := POD(("Si",))).prune(d.feature_names[::3])),
}
POTENTIAL = {name: cache(make) for name, make in EXPORTED.items()}


def systems(species):
    """Bulk, thin cell, slab, molecule; a gas, an atom alone, nothing, and a crowd."""
    found = testing.configurations(species, seed=3)
    gas = Atoms(found["bulk"].symbols, positions=found["bulk"].positions * 6.0, cell=[60] * 3)
    gas.pbc = True
    crowd = found["bulk"].copy()
    crowd.set_cell(0.55 * crowd.cell[:], scale_atoms=True)
    alone = Atoms(species[:1], positions=[[1.0, 2.0, 3.0]])
    return {**found, "gas": gas, "alone": alone, "nothing": Atoms(), "crowd": crowd}


SYSTEMS = tuple(systems(("Si",)))


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The file of a potential, opened; made once."""
    folder = tmp_path_factory.mktemp("exported")

    @cache
    def opened(name):
        written = write_lammps(
            POTENTIAL[name](), folder / str(len(list(folder.iterdir()))), "lammps"
        )
        return ExportedModel(written.paths[0])

    return opened


def assert_equal(found, expected, size):
    """Within 1e-11 of the largest part."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * size)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_potential_is_the_potential(exported, name, system):
    potential, model = POTENTIAL[name](), exported(name)
    atoms = systems(potential.species)[system]
    assert model.species == potential.species
    assert model.cutoff == potential.cutoff
    list_ = neighbors(atoms, potential.cutoff + 0.5)  # longer than it must be, as LAMMPS's is
    expected, found = potential.predict(atoms, list_), model.predict(atoms, list_)
    around = Surroundings.of(atoms, model.species, model.cutoff)
    whole = model.evaluate(around)
    scale = np.abs(whole.forces).max(initial=1.0)  # terms cancel where images are added up
    assert_equal(found.energies, expected.energies, np.abs(expected.energies).max(initial=1.0))
    assert_equal(found.forces, expected.forces, scale)
    assert_equal(found.virial, expected.virial, np.abs(whole.virials).sum(0).max(initial=scale))
    assert_equal(whole.virials.sum(0), whole.virial, np.abs(whole.virials).sum(0).max(initial=1.0))


@pytest.mark.parametrize("name", EXPORTED)
def test_processes_that_share_the_centres_add_up_to_the_whole(exported, name):
    model = exported(name)
    atoms = systems(POTENTIAL[name]().species)["crowd"].repeat(2)
    around = Surroundings.of(atoms, model.species, model.cutoff)
    whole = model.evaluate(around)
    mine = np.flatnonzero(atoms.positions[:, 0] < atoms.positions[:, 0].mean())
    other = np.setdiff1d(np.arange(len(atoms)), mine)
    parts = [model.evaluate(around.part(own)) for own in (mine, other, other[:0])]
    scale = np.abs(whole.forces).max(initial=1.0)
    assert_equal(parts[0].energies, whole.energies[mine], np.abs(whole.energies).max(initial=1.0))
    assert_equal(sum(p.forces for p in parts), whole.forces, scale)
    large = np.abs(whole.virials).max(initial=scale)
    assert_equal(sum(p.virials for p in parts), whole.virials, large)


@pytest.mark.parametrize("name", ["ace three species", "neural + pair", "protected"])
def test_the_number_of_threads_changes_no_bit(exported, name):
    model = exported(name)
    atoms = systems(POTENTIAL[name]().species)["crowd"].repeat(3)
    around = Surroundings.of(atoms, model.species, model.cutoff)
    one, three = model.evaluate(around), model.evaluate(around, threads=3)
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_wall_and_the_reference_act_in_a_crowd(exported):
    """Else the comparisons above would not test them."""
    potential = POTENTIAL["protected"]()
    crowd = systems(potential.species)["crowd"]
    for part in (t for _, t in potential.reference.terms):
        assert np.abs(part.predict(crowd).forces).max() > 1


def test_atoms_that_do_not_interact_are_not_there(exported):
    model = exported("ace three species")
    atoms = systems(model.species)["bulk"]
    around = Surroundings.of(atoms, model.species, model.cutoff)
    absent = np.isin(around.atom, [1, 6])
    around.species[absent] = -1
    found = model.evaluate(around)
    rest = model.predict(atoms[[k for k in range(len(atoms)) if k not in (1, 6)]])
    kept = np.setdiff1d(np.arange(len(atoms)), [1, 6])
    np.testing.assert_allclose(found.energies[kept], rest.energies, rtol=1e-12)
    np.testing.assert_allclose(
        around.gathered(found.forces, len(atoms))[kept], rest.forces, rtol=0, atol=1e-11
    )
    assert not found.energies[[1, 6]].any()
    assert not found.forces[absent].any()


@pytest.mark.parametrize("name", sorted(REFUSED - {*PACE} | {"pace, linear"}))
def test_potentials_that_cannot_be_written_are_refused(tmp_path, name):
    with pytest.raises(ModelFileError, match=r"cannot (hold|be written)"):
        write_lammps(POTENTIALS[name](), tmp_path / "x", "lammps")
    assert not list(tmp_path.iterdir())


def test_a_pair_function_that_tables_do_not_reach_is_refused(tmp_path):
    class Rough(LennardJones):
        """With a kink."""

        def pair(self, r, a, b):
            value, slope = super().pair(r, a, b)
            return value + np.maximum(3.1 - r, 0) ** 2, slope - 2 * np.maximum(3.1 - r, 0)

    with pytest.raises(ModelFileError, match=r"Rough: a table .* the function is not smooth"):
        write_lammps(Rough(("Si",), 5.0, epsilon=0.1, sigma=2.0), tmp_path / "x", "lammps")


def test_atoms_that_are_too_close_and_unknown_species_are_refused(exported):
    model = exported("ace agnesi")
    close = Atoms("SiO", positions=[[0, 0, 0], [0, 0, 0.07]])
    with pytest.raises(DataError, match=r"atoms 0 and 1 are 0\.0700"):
        model.predict(close)
    with pytest.raises(SpeciesError, match="He"):
        model.predict(Atoms("He"))


def test_files_of_other_kinds_are_refused_in_words(tmp_path):
    other = tmp_path / "other.potl-lammps"
    other.write_text("elements: [Si]\n" * 100)
    with pytest.raises(ModelFileError, match="not a potential that potlearn exported"):
        ExportedModel(other)
    with pytest.raises(ModelFileError, match="no such file"):
        ExportedModel(tmp_path / "none.potl-lammps")


def test_reading_it_as_a_model_says_what_to_read(tmp_path):
    written = write_lammps(POTENTIAL["zbl"](), tmp_path / "x", "lammps")
    with pytest.raises(ModelFileError, match=r"expected the saved model \(.potl\)"):
        load(written.paths[0])


def test_the_commands_name_the_file_and_the_species(tmp_path):
    written = write_lammps(POTENTIAL["zbl"](), tmp_path / "x", "lammps", bare_names=True)
    assert written.commands == ("pair_style potlearn", "pair_coeff * * x.potl-lammps Si O")
    assert [p.name for p in written.paths] == ["x.potl-lammps"]


def test_a_kind_of_term_is_a_row(tmp_path, monkeypatch):
    """Another package's potential, made of what there is."""

    class Doubled:
        species, cutoff = ("Si", "O"), 3.0

    monkeypatch.setattr(TERMS, "_rows", dict(TERMS.rows))
    TERMS.add("Doubled", f"{__name__}:doubled")
    written = write_lammps(Doubled(), tmp_path / "x", "lammps")
    atoms = bulk("Si", cubic=True)
    expected = POTENTIAL["zbl"]().predict(atoms).scaled(2.0)
    np.testing.assert_allclose(
        ExportedModel(written.paths[0]).predict(atoms).energies, expected.energies, rtol=1e-11
    )


def doubled(potential, weight):
    """Terms of the toy potential."""
    from potlearn.lammps.plugin.terms import terms_of

    yield from terms_of(POTENTIAL["zbl"](), 2.0 * weight)
