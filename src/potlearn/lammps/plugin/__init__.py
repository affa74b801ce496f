"""Potentials in one file that LAMMPS evaluates with potlearn's engine (``pair_style potlearn``)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
