"""Labels of a configuration: which keys give them, in which units, and what they are."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
