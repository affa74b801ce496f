"""Which passes serve a batch of candidates: as few as can be, none too wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from potlearn.descriptors import Descriptor
from potlearn.descriptors.unions import united
from potlearn.fit.settings import FitSettings
from potlearn.potentials import Potential
from potlearn.tune.passes.candidate import Candidate
from potlearn.tune.passes.needs import Needs


@dataclass(frozen=True, eq=False)
class Job:
    """A basis that a pass is to serve, and what else of the pass is needed."""

    descriptor: Descriptor
    reference: Potential | None
    needs: Needs
    settings: FitSettings

    @classmethod
    def of(cls, candidate: Candidate) -> Job:
        """The job of a candidate."""
        needs = Needs.of(candidate)
        return cls(candidate.descriptor, candidate.reference, needs, candidate.settings)


@dataclass(frozen=True, eq=False)
class Planned:
    """A pass to make.

    Attributes
    ----------
    descriptor : Descriptor
        The functions of all members, those that most jobs have first: their columns lead, so that
        a factor of them costs little.
    members : tuple of Descriptor
        Bases that together have all functions.
    reference : Potential or None
    needs : Needs
    settings : FitSettings
        Of any candidate: the labels that are left out and configuration weights are those of all.
    """

    descriptor: Descriptor
    members: tuple[Descriptor, ...]
    reference: Potential | None
    needs: Needs
    settings: FitSettings

    @property
    def n_columns(self) -> int:
        """Design columns."""
        return len(self.descriptor.species) * (1 + self.descriptor.n_features)


Bin: TypeAlias = tuple[list[Job], Needs]
"""Jobs, and what they need together."""


def planned(jobs: Sequence[Job], others: Sequence[Job], most_columns: int) -> list[Planned]:
    """Passes for jobs that differ only in what ledgers answer, and for others where there is room.

    Jobs of like size share a pass: a large basis makes the answers of a small one dearer.
    """
    bins = _bins([], sorted(jobs, key=_size), most_columns)
    bins = _bins(bins, sorted(others, key=_size), most_columns)
    return [plan for members, _ in bins for plan in _united(members)]


def _size(job: Job) -> int:
    return len(job.needs.functions)


def _bins(bins: list[Bin], jobs: Iterable[Job], most_columns: int) -> list[Bin]:
    """Jobs that share a pass, each with at most so many columns together, or one basis."""
    for job in jobs:
        for k, (members, needs) in enumerate(bins):
            both = needs.with_(job.needs)
            width = len(job.descriptor.species) * (1 + len(both.functions))
            if needs.fits(job.needs) and (
                width <= most_columns or both.functions == needs.functions
            ):
                bins[k] = ([*members, job], both)
                break
        else:
            bins.append(([job], job.needs))
    return bins


def _united(jobs: list[Job]) -> list[Planned]:
    """One pass for all, or as few as their family can unite."""
    members = _spanning(jobs)
    whole = united(members)
    if whole is not None:
        return [_ordered(whole, members, jobs)]
    chosen: list[Descriptor] = []
    for member in members:
        if united([*chosen, member]) is not None:
            chosen.append(member)
    functions = {name for member in chosen for name in member.feature_names}
    served = [job for job in jobs if job.needs.functions <= functions]
    left = [job for job in jobs if not job.needs.functions <= functions]
    return [*_united(served), *_united(left)]


def _spanning(jobs: Iterable[Job]) -> list[Descriptor]:
    """Bases that together have all functions, the largest first."""
    found: list[Descriptor] = []
    have: set[str] = set()
    for job in sorted(jobs, key=lambda job: -len(job.needs.functions)):
        if not job.needs.functions <= have:
            found.append(job.descriptor)
            have |= job.needs.functions
    return found


def _ordered(whole: Descriptor, members: Sequence[Descriptor], jobs: Sequence[Job]) -> Planned:
    needs = jobs[0].needs
    count: dict[str, int] = {}
    for job in jobs:
        needs = needs.with_(job.needs)
        for name in job.needs.functions:
            count[name] = count.get(name, 0) + 1
    names = [name for name in whole.feature_names if name in count]
    order = sorted(names, key=lambda name: -count[name])
    descriptor = whole if order == list(whole.feature_names) else whole.prune(order)
    reference = next((job.reference for job in jobs if job.reference is not None), None)
    return Planned(descriptor, tuple(members), reference, needs, jobs[0].settings)
