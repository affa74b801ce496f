"""Calculators with short names; other names are those of ASE, or ``module:callable``."""

from __future__ import annotations

from dataclasses import dataclass, field

from potlearn.typing import Settings


@dataclass(frozen=True)
class Known:
    """A calculator by a short name.

    Attributes
    ----------
    target : str
        ``module:callable`` that gives it.
    install : str
        What to do where it is not installed.
    defaults : dict
        Settings that the user's add to.
    crystals : bool
        Whether it has meaning for periodic configurations.
    kept : bool
        Whether one calculator serves all configurations: it is slow to make, and its results do not
        depend on what it calculated before.
    """

    target: str
    install: str = ""
    defaults: Settings = field(default_factory=dict)
    crystals: bool = True
    kept: bool = False


_GPAW = (
    "pip install gpaw (it needs a compiler and libxc), or Debian's package (apt-get install gpaw "
    "gpaw-data) and --python /usr/bin/python3"
)
KNOWN = {
    "emt": Known("ase.calculators.emt:EMT"),
    "lj": Known("ase.calculators.lj:LennardJones"),
    "stillinger-weber": Known("potlearn.workflows.labels.engines.stillinger_weber:StillingerWeber"),
    "gpaw": Known("gpaw:GPAW", _GPAW, {"txt": None}),
    "tblite": Known(
        "tblite.ase:TBLite", "pip install 'potlearn[tblite]'", {"verbosity": 0}, crystals=False
    ),
    "mace": Known("mace.calculators:mace_mp", "pip install mace-torch", kept=True),
    "mace-off": Known("mace.calculators:mace_off", "pip install mace-torch", kept=True),
    "chgnet": Known("chgnet.model.dynamics:CHGNetCalculator", "pip install chgnet", kept=True),
}
"""Calculators by short name."""
POTENTIAL = Known("potlearn.workflows.labels.engines.potential:calculator_of")
"""A potential of ours, by the path of its file."""
