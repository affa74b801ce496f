"""Fits of subsets: ways to choose configurations, compared by the errors of what they give."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
