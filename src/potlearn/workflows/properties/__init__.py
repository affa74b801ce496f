"""Properties of materials by a potential, with error bars, beside a reference."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
