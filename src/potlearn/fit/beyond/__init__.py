"""Beyond the data: what they cover, a wall around it, bounds that keep holes away, a check."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
