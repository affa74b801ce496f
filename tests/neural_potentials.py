"""Neural potentials with random networks, around the atoms of random configurations."""

import numpy as np

from potlearn import testing
from potlearn.potentials.neural import HEADS, NeuralPotential, Scaling, fade_around

HEAD_SIZES = {"mlp": (8, 6), "embedded": (8, 6), "finnis_sinclair": (3,)}


def random_head(kind, n_species, n_features, seed=0, size=0.1, activation=None):
    """A head none of whose parameters are zero."""
    rng = np.random.default_rng(seed)
    head = HEADS.load(kind).initial(n_species, n_features, HEAD_SIZES[kind], rng, activation)
    parameters = {name: a + 0.3 * rng.normal(size=a.shape) for name, a in head.parameters.items()}
    return head.with_parameters({**parameters, "last": size * parameters["last"]})


def environments(descriptor):
    """Features and species of the atoms of dense random configurations."""
    made = [testing.configurations(descriptor.species, seed=seed) for seed in range(10, 18)]
    atoms = [found[name] for found in made for name in ("bulk", "thin", "slab")]
    numbers = [[descriptor.species.index(s) for s in a.get_chemical_symbols()] for a in atoms]
    features = np.concatenate([descriptor.features(a) for a in atoms])
    return features, np.concatenate(numbers).astype(np.int32)


def standard(features):
    """Means and reciprocal standard deviations, zero for constant features."""
    std = features.std(0)
    varied = std > 1e-9 * np.abs(features).max(0)
    return features.mean(0), np.divide(1.0, std, out=np.zeros_like(std), where=varied)


def neural(descriptor, kind="mlp", members=1, reference=None, *, fade=True, activation=None):
    """A linear part of small random coefficients and random networks."""
    features, species = environments(descriptor)
    shape = len(descriptor.species), descriptor.n_features
    own = [features[species == s] for s in range(shape[0])]
    scaling = Scaling(*(np.stack(x) for x in zip(*map(standard, own), strict=True)))
    x = scaling.apply(features, species)
    reach = [(x[species == s] ** 2).mean(1).max() for s in range(shape[0])]
    rng = np.random.default_rng(2)
    coefficients = rng.normal(size=(shape[0], 1 + shape[1])) / (1 + shape[1])
    heads = [random_head(kind, *shape, seed=k, activation=activation) for k in range(members)]
    return NeuralPotential(
        descriptor,
        coefficients,
        scaling,
        tuple(heads),
        fade_around(scaling, np.array(reach)) if fade else None,
        reference,
        {"data": "random"},
    )
