"""Pair potentials of a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from potlearn.errors import ConfigError
from potlearn.tasks.settings import PairPotentialConfig

if TYPE_CHECKING:
    from potlearn.potentials import Potential
    from potlearn.potentials.pair.base import PairPotential


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
    from potlearn.potentials.kinds import KINDS

    cls: Any = KINDS["lennard_jones" if config.kind == "lj" else config.kind]
    given = config.model_dump(exclude={"kind", "cutoff", "weight", "charges"}, exclude_none=True)
    values = {name: _per_pair(name, value, species) for name, value in given.items()}
    if config.charges is not None:
        _same_names("charges", config.charges, list(species))
        values["charges"] = tuple(config.charges[s] for s in species)
    potential: PairPotential = cls(species, radius=config.cutoff, **values)
    return potential


def _per_pair(name: str, value: Any, species: tuple[str, ...]) -> Any:
    """A number, or a symmetric table of numbers given as ``A-B`` or ``B-A``."""
    import numpy as np

    if not isinstance(value, dict):
        return value
    table = np.zeros((len(species), len(species)))
    keys = {}
    for i, j in combinations_with_replacement(range(len(species)), 2):
        names = f"{species[i]}-{species[j]}", f"{species[j]}-{species[i]}"
        key = names[1] if names[1] in value else names[0]
        keys[key] = names[0]
        table[i, j] = table[j, i] = value.get(key, np.nan)
    _same_names(name, value, list(keys))
    return table


def _same_names(name: str, given: dict[str, float], wanted: list[str]) -> None:
    if set(given) != set(wanted):
        raise ConfigError(
            f"reference, {name}: expected a value for each of {', '.join(wanted)}, "
            f"got {', '.join(given) or 'none'}"
        )
