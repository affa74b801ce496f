"""Crystals of copper and silver, labelled by an analytic potential."""

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl

ACE = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=5)


def labelled(n=60, seed=0):
    """Crystals of one to eight atoms in three groups, labelled by an analytic potential."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        atoms = bulk("Cu", a=3.8 * rng.uniform(0.95, 1.08), cubic=bool(i % 2))
        atoms = atoms * ((2, 1, 1) if i % 3 == 0 else (1, 1, 1))
        atoms.symbols[rng.random(len(atoms)) < 0.4] = "Ag"
        atoms.positions += rng.normal(scale=0.02 + 0.1 * (i % 3), size=atoms.positions.shape)
        atoms.info["config_type"] = ("calm", "warm", "hot")[i % 3]
        atoms.calc = EMT()
        results = {q: atoms.calc.get_property(q, atoms) for q in ("energy", "forces", "stress")}
        atoms.calc = SinglePointCalculator(atoms, **results)
        made.append(atoms)
    return made
