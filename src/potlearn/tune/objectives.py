"""What a search makes small: errors, force time, sizes, and functions of your own.

==========================  =====================================================================
name                        value of a trial
==========================  =====================================================================
``QUANTITY_mae``            mean absolute error on the validation set
``QUANTITY_rmse``           root mean square error on it
``folds.QUANTITY_rmse``     root mean square error over held-out folds of the training set; of
                            the virial (eV/atom) in place of the stress
``force_time``              time of energies and forces, µs/atom
``n_coefficients``          coefficients of the fit
``n_functions``             functions of the descriptor
``module:function``         ``function(potential, validation)``, a number
==========================  =====================================================================

with QUANTITY ``energy`` (eV/atom), ``forces`` (eV/Å) or ``stress`` (eV/Å³).
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from potlearn.errors import ConfigError

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential

QUANTITIES = ("energy", "forces", "stress")
FOLDS = "folds."
KNOWN = (
    *(f"{quantity}_{measure}" for quantity in QUANTITIES for measure in ("mae", "rmse")),
    *(f"{FOLDS}{quantity}_rmse" for quantity in ("energy", "forces", "virial")),
    "force_time",
    "n_coefficients",
    "n_functions",
)
"""Names of what every trial measures."""
Own: TypeAlias = "Callable[[Potential, Dataset], float]"
"""An objective of the user."""


def check_objectives(names: Iterable[str], folds: int, source: str = "settings") -> None:
    """Refuse what no trial measures.

    Raises
    ------
    ConfigError
        An unknown name, errors of folds where there are none, or a function that cannot be loaded.
    """
    for name in names:
        if is_own(name):
            load_own(name, source)
        elif name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]!r}?" if near else f"; expected {', '.join(KNOWN)}"
            own = "" if near else ", or module:function"
            raise ConfigError(f"{source}: unknown objective {name!r}{meant}{own}")
        elif name.startswith(FOLDS) and folds < 2:
            raise ConfigError(f"{source}: {name} needs folds; set folds: 5")


def quantity_of(name: str) -> str | None:
    """The quantity of which an objective is an error; None of others.  The virial is stress."""
    if is_own(name) or not name.endswith(("_mae", "_rmse")):
        return None
    found = name.removeprefix(FOLDS).rpartition("_")[0]
    return "stress" if found == "virial" else found


def is_own(name: str) -> bool:
    """Whether an objective is a function of the user."""
    return ":" in name


def load_own(name: str, source: str = "settings") -> Own:
    """The function ``module:function``, found as ``import`` finds it, or in the working directory.

    Raises
    ------
    ConfigError
        No such module, or no such function in it.
    """
    module, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:  # an installed command does not look there
        sys.path.append(os.getcwd())
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"{source}: objective {name}: cannot be loaded ({error}); expected module:function, "
            "importable from the working directory"
        ) from error
    if not callable(found):
        raise ConfigError(f"{source}: objective {name}: expected a function, got {found!r}")
    own: Own = found
    return own
