"""Long work: executors, the loop over chunks, progress, and the files that it is kept in."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
