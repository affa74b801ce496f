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
    "gaussian_params2": (0.0, 5.0, 8),
    "gtinv_order": 4,
    "gtinv_maxl": (8, 6, 2),
    "reg_alpha_params": (-4.0, 2.0, 7),
}


def dataset(path: Path) -> tuple[list, np.ndarray, list, np.ndarray]:
    """Structures, energies, forces (3, N) and stresses (3, 3) times the volume."""
    frames = read(path, ":")
    return (
        [ase_atoms_to_structure(x) for x in frames],
        np.array([x.get_potential_energy() for x in frames]),
        [x.get_forces().T for x in frames],
        np.array([SIGN * x.get_volume() * x.get_stress(voigt=False) for x in frames]),
    )


SIGN = -1.0  # VASP's: positive under compression


def fit(folder: Path) -> None:
    """Least squares; it chooses the penalty on the test set that it is given: the training here."""
    train = dataset(folder / "train.extxyz")
    polymlp = Pypolymlp(verbose=False)
    polymlp.set_params(elements=["Si"], atomic_energy=(0.0,), **SETTINGS)
    names = ("structures", "energies", "forces", "stresses")
    given = {
        f"{part}_{n}": x for part in ("train", "test") for n, x in zip(names, train, strict=True)
    }
    polymlp.set_datasets_structures(**given)
    polymlp.run()
    polymlp.save_mlp(str(folder / "polymlp.yaml"))
    (folder / "size.txt").write_text(str(polymlp.n_features))


def calculator(folder: Path) -> PolymlpASECalculator:
    """The calculator."""
    return PolymlpASECalculator(pot=str(folder / "polymlp.yaml"))
