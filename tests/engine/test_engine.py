"""The engine's operations against one another, differences, and other instruction sets."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from pod_bases import BASES, cell, cluster

from potlearn.engine import Basis, Engine, Jet, ProgramBuilder, instruction_sets, tabulate
from potlearn.engine.program import moment
from potlearn.errors import ConfigError, DataError
from potlearn.structure.neighbors import neighbors
from potlearn.structure.system import System


def engine_of(descriptor, instruction_set):
    return Engine(descriptor.engine.basis, instruction_set)


def system_of(descriptor, atoms):
    return System.of(atoms, descriptor.species, descriptor.cutoff)


@pytest.fixture(params=list(BASES))
def descriptor(request):
    return BASES[request.param]


@pytest.fixture(params=instruction_sets())
def engine(request, descriptor):
    return engine_of(descriptor, request.param)


@pytest.fixture(params=["crystal", "cluster", "many"])
def system(request, descriptor):
    if request.param == "cluster":
        return system_of(descriptor, cluster(descriptor.species, 5, seed=1))
    n, length = (11, 5.4) if request.param == "many" else (4, 4.4)
    return system_of(descriptor, cell(descriptor.species, n, seed=2, length=length))


def coefficients(engine, *shape, seed=0):
    rng = np.random.default_rng(seed)
    scale = 1.0 / np.arange(1, engine.n_features + 2)
    return rng.normal(size=(*shape, engine.n_species, 1 + engine.n_features)) * scale


def test_instruction_sets_agree(descriptor, system):
    results = [
        engine_of(descriptor, name).energy_forces(system, coefficients(descriptor.engine))
        for name in instruction_sets()
    ]
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * np.abs(a).max())


def test_energy_is_the_weighted_sum_of_descriptors(engine, system):
    c = coefficients(engine)
    energies, _, _ = engine.energy_forces(system, c)
    per_atom = c[system.species]
    expected = per_atom[:, 0] + (per_atom[:, 1:] * engine.features(system)).sum(1)
    np.testing.assert_allclose(energies, expected, rtol=1e-11, atol=1e-11)


def test_design_rows_give_energy_forces_and_virial(engine, system):
    c = coefficients(engine)
    energies, forces, virial = engine.energy_forces(system, c)
    rows = engine.rows(system)
    scale = max(1.0, np.abs(forces).max())
    np.testing.assert_allclose(rows[0] @ c.ravel(), energies.sum(), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(rows[1] @ c.ravel(), forces.ravel(), atol=1e-11 * scale)
    np.testing.assert_allclose(rows[2] @ c.ravel(), virial, atol=1e-11 * scale * 10)
    assert engine.rows(system, virial=False)[2].shape[0] == 0


def test_vjp_with_the_coefficients_gives_the_forces(engine, system):
    c = coefficients(engine)
    _, forces, virial = engine.energy_forces(system, c)
    again = engine.vjp(system, c[system.species, 1:])
    np.testing.assert_allclose(again[0], forces, atol=1e-12 * max(1.0, np.abs(forces).max()))
    np.testing.assert_allclose(again[1], virial, atol=1e-12 * max(1.0, np.abs(virial).max()))


def test_vjp_and_jvp_are_adjoint(engine, system):
    rng = np.random.default_rng(5)
    n = len(system.species)
    w = rng.normal(size=(n, engine.n_features)) / np.arange(1, engine.n_features + 1)
    u, strain = rng.normal(size=(n, 3)), rng.normal(size=(3, 3))
    strain = strain + strain.T
    forces, virial = engine.vjp(system, w)
    tangent = engine.jvp(system, u, strain)
    voigt = strain[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]] * [1, 1, 1, 2, 2, 2]
    expected = -(forces * u).sum() - virial @ voigt
    scale = np.abs(w * tangent).sum() + 1
    np.testing.assert_allclose((w * tangent).sum(), expected, atol=1e-12 * scale)


def test_jvp_against_central_differences(descriptor, engine, system):
    rng = np.random.default_rng(6)
    u, strain, h = rng.normal(size=(len(system), 3)), 0.1 * rng.normal(size=(3, 3)), 1e-5

    def moved(t):
        f, list_ = np.eye(3) + t * strain, system.neighbors
        there = replace(list_, translations=list_.translations @ f.T)
        positions = (system.positions + t * u) @ f.T
        return engine.features(replace(system, positions=positions, neighbors=there))

    difference = (moved(h) - moved(-h)) / (2 * h)
    exact = engine.jvp(system, u, strain)
    scale = np.abs(difference).max(0) + 1
    np.testing.assert_allclose(exact / scale, difference / scale, atol=2e-7)


@pytest.mark.parametrize("sets", [1, 2, 3, 5, 16, 17])
def test_several_coefficient_sets_in_one_pass(engine, system, sets):
    """Few sets take their turn, of many the lanes are full, or some of them empty."""
    c = coefficients(engine, sets)
    together = engine.energy_forces(system, c)
    for k in range(sets):
        alone = engine.energy_forces(system, c[k])
        sizes = [np.abs(c[k]).max() * len(system), *(np.abs(a).max() for a in alone[1:])]
        for a, b, size in zip(alone, together, sizes, strict=True):
            np.testing.assert_allclose(b[k], a, rtol=1e-12, atol=1e-13 * max(1.0, size))


def test_a_set_has_the_same_bits_whatever_the_sets_beside_it(engine, system):
    c = coefficients(engine, 19)
    many = engine.energy_forces(system, c)
    some = engine.energy_forces(system, c[7:16][::-1])
    for a, b in zip(many, some, strict=True):
        np.testing.assert_array_equal(a[7:16][::-1], b)


@pytest.mark.parametrize("sets", [5, 17])
def test_many_sets_of_configurations_side_by_side(engine, descriptor, sets):
    atoms = [cell(descriptor.species, n, seed=n, length=4.4) for n in (4, 1, 5, 3)]
    c = coefficients(engine, sets)
    energies, forces, virial = engine.energy_forces(system_of(descriptor, atoms), c)
    last = 0
    for k, one in enumerate(atoms):
        own, last = slice(last, last + len(one)), last + len(one)
        alone = engine.energy_forces(system_of(descriptor, one), c)
        found = energies[:, own], forces[:, own], virial[:, k]
        for a, b in zip(alone, found, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-11, atol=1e-11 * max(1.0, np.abs(a).max()))


def test_many_sets_of_isolated_atoms_and_pairs(engine, descriptor):
    """Features that need more neighbours than an atom has are zero in every set."""
    atoms = [cluster(descriptor.species, n, seed=0) for n in (1, 2, 3, 4)]
    c, system = coefficients(engine, 9), system_of(descriptor, atoms)
    found = engine.energy_forces(system, c)
    np.testing.assert_array_equal(found[0][:, 0], c[:, system.species[0], 0])
    assert not found[1][:, 0].any()
    for k in range(len(c)):
        for a, b in zip(engine.energy_forces(system, c[k]), found, strict=True):
            np.testing.assert_allclose(b[k], a, rtol=1e-12, atol=1e-13 * max(1.0, np.abs(a).max()))


@pytest.mark.parametrize("name", ["2-7-body", "W-Be 2-7-body"])
def inputs(engine, system):
    """Weights, gates, displacements per atom; a strain per configuration."""
    rng = np.random.default_rng(9)
    n, m, b = len(system), engine.n_features, system.n_systems
    decay = 1.0 / np.arange(1, m + 1)
    weights, u = decay * rng.normal(size=(n, m)), rng.normal(size=(n, 3))
    gates = rng.normal(size=(n, 2)), decay * rng.normal(size=(n, 2, m))
    return weights, gates, u, rng.normal(size=(b, 3, 3))


def every_operation(engine, system, weights, gates, u, strain, threads=1):
    """Results by operation: energies and features (N, ...), forces (3N, ...), others (B, ...)."""
    c, n, b = coefficients(engine, 9), len(system), system.n_systems
    strain = strain[0] if system.owner is None else strain
    energies, forces, virial = engine.energy_forces(system, c[0], threads)
    few, sets = (engine.energy_forces(system, c[:k], threads) for k in (2, 9))
    back, back_virial = engine.vjp(system, weights, threads)
    per_atom = {
        "energies": energies,
        "energies of few sets": few[0].T,
        "energies of sets": sets[0].T,
        "features": engine.features(system, threads),
        "jvp": engine.jvp(system, u, strain, threads),
    }
    per_component = {
        "forces": forces.reshape(3 * n),
        "forces of few sets": few[1].reshape(2, 3 * n).T,
        "forces of sets": sets[1].reshape(9, 3 * n).T,
        "vjp": back.reshape(3 * n),
    }
    per_system = {
        "virial": virial.reshape(b, 6),
        "virials of few sets": few[2].reshape(2, b, 6).swapaxes(0, 1),
        "virials of sets": sets[2].reshape(9, b, 6).swapaxes(0, 1),
        "virial of vjp": back_virial.reshape(b, 6),
    }
    for name, given in (("rows", None), ("gated rows", gates)):
        energy, rows, strains = engine.rows(system, given, threads=threads)
        per_component[f"{name} of forces"] = rows
        per_system[f"{name} of energy"] = energy.reshape(b, -1)
        per_system[f"{name} of virial"] = strains.reshape(b, 6, -1)
        without = engine.rows(system, given, virial=False, threads=threads)
        per_component[f"{name} of forces alone"] = without[1]
        assert without[2].size == 0
    return per_atom, per_component, per_system


@pytest.mark.parametrize("kind", ["one", "several"])
@pytest.mark.parametrize("name", ["2-7-body", "W-Be 2-7-body"])
def test_same_bits_for_any_number_of_threads(name, kind):
    """Enough blocks of atoms for nine threads and more."""
    descriptor = BASES[name]
    if kind == "one":
        atoms = cell(descriptor.species, 6, seed=4).repeat((4, 4, 6))
        atoms.rattle(0.05, seed=1)
    else:
        atoms = [cell(descriptor.species, n, seed=n) for n in (6, 1, 4, 5, 2, 6, 3)] * 40
    system, engine = system_of(descriptor, atoms), descriptor.engine
    given = inputs(engine, system)
    one = every_operation(engine, system, *given)
    for threads in (2, 3, 7, 9, 16):
        several = every_operation(engine, system, *given, threads=threads)
        for expected, found in zip(one, several, strict=True):
            for operation, array in expected.items():
                message = f"{operation}, {threads} threads"
                np.testing.assert_array_equal(found[operation], array, err_msg=message)


def test_isolated_atom_has_its_one_body_energy(engine, descriptor):
    atoms = cluster(descriptor.species, 1, seed=0)
    c = coefficients(engine)
    energies, forces, virial = engine.energy_forces(system_of(descriptor, atoms), c)
    assert energies[0] == c[0, 0]
    assert not forces.any()
    assert not virial.any()


def test_neighbours_beyond_the_cutoff_do_not_matter(descriptor, engine):
    atoms = cell(descriptor.species, 5, seed=8)
    c, near = coefficients(engine), system_of(descriptor, atoms)
    far = System.of(atoms, descriptor.species, descriptor.cutoff + 1.5)
    short, long = engine.energy_forces(near, c), engine.energy_forces(far, c)
    for a, b in zip(short, long, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12 * max(1.0, np.abs(a).max()))


def test_configurations_side_by_side_equal_one_by_one(descriptor, engine):
    atoms = [cell(descriptor.species, n, seed=n, length=4.4) for n in (4, 1, 3)]
    together = system_of(descriptor, atoms)
    weights, gates, u, strain = inputs(engine, together)
    several = every_operation(engine, together, weights, gates, u, strain)
    last = 0
    for k, one in enumerate(atoms):
        own, last = slice(last, last + len(one)), last + len(one)
        mine = weights[own], (gates[0][own], gates[1][own]), u[own], strain[k : k + 1]
        alone = every_operation(engine, system_of(descriptor, one), *mine)
        places = own, slice(3 * own.start, 3 * own.stop), slice(k, k + 1)
        for expected, found, place in zip(alone, several, places, strict=True):
            for name, a in expected.items():
                scale = max(1.0, np.abs(a).max())
                np.testing.assert_allclose(found[name][place], a, atol=1e-11 * scale, err_msg=name)


def polynomial(n_moments, terms):
    """A program of one feature per dictionary {(moment, moment): weight}."""
    builder = ProgramBuilder(n_moments)
    for k, products in enumerate(terms):
        value = builder.invariant({(moment(a), moment(b)): w for (a, b), w in products.items()})
        builder.feature(str(k), value)
    return builder.build()


def powers(r):
    x = Jet.variable(r)
    fall = (4.0 - x) * (4.0 - x) * (4.0 - x)
    jets = [fall, fall * x]
    return Jet(*(np.stack([getattr(f, d) for f in jets], -1) for d in ("value", "first", "second")))


def test_the_environment_names_the_instruction_set(descriptor, monkeypatch):
    monkeypatch.setenv("POTLEARN_INSTRUCTION_SET", "baseline")
    assert engine_of(descriptor, None).instruction_set == "baseline"
    monkeypatch.setenv("POTLEARN_INSTRUCTION_SET", "sse9")
    with pytest.raises(ConfigError, match="is 'sse9'; expected one that this processor runs: base"):
        engine_of(descriptor, None)
    monkeypatch.delenv("POTLEARN_INSTRUCTION_SET")
    assert engine_of(descriptor, None).instruction_set == instruction_sets()[-1]


@pytest.mark.parametrize("kind", instruction_sets())
def test_radial_functions_may_start_at_any_degree(kind):
    """Power spectra at l = 0 of the first and l = 2 of the second radial function."""
    table, which = tabulate(powers, 4.0), np.zeros((1, 1), np.int32)
    full = polynomial(18, [{(0, 0): 1.0}, {(13 + m, 13 + m): 1.0 for m in range(5)}])
    short = polynomial(6, [{(0, 0): 1.0}, {(1 + m, 1 + m): 1.0 for m in range(5)}])
    a = Engine(Basis((2, 2), (table,), which, (full,)), kind)
    b = Engine(Basis((0, 2), (table,), which, (short,), lowest=(0, 2)), kind)
    atoms = cell(("Si",), 5, seed=3, length=4.4)
    system = System.of(atoms, ("Si",), 4.0)
    c = np.array([[0.1, 0.2, -0.3]])
    for x, y in zip(a.energy_forces(system, c), b.energy_forces(system, c), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12 * np.abs(x).max())
    for x, y in zip(a.rows(system), b.rows(system), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12 * np.abs(x).max())


@pytest.mark.parametrize("kind", instruction_sets())
def test_one_program_per_centre_species(kind):
    table, which = tabulate(powers, 4.0), np.zeros((2, 2), np.int32)
    first, second = {(0, 0): 1.0, (1, 3): 2.0}, {(2, 2): -0.5}
    apart = [polynomial(4, [first]), polynomial(4, [second])]
    both = Engine(Basis((0, 0), (table,), which, (polynomial(4, [first, second]),)), kind)
    engine = Engine(Basis((0, 0), (table,), which, tuple(apart)), kind)
    atoms = cell(("Si", "C"), 7, seed=3, length=4.4)
    species = np.array([0, 1, 0, 0, 1, 1, 0], np.int32)
    system = System(atoms.positions, species, neighbors(atoms, 4.0))
    np.testing.assert_allclose(
        engine.features(system)[:, 0], both.features(system)[range(7), species]
    )
    c, union = np.array([[0.3, 1.0], [0.0, 1.0]]), np.array([[0.3, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found, expected = engine.energy_forces(system, c), both.energy_forces(system, union)
    for x, y in zip(found, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12 * np.abs(y).max())
    many = engine.energy_forces(system, np.stack([c] * 9))
    for x, y in zip(many, expected, strict=True):
        np.testing.assert_allclose(x[8], y, rtol=1e-12, atol=1e-12 * np.abs(y).max())
    with pytest.raises(ValueError, match="one program"):
        engine.rows(system)


def test_an_engine_survives_pickling(engine, system):
    again = pickle.loads(pickle.dumps(engine))
    np.testing.assert_array_equal(again.features(system), engine.features(system))


def test_atoms_on_top_of_each_other_are_an_error(descriptor, engine):
    atoms = cluster(descriptor.species, 3, seed=0)
    atoms.positions[1] = atoms.positions[0] + [0.01, 0, 0]
    with pytest.raises(DataError, match=r"atoms 0 and 1 are 0\.01"):
        engine.features(system_of(descriptor, atoms))


def test_malformed_arrays_are_refused(descriptor, engine):
    system = system_of(descriptor, cell(descriptor.species, 4, seed=2))
    with pytest.raises(ValueError, match="positions must be"):
        engine.features(replace(system, positions=system.positions[:-1]))
    with pytest.raises(ValueError, match="species index out of range"):
        engine.features(replace(system, species=system.species + 9))
    beyond = replace(system.neighbors, j=system.neighbors.j + 99)
    with pytest.raises(ValueError, match="neighbour index out of range"):
        engine.features(replace(system, neighbors=beyond))
    for number in (-1, len(system.neighbors.images)):
        image = np.full_like(system.neighbors.image, number)
        with pytest.raises(ValueError, match="image out of range"):
            engine.features(replace(system, neighbors=replace(system.neighbors, image=image)))
    with pytest.raises(ValueError, match="coefficients must be"):
        engine.energy_forces(system, coefficients(engine)[:, :-1])
    with pytest.raises(ValueError, match="strain must be"):
        engine.jvp(system, strain=np.zeros((2, 3, 3)))
    with pytest.raises(ValueError, match="number of threads must be at least 1"):
        engine.features(system, threads=0)
    with pytest.raises(ValueError, match="does not run the instruction set"):
        engine_of(descriptor, "sse9").features(system)


@pytest.mark.parametrize(
    ("owner", "n_systems", "match"),
    [
        (None, 2, "need the owner"),
        ([0, 0, 0], 1, r"owner must be \(N,\)"),
        ([0, 0, 1, 1, 0, 0, 1, 1], 2, "owner must ascend"),
        ([0, 0, 0, 0, 1, 1, 1, 1], 1, "owner must ascend"),
        ([-1, 0, 0, 0, 1, 1, 1, 1], 2, "owner must ascend"),
        ([0, 0, 0, 1, 1, 1, 1, 1], 2, "joins atoms of two configurations"),
    ],
)
def test_owners_that_do_not_fit_are_refused(owner, n_systems, match):
    descriptor = BASES["2-7-body"]
    system = system_of(descriptor, [cell(("Si",), 4, seed=2, length=4.4)] * 2)
    owner = owner if owner is None else np.array(owner, np.int32)
    with pytest.raises(ValueError, match=match):
        descriptor.engine.features(replace(system, owner=owner, n_systems=n_systems))
