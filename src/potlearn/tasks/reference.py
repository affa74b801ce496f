"""Pair potentials under a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from potlearn.errors import ConfigError
from potlearn.tasks.settings import PairPotentialConfig, ReferenceConfig
from potlearn.tasks.settings.reference import pair_class

if TYPE_CHECKING:
    from potlearn.potentials import Potential
    from potlearn.potentials.pair.base import PairPotential
    from potlearn.structure.bonds import Pair


def make_reference(
    config: ReferenceConfig, shortest: Mapping[Pair, float], species: tuple[str, ...]
) -> Potential | None:
    """Reference potential of the section; absent radii come from the shortest distances."""
    if config.kind == "none" and not config.add:
        return None
    from potlearn.fit.beyond import default_zbl

    zbl = default_zbl(shortest, species, config.inner, config.outer)
    return make_sum([zbl] if config.kind == "zbl" else [], config.add, species)


def make_sum(
    first: Sequence[Potential], configs: Sequence[PairPotentialConfig], species: tuple[str, ...]
) -> Potential:
    """The sum of ``first`` and of the configured pair potentials; one alone is itself."""
    from potlearn.potentials.sum import SumPotential

    terms = [(1.0, potential) for potential in first]
    terms += [(config.weight, make_pair(config, species)) for config in configs]
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    return SumPotential(tuple(terms))


def make_pair(config: PairPotentialConfig, species: tuple[str, ...]) -> PairPotential:
    """The pair potential of the section.

    Raises
    ------
    ConfigError
        A parameter lacks a pair of species, or names one that is not there.
    """
    values = {name: _value(name, value, species) for name, value in config.parameters.items()}
    potential: PairPotential = pair_class(config.kind)(species, radius=config.cutoff, **values)
    return potential


def _value(name: str, value: Any, species: tuple[str, ...]) -> Any:
    """A number; a number for each species; or a symmetric table, given by ``A-B`` or ``B-A``."""
    import numpy as np

    if not isinstance(value, dict):
        return value
    if name == "charges":
        _check_names(name, value, list(species))
        return tuple(value[symbol] for symbol in species)
    table = np.zeros((len(species), len(species)))
    keys = {}
    for i, j in combinations_with_replacement(range(len(species)), 2):
        names = f"{species[i]}-{species[j]}", f"{species[j]}-{species[i]}"
        key = names[1] if names[1] in value else names[0]
        keys[key] = names[0]
        table[i, j] = table[j, i] = value.get(key, np.nan)
    _check_names(name, value, list(keys))
    return table


def _check_names(name: str, given: dict[str, float], wanted: list[str]) -> None:
    if set(given) != set(wanted):
        raise ConfigError(
            f"reference, {name}: expected a value for each of {', '.join(wanted)}, "
            f"got {', '.join(given) or 'none'}"
        )
