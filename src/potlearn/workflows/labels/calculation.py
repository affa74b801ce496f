"""One calculation with an ASE calculator; needs only ASE and NumPy, so that any Python can run it."""

from __future__ import annotations

import errno
import shutil
import tempfile
from importlib import import_module
from subprocess import CalledProcessError
from typing import Any

import numpy as np

# Errors by which ASE says that the engine, not the configuration, is at fault.
SETUP = ("BadConfiguration", "CalculatorSetupError", "EnvironmentError")
NOT_FOUND = 127
"""What a shell answers where there is no such program."""
SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class EngineFailure(Exception):
    """The calculator cannot calculate anything: it is not installed, or its settings are wrong."""


class NoResult(Exception):
    """There is no usable result for this configuration."""


def make_calculator(target: str, settings: dict[str, Any]) -> Any:
    """Calculator that ``module:callable`` gives for some settings, or the class ``name`` of ASE's.

    Raises
    ------
    EngineFailure
        No such module or callable, or settings that it does not take.
    """
    try:
        module, _, name = target.partition(":")
        made = getattr(import_module(module), name)(**settings)
    except Exception as error:  # calculators raise anything
        raise EngineFailure(f"cannot be made: {worded(error)}") from error
    if not hasattr(made, "calculate"):
        raise EngineFailure(f"gives {type(made).__name__}; expected an ASE calculator")
    return made


def results_of(calculator: Any, atoms: Any, properties: tuple[str, ...]) -> dict[str, Any]:
    """Results of one configuration as plain numbers: ``energy``, and others that there are.

    ``energy`` is the one whose derivatives are the forces; where the calculator's own differs (it
    is extrapolated to zero smearing), that is ``energy_zero_smearing``.

    Raises
    ------
    EngineFailure
        The engine itself is at fault: no binary, no space on the disk.
    NoResult
        The calculation failed or did not converge, or a result is not finite.
    """
    folder = tempfile.mkdtemp(prefix="potlearn-label-")
    try:
        if hasattr(calculator, "directory"):
            calculator.directory = folder
        return _checked(_calculated(calculator, atoms, properties), len(atoms))
    except (EngineFailure, NoResult):
        raise
    except Exception as error:  # calculators raise anything
        kind = EngineFailure if _is_of_the_engine(error) else NoResult
        raise kind(worded(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _calculated(calculator: Any, atoms: Any, properties: tuple[str, ...]) -> dict[str, Any]:
    """One run for all properties that the calculator has."""
    from ase.calculators.calculator import all_changes

    has = calculator.implemented_properties
    wanted = [name for name in properties if name in has]
    if "stress" in wanted and not atoms.pbc.all():
        wanted.remove("stress")
    atoms.calc = calculator
    calculator.calculate(atoms, wanted, all_changes)
    if getattr(calculator, "converged", True) is False:
        raise NoResult("the calculation did not converge")
    found = {name: calculator.results.get(name) for name in (*wanted, "free_energy")}
    return {name: value for name, value in found.items() if value is not None}


def _checked(found: dict[str, Any], n_atoms: int) -> dict[str, Any]:
    """Results as numbers and lists, finite and of the right shape."""
    if "energy" not in found and "free_energy" not in found:
        raise NoResult("the calculator gave no energy")
    energy = found.setdefault("energy", found.get("free_energy"))
    found["energy"] = found.pop("free_energy", energy)
    if found["energy"] != energy:
        found["energy_zero_smearing"] = energy
    shapes = {"forces": (n_atoms, 3), "stress": (6,)}
    for name, value in found.items():
        array = np.asarray(value, float)
        if name == "stress" and array.shape == (3, 3):
            array = array.ravel()[[0, 4, 8, 5, 2, 1]]
        if array.shape != shapes.get(name, ()):
            raise NoResult(f"{name} has shape {array.shape}; expected {shapes.get(name, ())}")
        if not np.isfinite(array).all():
            raise NoResult(f"{name} is not finite ({array[~np.isfinite(array)].flat[0]})")
        found[name] = array.tolist()
    return found


def _is_of_the_engine(error: Exception) -> bool:
    """Whether every other configuration would fail as well."""
    if isinstance(error, CalledProcessError):
        return error.returncode == NOT_FOUND
    if isinstance(error, OSError):
        return isinstance(error, FileNotFoundError | PermissionError) or error.errno in SPACE
    if isinstance(error, ImportError) or f"code {NOT_FOUND}" in str(error):
        return True
    return type(error).__name__ in SETUP


def worded(error: BaseException) -> str:
    """Kind and text of an error, in one line of at most 300 characters."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 300 else f"{text[:300]} ..."
