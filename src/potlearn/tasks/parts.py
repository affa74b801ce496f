"""What the sections of a configuration stand for: descriptor, reference potential, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.tasks.settings import (
    AceConfig,
    FitConfig,
    PodConfig,
    ReferenceConfig,
    WeightsConfig,
)

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit import Weights
    from potlearn.fit.core.constraints import CoreConstraints
    from potlearn.potentials import Potential

_SEED = 0


def make_descriptor(config: PodConfig | AceConfig, dataset: Dataset) -> Descriptor:
    """Descriptor of the section; environment clusters are found in ``dataset``."""
    if isinstance(config, AceConfig):
        from potlearn.descriptors import ACE

        return ACE(config.species, config.cutoff, **config.keywords())
    from potlearn.descriptors import POD
    from potlearn.descriptors.pod.clusters import Clusters

    descriptor = POD(config.species, config.cutoff, **config.keywords())
    k, c = descriptor.number_of_environment_clusters, descriptor.number_of_principal_components
    if k == 1:
        return descriptor
    return descriptor.with_clusters(Clusters.fit(descriptor, dataset, k, c, _SEED))


def make_core(
    config: ReferenceConfig, descriptor: Descriptor, dataset: Dataset
) -> tuple[Potential | None, CoreConstraints | None]:
    """Reference potential of the section, and the inequalities that keep the fit repulsive.

    Radii come from the shortest distances in ``dataset`` where none are given.
    """
    if config.kind == "none" and not config.add:
        return None, None
    from potlearn.fit.core import default_zbl, shortest_distances
    from potlearn.fit.core.constraints import core_constraints
    from potlearn.tasks.pairs import make_sum

    species = descriptor.species
    shortest = shortest_distances(dataset, species)
    zbl = default_zbl(shortest, species, config.inner, config.outer)
    reference = make_sum([zbl] if config.kind == "zbl" else [], config.add, species)
    if not config.repulsive:
        return reference, None
    return reference, core_constraints(descriptor, reference, shortest, dataset)


def make_weights(config: WeightsConfig) -> Weights:
    """Weights of the section; what is absent keeps the default."""
    from potlearn.fit import Weights

    general = config.model_dump(exclude={"groups"}, exclude_none=True)
    groups = {name: group.model_dump(exclude_none=True) for name, group in config.groups.items()}
    return Weights(**general, groups=groups)


def resolved(config: FitConfig, descriptor: Descriptor, weights: Weights) -> FitConfig:
    """The configuration with the defaults of descriptor and weights filled in."""
    section = type(config.descriptor)
    settings = {k: v for k, v in descriptor.to_dict().items() if k in section.model_fields}
    general = {name: getattr(weights, name) for name in ("energy", "forces", "stress")}
    fit = config.fit.model_copy(update={"weights": config.fit.weights.model_copy(update=general)})
    filled = section.model_validate(settings)
    return config.model_copy(update={"descriptor": filled, "fit": fit})
