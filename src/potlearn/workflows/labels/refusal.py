"""Configurations that are not calculated at all."""

from __future__ import annotations

from potlearn.data.frames import FARTHEST
from potlearn.errors import DataError
from potlearn.structure.geometry import check_geometry
from potlearn.typing import Atoms
from potlearn.workflows.labels.spec import CalculatorSpec


def refusal(atoms: Atoms, spec: CalculatorSpec) -> str | None:
    """Why a calculator is not asked for a configuration; None where it is.

    Atoms that overlap, positions that are not finite, and what else has no meaning; crystals, where
    the calculator is for molecules.
    """
    try:
        check_geometry(atoms.numbers, atoms.positions, atoms.cell[:], atoms.pbc, FARTHEST)
    except DataError as error:
        return str(error)
    if atoms.pbc.any() and not spec.known.crystals:
        return (
            f"{spec.name} is for molecules (of a crystal it samples the Γ point alone), and this "
            "configuration is periodic; set pbc to F F F if it is a molecule"
        )
    return None
