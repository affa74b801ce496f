"""What a watch is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias, runtime_checkable

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


@runtime_checkable
class Declines(Protocol):
    """A watch that cannot judge every run."""

    def declined(self, start: Atoms) -> Verdict | None:
        """Say why it cannot judge a run from this start; None: it can."""


def judging(
    watches: Sequence[Watch], start: Atoms
) -> tuple[tuple[Watch, ...], tuple[Verdict, ...]]:
    """Give the watches that can judge a run from this start, and what the others say."""
    answers = [w.declined(start) if isinstance(w, Declines) else None for w in watches]
    able = tuple(w for w, answer in zip(watches, answers, strict=True) if answer is None)
    return able, tuple(answer for answer in answers if answer is not None)
