"""ace-jax: ACE of order 3 and degree 12; its calculator predicts, its C++ kernel is timed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from ace_jax import ACECalculator
from ace_jax.eval.io import load
from ace_jax_peer import kernel
from ase.io import read

WEIGHTS = '{"default": {"E": 30, "F": 1, "V": 1}}'
TOLERANCE = 1e-3
"""Of the kernel's forces beside the calculator's, eV/Å: its radial functions are in tables."""


def fit(folder: Path) -> None:
    """With weights, since its own choice by evidence ruins energies (24 meV/atom)."""
    program = Path(sys.executable).parent / "aj"
    command = [program, "fit", "--train", "train.extxyz", "--elements", "Si", "--rcut", "5.5"]
    command += ["--order", "3", "--max-degree", "12", "--e0", "lsq", "--weights", WEIGHTS]
    subprocess.run(list(map(str, [*command, "--out", "aj"])), cwd=folder, check=True)


def calculator(folder: Path) -> Any:
    """Its ASE calculator."""
    return ACECalculator(*load(str(folder / "aj" / "model.npz"))[:2], radial_table=True)


def evaluation(folder: Path) -> Callable[[], object]:
    """The C++ kernel on the crystal, with a matrix of neighbours."""
    model = load(str(folder / "aj" / "model.npz"))[0]
    run = kernel(model, dict(np.load(folder / "system.npz")))
    atoms = read(folder / "crystal.extxyz")
    atoms.calc = calculator(folder)
    wrong = np.abs(run()[1] - atoms.get_forces()).max()
    if wrong > TOLERANCE:
        raise RuntimeError(f"ace-jax: its kernel and its calculator differ by {wrong:.1e} eV/Å")
    return run
