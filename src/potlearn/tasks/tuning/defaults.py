"""The space of a search that names none, and what a configuration leaves to the data."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from potlearn.descriptors.ace.descriptor import ACE
from potlearn.descriptors.pod.descriptor import DEFAULTS
from potlearn.tasks.initial_text import cutoff_of
from potlearn.tasks.settings.keys import value_at
from potlearn.tasks.settings.tune import ParameterConfig
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset

STEPS, STEP = 2, 0.5
"""Cutoffs of the usual space: the usual one, and so many steps of so many Å on both sides."""
SHORTEST = 3.0
"""Least cutoff of the usual space, in Å."""
FEWEST = 15
"""Least number of functions of ACE."""
HIGHER = ("five", "six", "seven")
"""Body orders of POD that the usual space leaves out."""


def with_family(base: Settings, searched: set[str]) -> Settings:
    """Plain data with a family, that of ``potlearn init`` where none is given or searched."""
    if "descriptor.family" in searched:
        return base
    return {**base, "descriptor": {"family": "ace", **base.get("descriptor", {})}}


def filled_base(base: Settings, searched: set[str], dataset: Dataset) -> Settings:
    """Plain data with the species of the data, and the family and cutoff of ``potlearn init``."""
    descriptor = {**with_family(base, searched).get("descriptor", {})}
    descriptor.setdefault("species", list(dataset.species))
    if "descriptor.cutoff" not in searched:
        descriptor.setdefault("cutoff", cutoff_of(dataset))
    return {**base, "descriptor": descriptor}


def usual_space(base: Settings, dataset: Dataset) -> tuple[Settings, dict[str, ParameterConfig]]:
    """Family, cutoff and numbers of functions; what is given stays.  Also the base that fits."""
    family, n = value_at(base, "descriptor.family"), len(dataset.species)
    found: Settings = {
        "descriptor.family": {"values": ["ace", "pod"]},
        "descriptor.cutoff": _cutoffs(dataset),
    }
    found |= _ace(dataset) if family in (None, "ace") else {}
    found |= _pod(n) if family in (None, "pod") else {}
    space = {
        key: ParameterConfig.of(values)
        for key, values in found.items()
        if value_at(base, key) is None
    }
    if family == "ace":
        return base, space
    off = {f"{name}body_number_radial_basis_functions": 0 for name in HIGHER}
    off |= {f"{name}body_angular_degree": 0 for name in HIGHER}
    return {**base, "descriptor": {**off, **base.get("descriptor", {})}}, space


def _cutoffs(dataset: Dataset) -> Settings:
    usual = cutoff_of(dataset)
    low = max(usual - STEPS * STEP, SHORTEST)
    return {"low": low, "high": low + 2 * STEPS * STEP, "step": STEP}


def _ace(dataset: Dataset) -> Settings:
    """Order, and number of functions up to that of the usual basis."""
    most = ACE(dataset.species, cutoff=cutoff_of(dataset)).n_features
    return {
        "descriptor.order": {"values": [2, 3, 4]},
        "descriptor.max_functions": {"low": FEWEST, "high": max(most, 2 * FEWEST), "log": True},
    }


def _pod(n_species: int) -> Settings:
    """Radial functions and degrees up to four bodies, such that they never grow with the order."""
    (two, three, four, *_), (degree, angular, *_) = DEFAULTS[min(n_species, max(DEFAULTS))]
    least = ceil(0.6 * two)
    most = min(three, least)
    middle = ceil(most / 2)
    names = {
        "twobody_number_radial_basis_functions": (least, two),
        "threebody_number_radial_basis_functions": (middle, most),
        "threebody_angular_degree": (min(2, degree), degree),
        "fourbody_number_radial_basis_functions": (0, min(four, middle)),
        "fourbody_angular_degree": (min(1, angular), min(angular, 2)),
    }
    return {
        f"descriptor.{name}": {"low": low, "high": high, "step": 1}
        for name, (low, high) in names.items()
        if high > low
    }
