"""Networks of features in the compiled pass, against NumPy, the engine's vjp and differences."""

import pickle
from dataclasses import replace
from itertools import pairwise

import ace_bases
import numpy as np
import pod_bases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.descriptors import evaluator_of
from potlearn.descriptors.network import NetworkModel
from potlearn.engine import ACTIVATIONS, Branch, Engine, Fade, Network, instruction_sets
from potlearn.errors import BasisError
from potlearn.structure.system import System

DESCRIPTORS = {
    "ACE": ace_bases.BASES["order 4"],
    "ACE of two species": ace_bases.BASES["two species"],
    "POD": pod_bases.BASES["2-7-body"],
    "POD of two species": pod_bases.BASES["W-Be 2-7-body"],
}
COUNTS = (8, 3, 1, 5, 6, 2)


@pytest.fixture(params=list(DESCRIPTORS))
def descriptor(request):
    return DESCRIPTORS[request.param]


@pytest.fixture(params=instruction_sets())
def engine(request, descriptor):
    return Engine(descriptor.engine.basis, request.param)


def cells(descriptor, counts=COUNTS):
    """Configurations whose numbers of atoms fill no lanes; an isolated atom and a pair."""
    periodic = [pod_bases.cell(descriptor.species, n, seed=n, length=4.8) for n in counts]
    return [*periodic, *(ace_bases.cluster(descriptor.species, n, seed=0) for n in (1, 2))]


def system_of(descriptor, atoms):
    return System.of(atoms, descriptor.species, descriptor.cutoff)


def spread(descriptor, system):
    """Means and deviations of the features of each species, (S, M)."""
    features = descriptor.engine.features(system)
    by_species = [features[system.species == z] for z in range(len(descriptor.species))]
    return np.array([b.mean(0) for b in by_species]), np.array([b.std(0) for b in by_species])


def branch(descriptor, system, hidden=(7, 5), activation="silu", seed=0):
    """Random layers of standardised features, folded into the first."""
    rng, n_species = np.random.default_rng(seed), len(descriptor.species)
    center, deviation = spread(descriptor, system)
    sizes = [descriptor.n_features, *hidden, 1]
    weights = [rng.normal(size=(n_species, b, a)) / np.sqrt(a) for a, b in pairwise(sizes)]
    biases = [0.3 * rng.normal(size=(n_species, b)) for b in hidden]
    weights[0] = weights[0] / (deviation[:, None] + 1e-3)
    if hidden:
        biases[0] = biases[0] - np.einsum("soi,si->so", weights[0], center)
    return Branch(tuple(weights), tuple(biases), activation)


def fade(descriptor, system, inner, outer):
    """Between so many mean squared distances of the atoms."""
    center, deviation = spread(descriptor, system)
    weight, one = 1 / (deviation + 1e-3), np.ones(len(center))
    d2 = (descriptor.engine.features(system) - center[system.species]) ** 2
    mean = (d2 * weight[system.species] ** 2).sum(1).mean()
    return Fade(center, weight, inner * mean * one, outer * mean * one)


def network(descriptor, branches, fade=None, seed=1):
    rng = np.random.default_rng(seed)
    c = rng.normal(size=(len(descriptor.species), 1 + descriptor.n_features))
    return Network(c / np.arange(1, c.shape[1] + 1), tuple(branches), fade)


def in_numpy(engine, system, network):
    energies, slopes = network.energies_and_slopes(engine.features(system), system.species)
    return energies, *engine.vjp(system, slopes)


def check(engine, system, network, tolerance=1e-12):
    expected = in_numpy(engine, system, network)
    found = engine.network_energy_forces(system, network)
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=tolerance * max(1.0, np.abs(a).max()))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (9,), (32, 32), (17, 8, 3)], ids=str)
def test_layers_and_activations(descriptor, engine, hidden, activation):
    system = system_of(descriptor, cells(descriptor))
    one = branch(descriptor, system, hidden, activation)
    check(engine, system, network(descriptor, [one]))


def test_one_configuration_has_no_axis_of_configurations(descriptor, engine):
    system = system_of(descriptor, cells(descriptor)[0])
    net = network(descriptor, [branch(descriptor, system)])
    check(engine, system, net)
    assert engine.network_energy_forces(system, net)[2].shape == (6,)


@pytest.mark.parametrize("between", [(5, 9), (0.5, 2), (1e-6, 2e-6), (1e9, 2e9)], ids=str)
def test_branches_of_any_shape_that_fade(descriptor, engine, between):
    system = system_of(descriptor, cells(descriptor))
    branches = [
        branch(descriptor, system, hidden, activation, seed)
        for seed, (hidden, activation) in enumerate(
            [((16,), "silu"), ((5, 4), "tanh"), ((), "sqrt")]
        )
    ]
    check(engine, system, network(descriptor, branches, fade(descriptor, system, *between)))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_layers(data):
    """Any number of branches of any widths, with and without a fade, on any instruction set."""
    descriptor = DESCRIPTORS[data.draw(st.sampled_from(list(DESCRIPTORS)))]
    engine = Engine(descriptor.engine.basis, data.draw(st.sampled_from(instruction_sets())))
    system = system_of(descriptor, cells(descriptor, (5, 4)))
    widths = st.lists(st.integers(1, 40), max_size=3)
    shapes = data.draw(st.lists(st.tuples(widths, st.sampled_from(ACTIVATIONS)), max_size=4))
    branches = [branch(descriptor, system, *shape, seed) for seed, shape in enumerate(shapes)]
    inner = data.draw(st.none() | st.floats(0, 3))
    around = None if inner is None else fade(descriptor, system, inner, inner + 1)
    check(engine, system, network(descriptor, branches, around))


def test_within_the_data_a_fade_changes_nothing_and_far_from_them_all_is_linear(descriptor, engine):
    system = system_of(descriptor, cells(descriptor))
    branches = [branch(descriptor, system)]
    pairs = [
        (fade(descriptor, system, 100, 101), network(descriptor, branches)),
        (fade(descriptor, system, 0, 1e-9), network(descriptor, [])),
    ]
    for around, expected in pairs:
        found = engine.network_energy_forces(system, network(descriptor, branches, around))
        plain = engine.network_energy_forces(system, expected)
        for a, b in zip(plain, found, strict=True):
            np.testing.assert_array_equal(a, b)


def test_without_branches_it_is_the_linear_model(descriptor, engine):
    system = system_of(descriptor, cells(descriptor))
    net = network(descriptor, [])
    linear = engine.energy_forces(system, net.coefficients)
    found = engine.network_energy_forces(system, net)
    for a, b in zip(linear, found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(a).max()))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_isolated_atoms_and_small_clusters(descriptor, engine, n):
    """Features that need more neighbours are zero and push nobody."""
    atoms = ace_bases.cluster(descriptor.species, n, seed=3)
    training = system_of(descriptor, cells(descriptor))
    net = network(descriptor, [branch(descriptor, training)])
    check(engine, system_of(descriptor, atoms), net)


def test_forces_and_virial_against_differences(descriptor, engine):
    atoms = cells(descriptor)[0]
    training = system_of(descriptor, cells(descriptor))
    around = fade(descriptor, training, 0.3, 3.0)
    net = network(descriptor, [branch(descriptor, training, (8, 8))], around)
    rng, h = np.random.default_rng(6), 1e-5
    u, strain = rng.normal(size=(len(atoms), 3)), 0.1 * rng.normal(size=(3, 3))
    strain = strain + strain.T
    system = system_of(descriptor, atoms)

    def energy(t):
        f, list_ = np.eye(3) + t * strain, system.neighbors
        there = replace(list_, translations=list_.translations @ f.T)
        positions = (system.positions + t * u) @ f.T
        moved = replace(system, positions=positions, neighbors=there)
        return engine.network_energy_forces(moved, net)[0].sum()

    _, forces, virial = engine.network_energy_forces(system, net)
    voigt = strain[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]] * [1, 1, 1, 2, 2, 2]
    exact, found = -(forces * u).sum() - virial @ voigt, (energy(h) - energy(-h)) / (2 * h)
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-6 * np.abs(forces).max())


@pytest.mark.parametrize("name", ["ACE of two species", "POD"])
def test_same_bits_for_any_number_of_threads(name):
    descriptor = DESCRIPTORS[name]
    system = system_of(descriptor, cells(descriptor) * 40)
    branches = [branch(descriptor, system, seed=seed) for seed in range(2)]
    net = network(descriptor, branches, fade(descriptor, system, 0.5, 2))
    engine = descriptor.engine
    one = engine.network_energy_forces(system, net)
    for threads in (2, 5):
        for a, b in zip(one, engine.network_energy_forces(system, net, threads), strict=True):
            np.testing.assert_array_equal(a, b)


def test_evaluators_of_descriptors(descriptor):
    atoms = cells(descriptor)
    system = system_of(descriptor, atoms)
    net = network(descriptor, [branch(descriptor, system)])
    compiled = pickle.loads(pickle.dumps(evaluator_of(descriptor, net)))
    for a, b in zip(NetworkModel(descriptor, net)(atoms), compiled(system), strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-12 * max(1.0, np.abs(a).max()))


def test_networks_of_other_sizes_are_refused(descriptor):
    engine, system = descriptor.engine, system_of(descriptor, cells(descriptor))
    shorter = Network(np.zeros((len(descriptor.species), descriptor.n_features)), ())
    with pytest.raises(BasisError, match=r"network: expected . species and .* features"):
        evaluator_of(descriptor, shorter)
    with pytest.raises(ValueError, match="network is of"):
        engine.network_energy_forces(system, shorter)
    other = Network(np.zeros((7, 1 + descriptor.n_features)), ())
    with pytest.raises(ValueError, match="network is of"):
        engine.network_energy_forces(system, other)


def layers(*shapes, biases=(), activation="silu"):
    return Branch(
        tuple(np.zeros(shape) for shape in shapes), tuple(np.zeros(b) for b in biases), activation
    )


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers((2, 1, 4), activation="relu"), "activation: expected one of silu, tanh, s"),
        (lambda: layers(), "expected biases of all layers but the last, got 0 layers"),
        (lambda: layers((2, 1, 4), biases=[(2, 1)]), "got 1 layers and 1 biases"),
        (lambda: layers((1, 4)), r"layer 1: expected \(S, out, in\), got \(1, 4\)"),
        (lambda: layers((2, 3, 4)), r"layer 1: expected \(2, 1, 4\), got \(2, 3, 4\)"),
        (
            lambda: layers((2, 3, 4), (2, 1, 5), biases=[(2, 3)]),
            r"layer 2: expected \(2, 1, 3\), got \(2, 1, 5\)",
        ),
        (
            lambda: layers((2, 3, 4), (2, 1, 3), biases=[(2, 4)]),
            r"biases of layer 1: expected \(2, 3\), got \(2, 4\)",
        ),
        (
            lambda: Branch((np.full((1, 1, 2), np.nan),), (), "silu"),
            "weights of layer 1: expected finite numbers",
        ),
        (lambda: Network(np.zeros(3), ()), r"coefficients: expected shape \(S, 1 \+ M\)"),
        (lambda: Network(np.zeros((2, 6)), (layers((2, 1, 4)),)), r"branch 1: expected .* \(2, 5"),
        (
            lambda: Fade(np.zeros((2, 3)), np.zeros((2, 4)), np.zeros(2), np.ones(2)),
            r"center and weight \(S, M\)",
        ),
        (
            lambda: Fade(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(1), np.ones(2)),
            r"inner of shape \(2,\), got \(1,\)",
        ),
        (
            lambda: Fade(np.zeros((2, 3)), np.zeros((2, 3)), np.ones(2), np.ones(2)),
            "0 <= inner < outer",
        ),
        (
            lambda: Network(
                np.zeros((2, 6)),
                (),
                Fade(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(2), np.ones(2)),
            ),
            r"fade: expected center \(2, 5\), got \(2, 3\)",
        ),
    ],
)
def test_malformed_networks_are_refused(make, match):
    with pytest.raises(BasisError, match=match):
        make()
