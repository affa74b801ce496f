"""Fast, accurate, trustworthy interatomic potentials from labelled configurations.

Units are eV, Å, eV/Å³, K, fs and amu; stresses are positive under tension, in the Voigt order
xx yy zz yz xz xy.  Names are loaded when they are first used.
"""

__version__ = "0.1.0"

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
