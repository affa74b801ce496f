"""Smaller, faster potentials at the same accuracy: which functions to keep, from the ledger."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
