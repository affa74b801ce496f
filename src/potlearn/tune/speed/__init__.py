"""Force times: measured beside a fixed kernel, and predicted from what a potential computes."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
