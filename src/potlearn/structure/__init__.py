"""Configurations as the engine sees them: neighbour lists, species indices, Voigt and strain."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
