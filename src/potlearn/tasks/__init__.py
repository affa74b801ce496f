"""Whole tasks: settings in, a folder out; what the command line does, from Python."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
