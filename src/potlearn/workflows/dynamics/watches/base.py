"""What a watch is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias

from annotated_types import Ge

from potlearn.typing import Atoms

Steps: TypeAlias = Annotated[int, Ge(1)]
"""Steps from one look to the next."""


@dataclass(frozen=True)
class Verdict:
    """What a watch has seen.

    Attributes
    ----------
    reason : str
        In words.
    stop : bool
        Whether the simulation ends here.
    atom : int or None
        Index of the atom that it is about.
    """

    reason: str
    stop: bool
    atom: int | None = None


class Watch(Protocol):
    """Looks at a simulation every so many steps."""

    @property
    def every(self) -> int:
        """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Judge the atoms, which carry the calculator; None: nothing to say.

        ``atoms.info`` has the ``time`` in ps, the ``temperature`` in K and the ``drift``: the
        change of the conserved energy since the start in eV per atom.
        """
