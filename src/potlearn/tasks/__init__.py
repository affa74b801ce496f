"""Whole tasks: settings in, a folder out, as from the command line.

``pl.tasks.fit({"data": {"train": "si.extxyz"}, "descriptor": {...}})`` fits a potential and writes
its folder.  Settings are plain data or sections, and the result says what was found and written.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
