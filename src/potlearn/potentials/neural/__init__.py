"""Neural potentials: a linear model and networks of its descriptor, and their saved form."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
