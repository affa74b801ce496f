"""Nonlinear ACE potentials (PACE): their data, engine, energies and saved form."""

from .potential import PacePotential

__all__ = ["PacePotential"]
