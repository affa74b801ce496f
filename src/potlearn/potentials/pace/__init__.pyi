from .potential import PacePotential as PacePotential
