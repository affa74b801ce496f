"""Crystals of copper and silver for passes."""

from __future__ import annotations

import numpy as np
import pytest
from alloys import labelled
from ase import Atoms
from pass_candidates import SPECIES

import potlearn as pl


@pytest.fixture(scope="session")
def crystals():
    """Training and validation data; the second with single atoms and partial labels."""
    frames = labelled(44)
    free = Atoms("Cu", cell=[20.0] * 3, pbc=True)
    free.info["REF_energy"] = -0.3
    free.arrays["REF_forces"] = np.array([[0.01, 0.0, -0.02]])
    train, validation = [*frames[:32]], [*frames[32:], free]
    return pl.from_atoms(train), pl.from_atoms(validation)


@pytest.fixture(scope="session")
def repulsion():
    """A reference potential."""
    return pl.ZBL(SPECIES, inner=1.2, outer=3.2)
