"""What every descriptor and every potential must keep, as functions that raise AssertionError.

They need no test framework.  Each takes a potential (or descriptor), an ``ase.Atoms`` and a seed
for its random choices; the message of a failure holds what reproduces it.
:data:`POTENTIAL_CONTRACTS`, :data:`DESCRIPTOR_CONTRACTS` and, of potentials with an uncertainty,
:data:`SPREAD_CONTRACTS` list them, :func:`configurations` makes systems of every kind.

    for name, contract in testing.POTENTIAL_CONTRACTS.items():
        contract(potential, atoms, seed=0)
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
