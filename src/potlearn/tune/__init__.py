"""The Pareto front of accuracy against force time, searched by the thousand."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
