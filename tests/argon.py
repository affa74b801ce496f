"""Argon by the Lennard-Jones potential: a quick, smooth potential for runs."""

from ase.build import bulk

import potlearn as pl

CRYSTAL = {"crystal": "Ar", "parameters": {"a": 5.3}, "repeat": 2}
RUN = {"start": CRYSTAL, "potential": "argon.potl", "temperature": 40, "timestep": 5.0}
"""A configuration of ``potlearn md`` in the folder in which ``ARGON`` was saved."""
ARGON = pl.LennardJones(("Ar",), 7.5, epsilon=0.0104, sigma=3.4)


def solid(repeat=2):
    """A cubic crystal of 4 repeat³ atoms."""
    return bulk("Ar", "fcc", a=5.3, cubic=True).repeat(repeat)
