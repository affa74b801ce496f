"""The content of a ``.yace`` file, checked."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.potentials.pace.checks import check
from potlearn.potentials.pace.data import YaceData


@dataclass(frozen=True, eq=False)
class YaceFile(YaceData):
    """All parameters of a nonlinear ACE potential, consistent with one another.

    Raises
    ------
    ModelFileError
        Parameters that contradict one another; the message names the key.
    """

    def __post_init__(self) -> None:
        check(self)
