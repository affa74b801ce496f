"""One ACE basis with all functions of several: one pass over the data serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from typing_extensions import override

from potlearn.descriptors.ace.basis import Function
from potlearn.descriptors.ace.descriptor import ACE
from potlearn.descriptors.compiled import positions_of
from potlearn.typing import Settings


@dataclass(frozen=True)
class UnitedACE(ACE):
    """The functions of all ``members``, which differ only in the rules that select functions.

    A function is its channels and the number of its invariant, so the same name is the same
    function whichever rule selected it.
    """

    members: tuple[ACE, ...] = field(default=(), compare=False)
    """Bases of the same species, cutoff and radial functions."""

    @cached_property
    @override
    def functions(self) -> tuple[Function, ...]:
        every = sorted({f for m in self.members for f in m.functions}, key=_size)
        if self.kept is None:
            return tuple(every)
        names = [f.name(self.species) for f in every]
        return tuple(every[k] for k in positions_of(self.kept, names, "ace"))

    @override
    def to_dict(self) -> Settings:
        """Settings of the members; for content keys."""
        found: Settings = {"family": "united ace", "members": [m.to_dict() for m in self.members]}
        return found if self.kept is None else found | {"kept": list(self.kept)}


def united(members: Sequence[ACE]) -> UnitedACE:
    """All functions of bases that agree in species, cutoff and radial functions."""
    widest = max(members, key=lambda member: member.order)
    plain = {name: getattr(widest, name) for name in ("species", "cutoff", "radial", "pairs")}
    whole = replace(widest, kept=None, max_functions=None)
    rule = {
        name: getattr(whole, name) for name in ("order", "degree", "wL", "nmax", "lmax", "lmin")
    }
    return UnitedACE(**plain, **rule, members=tuple(members))


def _size(f: Function) -> tuple[int, Function]:
    """Simple functions first."""
    return f.order + sum(c.n + c.l for c in f.channels), f
