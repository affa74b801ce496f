"""pypolymlp: polynomials of pair and group invariants, model 4 of degree 2 and up to order 4."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase.io import read
from pypolymlp.calculator.utils.ase_calculator import PolymlpASECalculator
from pypolymlp.calculator.utils.ase_utils import ase_atoms_to_structure
from pypolymlp.mlp_dev.pypolymlp import Pypolymlp

SETTINGS = {
    "cutoff": 5.5,
    "model_type": 4,
    "max_p": 2,
    "feature_type": "gtinv",
    "gaussian_params2": (0.0, 5.0, 7),
    "gtinv_order": 4,
    "gtinv_maxl": (6, 4, 2),
    "reg_alpha_params": (-4.0, 2.0, 7),
}
HELD_OUT = 10
SIGN = -1.0  # VASP's: positive under compression


def dataset(frames: list) -> tuple[list, np.ndarray, list, np.ndarray]:
    """Structures, energies, forces (3, N) and stresses (3, 3) times the volume."""
    return (
        [ase_atoms_to_structure(x) for x in frames],
        np.array([x.get_potential_energy() for x in frames]),
        [x.get_forces().T for x in frames],
        np.array([SIGN * x.get_volume() * x.get_stress(voigt=False) for x in frames]),
    )


def fit(folder: Path) -> None:
    """Least squares; every tenth training configuration chooses the penalty."""
    frames = read(folder / "train.extxyz", ":")
    sets = {
        "test": dataset(frames[::HELD_OUT]),
        "train": dataset([x for i, x in enumerate(frames) if i % HELD_OUT]),
    }
    polymlp = Pypolymlp(verbose=False)
    polymlp.set_params(elements=["Si"], atomic_energy=(0.0,), **SETTINGS)
    names = ("structures", "energies", "forces", "stresses")
    polymlp.set_datasets_structures(
        **{
            f"{part}_{name}": x
            for part, found in sets.items()
            for name, x in zip(names, found, strict=True)
        }
    )
    polymlp.fit()
    polymlp.save_mlp(str(folder / "polymlp.yaml"))


def calculator(folder: Path) -> PolymlpASECalculator:
    """The calculator."""
    return PolymlpASECalculator(pot=str(folder / "polymlp.yaml"))
