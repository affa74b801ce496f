"""The JAX engine against the compiled one, and derivatives that only JAX has."""

import pickle
import subprocess
import sys
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pod_bases
import pytest
from pod_bases import cell, cluster

from potlearn.descriptors import ACE
from potlearn.engine import BACKENDS, Engine, backend_for
from potlearn.engine.jax import JaxEngine
from potlearn.engine.jax.inputs import padded_size
from potlearn.engine.network import Branch, Fade, Network
from potlearn.errors import ConfigError, DataError, MissingExtraError
from potlearn.runtime import xla
from potlearn.structure.system import System

BASES = {
    "ACE, one species": ACE(("Si",), cutoff=4.0, order=4, nmax=2, lmax=(0, 3, 2, 1)),
    "ACE, two species": ACE(
        ("W", "Be"), cutoff=4.3, order=3, degree=4, pairs={"W-Be": {"cutoff": 3.9}}
    ),
    "ACE, three species": ACE(("W", "Be", "He"), cutoff=4.0, order=2, nmax=2, lmax=(0, 2)),
    "POD, two species": pod_bases.pod(
        ("W", "Be"), 4.0, **pod_bases.settings((2, 2, 1, 1, 0, 0), (2, 2, 1, 0, 0))
    ),
}


@pytest.fixture(scope="module", params=list(BASES))
def pair(request):
    """A descriptor, and its basis in JAX: each is compiled once for all tests."""
    return BASES[request.param], JaxEngine(BASES[request.param].engine.basis)


@pytest.fixture(scope="module")
def small():
    descriptor = BASES["ACE, two species"]
    return descriptor, JaxEngine(descriptor.engine.basis)


def several(descriptor, sizes=(4, 1, 3)):
    """Configurations side by side."""
    atoms = [cell(descriptor.species, n, seed=n, length=4.4) for n in sizes]
    return System.of(atoms, descriptor.species, descriptor.cutoff)


def single(descriptor, n=4):
    return System.of(
        cell(descriptor.species, n, seed=2, length=4.4), descriptor.species, descriptor.cutoff
    )


def coefficients(engine, *shape, seed=0):
    rng = np.random.default_rng(seed)
    scale = 1.0 / np.arange(1, engine.n_features + 2)
    return rng.normal(size=(*shape, engine.n_species, 1 + engine.n_features)) * scale


def agree(found, expected, tolerance=1e-10):
    """Same shapes, and numbers within a tolerance of the largest of each array."""
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == float
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * np.abs(b).max(initial=1e-300))


def network(engine, seed=0):
    """Two branches that fade out within the features of the tests."""
    rng, z, m = np.random.default_rng(seed), engine.n_species, engine.n_features
    first = rng.normal(size=(z, 5, m)) / m, rng.normal(size=(z, 3, 5)), rng.normal(size=(z, 1, 3))
    deep = Branch(first, (rng.normal(size=(z, 5)), rng.normal(size=(z, 3))), "silu")
    wide = (rng.normal(size=(z, 4, m)) / m, rng.normal(size=(z, 1, 4)))
    root = Branch(wide, (rng.normal(size=(z, 4)),), "sqrt")
    return Network(coefficients(engine, seed=seed), (deep, root), fade(engine, rng))


def fade(engine, rng):
    shape = engine.n_species, engine.n_features
    inner = np.full(engine.n_species, 0.1)
    return Fade(rng.normal(size=shape), np.full(shape, 1e-2), inner, inner + 3.0)


def test_features_forces_and_virials_are_those_of_the_compiled_engine(pair):
    descriptor, engine = pair
    native, system = descriptor.engine, several(descriptor)
    c = coefficients(native)
    agree([engine.features(system)], [native.features(system)])
    agree(engine.energy_forces(system, c), native.energy_forces(system, c))


def test_vjp_and_jvp_are_those_of_the_compiled_engine(pair):
    descriptor, engine = pair
    rng, system = np.random.default_rng(1), several(descriptor)
    w = rng.normal(size=(len(system), engine.n_features))
    u, strain = rng.normal(size=(len(system), 3)), rng.normal(size=(3, 3, 3))
    agree(engine.vjp(system, w), descriptor.engine.vjp(system, w))
    agree([engine.jvp(system, u, strain)], [descriptor.engine.jvp(system, u, strain)])


def test_single_precision_keeps_five_digits():
    descriptor = BASES["ACE, one species"]
    engine, native = JaxEngine(descriptor.engine.basis, "float32"), descriptor.engine
    atoms = cell(descriptor.species, 4, seed=3, length=4.4)
    atoms.positions += 1e4  # far from the origin, where positions in single precision are coarse
    system, c = System.of(atoms, descriptor.species, descriptor.cutoff), coefficients(native)
    agree([engine.features(system)], [native.features(system)], 1e-5)
    agree(engine.energy_forces(system, c), native.energy_forces(system, c), 1e-5)


def test_several_sets_of_coefficients(small):
    descriptor, engine = small
    system, c = single(descriptor), coefficients(engine, 3)
    agree(engine.energy_forces(system, c), descriptor.engine.energy_forces(system, c))
    found = engine.energy_forces(several(descriptor), c)
    agree(found, descriptor.engine.energy_forces(several(descriptor), c))


@pytest.mark.parametrize("faded", [True, False])
def test_networks_are_those_of_the_reference(small, faded):
    descriptor, engine = small
    system, model = several(descriptor), network(engine)
    model = model if faded else replace(model, fade=None)
    features = descriptor.engine.features(system)
    energies, slopes = model.energies_and_slopes(features, system.species)
    expected = energies, *descriptor.engine.vjp(system, slopes)
    agree(engine.network_energy_forces(system, model), expected)


def test_a_network_without_branches_is_linear(small):
    descriptor, engine = small
    system, c = several(descriptor), coefficients(engine)
    found = engine.network_energy_forces(system, Network(c, ()))
    agree(found, descriptor.engine.energy_forces(system, c))


def test_other_weights_of_a_network_are_not_compiled_again(small):
    descriptor, engine = small
    system = several(descriptor)
    engine.network_energy_forces(system, network(engine))
    before = engine.compilations
    engine.network_energy_forces(system, network(engine, seed=1))
    assert engine.compilations == before


def test_features_with_too_few_neighbours_are_zero(small):
    descriptor, engine = small
    atoms = [cluster(descriptor.species, n, seed=0) for n in (1, 2, 3, 4)]
    system = System.of(atoms, descriptor.species, descriptor.cutoff)
    found, c = engine.features(system), coefficients(engine)
    assert not found[0].any()
    agree([found], [descriptor.engine.features(system)])
    np.testing.assert_array_equal(found == 0, descriptor.engine.features(system) == 0)
    agree(engine.energy_forces(system, c), descriptor.engine.energy_forces(system, c))


def test_one_program_per_centre_species():
    descriptor = BASES["ACE, two species"]
    basis = descriptor.engine.basis
    backwards = basis.programs[0].prune(range(basis.n_features)[::-1])
    apart = replace(basis, programs=(basis.programs[0], backwards))
    system = several(descriptor)
    agree([JaxEngine(apart).features(system)], [Engine(apart).features(system)])


def test_a_list_that_reaches_further_changes_nothing(small):
    descriptor, engine = small
    atoms = cell(descriptor.species, 4, seed=2, length=4.4)
    far = System.of(atoms, descriptor.species, descriptor.cutoff + 1.0)
    agree([engine.features(far)], [engine.features(single(descriptor))], 1e-13)


def test_no_atoms(small):
    descriptor, engine = small
    system = System.of([], descriptor.species, descriptor.cutoff)
    energies, forces, virial = engine.energy_forces(system, coefficients(engine))
    assert (energies.shape, forces.shape, virial.shape) == ((0,), (0, 3), (0, 6))


def test_sizes_are_few():
    sizes = [padded_size(n, 8) for n in range(1, 2000)]
    assert sorted(set(sizes))[:6] == [8, 16, 24, 32, 48, 64]
    assert len(set(sizes)) < 18
    assert all(n <= size <= max(8, 2 * n) for n, size in enumerate(sizes, 1))


def test_configurations_of_similar_sizes_are_compiled_once():
    descriptor = pod_bases.BASES["two-body"]
    engine = JaxEngine(descriptor.engine.basis)
    for n in (1, 2, 3, 4, 5, 7, 9, 12, 16):
        system = System.of(
            cluster(descriptor.species, n, seed=n), descriptor.species, descriptor.cutoff
        )
        agree([engine.features(system)], [descriptor.engine.features(system)])
    assert engine.compilations == 1
    larger = System.of(cluster(descriptor.species, 17, 0), descriptor.species, descriptor.cutoff)
    for _ in range(2):
        engine.features(larger)
    assert engine.compilations == 2


def energy_of(engine, inputs, c):
    """Energy as a pure function of positions and knots."""
    c = jnp.asarray(c)[inputs.species]

    def energy(positions, knots):
        features = engine.features_at(inputs, positions, knots)
        return (c[:, 1:] * features).sum()

    return energy


def test_hessian_against_differences_of_the_compiled_engine(small):
    descriptor, engine = small
    system, c, h = several(descriptor), coefficients(engine), 1e-4
    direction = np.random.default_rng(3).normal(size=(len(system), 3))
    inputs = engine.inputs(system)
    along = np.zeros_like(inputs.positions)
    along[: len(system)] = direction

    def forces(step):
        moved = replace(system, positions=system.positions + step * direction)
        return descriptor.engine.energy_forces(moved, c)[1]

    with xla.double_precision(jax):
        energy = energy_of(engine, inputs, c)
        slope = jax.grad(lambda x: energy(x, engine.knots))
        found = jax.jit(lambda x, u: jax.jvp(slope, (x,), (u,))[1])(inputs.positions, along)
    expected = -(8 * (forces(h) - forces(-h)) - (forces(2 * h) - forces(-2 * h))) / (12 * h)
    found = np.asarray(found)
    agree([found[: len(system)]], [expected], 1e-6)
    assert not found[len(system) :].any()


def test_gradient_in_the_knots_against_differences_of_the_compiled_engine(small):
    """Radial functions can be learnt."""
    descriptor, engine = small
    system, c = several(descriptor), coefficients(engine)
    inputs, basis = engine.inputs(system), descriptor.engine.basis
    change = np.random.default_rng(4).normal(size=engine.knots.shape) * np.abs(engine.knots)

    def energy(step):
        tables = [replace(t, knots=t.knots.copy()) for t in basis.tables]
        for table, slope in zip(tables, change, strict=True):
            table.knots[..., : slope.shape[-1]] += step * slope
        features = Engine(replace(basis, tables=tuple(tables))).features(system)
        return (c[system.species, 1:] * features).sum()

    with xla.double_precision(jax):
        pure = energy_of(engine, inputs, c)
        slope = jax.jit(jax.grad(pure, argnums=1))(inputs.positions, engine.knots)
        found = float((np.asarray(slope) * change).sum())
    h = 1e-4
    expected = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_places_without_a_neighbour_count_for_nothing(small):
    """Their vectors may be zero or not finite; also in second derivatives."""
    descriptor, engine = small
    atoms = [cluster(descriptor.species, n, seed=0) for n in (1, 4)]
    system = System.of(atoms, descriptor.species, descriptor.cutoff)
    inputs = engine.inputs(system)

    def third(vectors):
        return (engine.features_of(vectors, inputs) ** 3).sum()

    def product(vectors):
        return jax.jvp(jax.grad(third), (vectors,), (jnp.ones_like(vectors),))

    with xla.double_precision(jax):
        positions = np.asarray(inputs.positions)
        real = positions[inputs.neighbor] - positions[:, None] + inputs.offsets
        compiled = jax.jit(product)
        results = []
        for fill in (0.0, np.nan, 1.0):
            given = np.where(inputs.present[..., None], real, fill)
            results.append([np.asarray(a) for a in compiled(jnp.asarray(given))])
    for result in results:
        for found, expected in zip(result, results[0], strict=True):
            assert np.isfinite(found).all()
            assert not found[~inputs.present].any()
            np.testing.assert_array_equal(found, expected)


def test_distances_that_no_table_covers_are_not_a_number(small):
    descriptor, engine = small
    inputs = engine.inputs(several(descriptor))
    with xla.double_precision(jax):
        vectors = np.ones((*inputs.present.shape, 3))
        vectors[0, 0] = 1e-3
        features = np.asarray(jax.jit(engine.features_of)(jnp.asarray(vectors), inputs))
    assert np.isnan(features[0]).any()
    assert np.isfinite(features[1:]).all()


def test_the_settings_of_jax_are_left_alone(small):
    descriptor, engine = small
    before = jax.config.jax_enable_x64
    engine.features(several(descriptor))
    assert jax.config.jax_enable_x64 == before
    assert jnp.ones(1).dtype == (jnp.float64 if before else jnp.float32)


def test_pure_functions_take_the_precision_of_the_caller(small):
    descriptor, engine = small
    system = several(descriptor)
    features = jax.jit(engine.features_at)(engine.inputs(system))
    assert features.dtype == jnp.float32
    expected = descriptor.engine.features(system)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(features[: len(system)], expected, atol=1e-5 * scale)


def test_an_engine_survives_pickling(small):
    descriptor, engine = small
    again = pickle.loads(pickle.dumps(engine))
    system = several(descriptor)
    np.testing.assert_array_equal(again.features(system), engine.features(system))


def test_atoms_on_top_of_each_other_are_an_error(small):
    descriptor, engine = small
    atoms = cluster(descriptor.species, 3, seed=0)
    atoms.positions[1] = atoms.positions[0] + [0.055, 0, 0]
    system = System.of(atoms, descriptor.species, descriptor.cutoff)
    with pytest.raises(DataError) as native:
        descriptor.engine.features(system)
    with pytest.raises(DataError) as found:
        engine.features(system)
    assert str(found.value) == str(native.value)


def test_malformed_arrays_are_refused(small):
    descriptor, engine = small
    system = several(descriptor)
    with pytest.raises(ValueError, match="positions must be"):
        engine.features(replace(system, positions=system.positions[:-1]))
    with pytest.raises(ValueError, match="species index out of range"):
        engine.features(replace(system, species=system.species + 9))
    beyond = replace(system.neighbors, j=system.neighbors.j + 99)
    with pytest.raises(ValueError, match="neighbour index out of range"):
        engine.features(replace(system, neighbors=beyond))
    with pytest.raises(ValueError, match="coefficients must be"):
        engine.energy_forces(system, coefficients(engine)[:, :-1])
    with pytest.raises(ValueError, match="weights must be"):
        engine.vjp(system, np.zeros((2, 2)))
    with pytest.raises(ValueError, match="displacements must be"):
        engine.jvp(system, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="strain must be"):
        engine.jvp(system, strain=np.zeros((3, 3)))
    with pytest.raises(ValueError, match="coefficients must be"):
        engine.network_energy_forces(system, Network(np.zeros((2, 3)), ()))


def test_an_unknown_precision_is_refused(small):
    with pytest.raises(ConfigError, match="expected one of float64, float32, got 'float16'"):
        JaxEngine(small[0].engine.basis, "float16")


def test_without_jax_the_message_says_what_to_install(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'potlearn\[neural\]'"):
        JaxEngine(small[0].engine.basis)


def test_backends_by_name(small):
    basis = small[0].engine.basis
    assert list(BACKENDS) == ["native", "jax"]
    assert isinstance(backend_for(basis, "native"), Engine)
    assert isinstance(backend_for(basis, "jax"), JaxEngine)
    with pytest.raises(ConfigError, match="unknown backend 'cuda'; expected one of native, jax"):
        backend_for(basis, "cuda")


@pytest.mark.parametrize(("device", "kind"), [("cpu", Engine), ("gpu", JaxEngine)])
def test_auto_takes_jax_where_its_device_is_an_accelerator(small, monkeypatch, device, kind):
    monkeypatch.setattr(jax, "default_backend", lambda: device)
    assert isinstance(backend_for(small[0].engine.basis), kind)


def test_auto_says_that_jax_finds_no_device(small, monkeypatch):
    def fails():
        raise RuntimeError("Unable to initialize backend 'cuda'")

    monkeypatch.setattr(jax, "default_backend", fails)
    with pytest.raises(ConfigError, match="JAX finds no device to compute on: Unable to"):
        backend_for(small[0].engine.basis)


def test_auto_does_not_load_jax_for_cpus():
    code = "import sys\nfrom potlearn.runtime import xla\nxla.PLUGINS = ()\n"
    code += "assert not xla.has_accelerator() and 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
