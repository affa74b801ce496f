"""Features of configurations and of atoms from any descriptor: rows that selectors choose from."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
