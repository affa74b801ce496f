"""Stress of a group that contradicts energies and forces, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from potlearn.fit.contradictions.faults import Kind, StressFault, number
from potlearn.fit.rows.names import COLLAPSED
from potlearn.structure.units import KBAR
from potlearn.typing import Settings

ALLOWED = 1.05
"""Errors of energies or forces may grow by this factor for the sake of a stress with a fault."""
FEW = 3
"""Groups with the same fault that have a sentence each; more share one."""


@dataclass(frozen=True)
class Contradiction:
    """Stress of a group that contradicts energies and forces.

    Attributes
    ----------
    group : str
        ``"*"``: the groups of few configurations together.
    quantity : str
    fault : StressFault
        Against the fit without it.
    harm : float
        By what factor it makes energies or forces worse, added alone to a fit of these.
    left_out : bool
        Whether the fit is without it.
    is_only : bool
        Whether it is the only group.
    """

    group: str
    quantity: str
    fault: StressFault
    harm: float
    left_out: bool
    is_only: bool = False

    @property
    def words_of_labels(self) -> str:
        """What is wrong, and what it costs."""
        small = self.group == COLLAPSED
        name = "the groups of few configurations" if small else f"group {self.group}"
        whose = "" if self.is_only else f" of {name}"
        cost = f"with it, their errors grow {number(self.harm)} times"
        if self.harm <= ALLOWED:
            cost = "it does them no harm"
        return f"{self.quantity}{whose} {self.fault.words}; {cost}"

    @property
    def words(self) -> str:
        """One sentence: what is wrong, what it costs, and what the fit does."""
        done = "left out of the fit" if self.left_out else "kept in the fit"
        return f"{self.words_of_labels}; {done}"

    def to_dict(self) -> Settings:
        """Plain numbers: offset in eV/Å³ and kbar, scale, harm."""
        return {
            "group": self.group,
            "quantity": self.quantity,
            "kind": self.fault.kind,
            "configurations": self.fault.n,
            "offset": self.fault.offset,
            "offset_kbar": self.fault.offset * KBAR,
            "scale": self.fault.scale,
            "harm": self.harm,
            "left_out": self.left_out,
        }


def sentences(contradictions: Sequence[Contradiction]) -> tuple[str, ...]:
    """A sentence for each, or one for many groups with the same fault."""
    alike: dict[tuple[Kind, bool], list[Contradiction]] = {}
    for item in contradictions:
        alike.setdefault((item.fault.kind, item.left_out), []).append(item)
    found: list[str] = []
    for items in alike.values():
        found += [item.words for item in items] if len(items) <= FEW else [_together(items)]
    return tuple(found)


def _together(items: Sequence[Contradiction]) -> str:
    """One sentence for groups that have a fault in common: the worst of them in numbers."""
    worst = max(items, key=lambda item: item.harm)
    names = ", ".join(item.group for item in items if item is not worst)
    return f"{worst.words}; the groups {names} have the same fault"
