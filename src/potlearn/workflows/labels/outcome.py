"""What labelling gives."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.typing import Atoms


@dataclass(frozen=True)
class Failure:
    """A configuration without label.

    Attributes
    ----------
    index : int
        Its place among those that were asked for.
    key : str
        Key of its label in the database.
    reason : str
    """

    index: int
    key: str
    reason: str


@dataclass(frozen=True)
class Labelled:
    """Configurations with labels, in the order in which they were asked for.

    Attributes
    ----------
    frames : list of ase.Atoms
        With ``REF_energy`` (eV), ``REF_forces`` (eV/Å) and ``REF_stress`` (eV/Å³, Voigt) where
        there are such, also as results of a calculator; those that failed are left out.
    indices : list of int
        Place of each among those that were asked for.
    failed : list of Failure
    n_calculated, n_found : int
        Labels that were calculated now, failed ones included, and those that were in the database.
    """

    frames: list[Atoms]
    indices: list[int]
    failed: list[Failure]
    n_calculated: int
    n_found: int
