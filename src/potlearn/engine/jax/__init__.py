"""The engine in JAX: for accelerators, and for derivatives that the compiled one does not have."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
