"""Small labelled configurations and files made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

FRAME = """\
2
Lattice="4.0 0 0 0 4.0 0 0 0 4.0" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 \
stress="1 6 5 6 2 4 5 4 3" config_type=eos pbc="T T T"
Si 0.0 0.0 0.0 0.1 0.2 0.3
Ge 1.5 1.5 1.5 -0.1 -0.2 -0.3
"""


def write(path: Path, text: str) -> Path:
    """Write text, return the path."""
    path.write_text(text)
    return path


def crystal(seed: int = 0, strain: float = 0.0, amplitude: float = 0.05, repeat: int = 1) -> Atoms:
    """A rattled argon crystal labelled by a Lennard-Jones potential with smooth cutoff."""
    atoms = bulk("Ar", "fcc", a=5.3 * (1 + strain), cubic=True) * (repeat, repeat, repeat)
    rng = np.random.default_rng(seed)
    atoms.positions += amplitude * rng.standard_normal(atoms.positions.shape)
    return label(atoms)


def label(atoms: Atoms) -> Atoms:
    """Attach energy, forces and stress."""
    atoms = atoms.copy()
    atoms.calc = LennardJones(sigma=3.4, epsilon=0.0104, rc=8.0, ro=6.0, smooth=True)
    results = {
        "energy": atoms.get_potential_energy(),
        "forces": atoms.get_forces(),
        "stress": atoms.get_stress(),
    }
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms
