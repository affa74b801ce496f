"""Descriptors of settings: what is absent follows from the data, and is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from potlearn.tasks.settings import DescriptorConfig, FamilyConfig, Section
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

DEGREES = {1: 8.0, 2: 5.0}
"""Degree of the default ACE by number of species; 5 beyond."""
MOST_FUNCTIONS = 200
_RULE = {"degree", "nmax", "lmax", "order", "max_functions"}


class _Wrapped(Section):
    """A descriptor's section below a key, as messages name it."""

    descriptor: DescriptorConfig
    """The descriptor."""


def completed(
    settings: Mapping[str, Any], species: Sequence[str], source: str = "settings"
) -> FamilyConfig:
    """Section of a descriptor; species, cutoff and an ACE basis of some 100 functions by default.

    Parameters
    ----------
    settings : mapping
        Keys of the section, any of them absent.
    species : sequence of str
        Elements of the data.
    source : str
        Where the settings come from, for messages.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    """
    full = {"family": "ace", "species": list(species), "cutoff": 5.0, **settings}
    if full["family"] == "ace" and not _RULE & set(full):
        full |= _default_rule(len(species))
    return _Wrapped.of({"descriptor": full}, source).descriptor


def make_descriptor(config: FamilyConfig, dataset: Dataset | None) -> Descriptor:
    """Descriptor of the section, completed by a dataset if its family asks for it."""
    from potlearn.descriptors import NeedsData, descriptor_from_dict

    descriptor = descriptor_from_dict(config.model_dump(exclude_none=True))
    if dataset is None or not isinstance(descriptor, NeedsData):
        return descriptor
    return descriptor.prepared(dataset.check_species(descriptor.species))


def filled(config: FamilyConfig, descriptor: Descriptor) -> FamilyConfig:
    """The section with the defaults of its descriptor."""
    keys = type(config).model_fields
    return config.of({key: value for key, value in descriptor.to_dict().items() if key in keys})


def notes_of(descriptor: Descriptor) -> list[str]:
    """What the data decided about the descriptor, if anything."""
    reason = getattr(descriptor, "reason", "")
    return [reason] if reason else []


def _default_rule(n_species: int) -> Settings:
    """Some 100 functions: enough to tell configurations apart, quick to compute."""
    order, degree = (3 if n_species < 3 else 2), DEGREES.get(n_species, 5.0)
    return {"order": order, "degree": degree, "max_functions": MOST_FUNCTIONS}
