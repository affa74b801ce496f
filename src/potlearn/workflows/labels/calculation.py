"""One calculation with an ASE calculator, in this Python or in another one.

This file needs ASE and NumPy alone and Python 3.8: where a calculator is installed in another
Python, that Python runs it as a script (see :func:`serve`).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from importlib import import_module
from subprocess import CalledProcessError
from threading import Thread
from typing import Any

import numpy as np

# Errors by which ASE says that the engine, not the configuration, is at fault.
SETUP = ("BadConfiguration", "CalculatorSetupError", "EnvironmentError")
NOT_FOUND = 127
"""Exit code of a shell that does not find a program."""
SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class EngineError(Exception):
    """The calculator cannot calculate anything: it is not installed, or its settings are wrong."""


class NoResultError(Exception):
    """There is no usable result for this configuration."""


def make_calculator(target: str, settings: dict[str, Any]) -> Any:
    """Calculator that ``module:callable`` gives for some settings, or the class ``name`` of ASE's.

    Raises
    ------
    EngineError
        No such module or callable, or settings that it does not take.
    """
    try:
        module, _, name = target.partition(":")
        made = getattr(_imported(module), name)(**settings)
    except Exception as error:  # calculators raise anything
        raise EngineError(f"cannot be made: {worded(error)}") from error
    if not hasattr(made, "calculate"):
        raise EngineError(f"gives {type(made).__name__}; expected an ASE calculator")
    return made


def _imported(name: str) -> Any:
    """A module; where it is not installed, one of the working directory."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0] or os.getcwd() in sys.path:
            raise
    sys.path.append(os.getcwd())
    return import_module(name)


def results_of(
    calculator: Any, atoms: Any, properties: tuple[str, ...], folder: str | None = None
) -> dict[str, Any]:
    """Results of one configuration as plain numbers: ``energy``, and others that there are.

    ``energy`` is the one whose derivatives are the forces; where the calculator's own differs (it
    is extrapolated to zero smearing), that is ``energy_zero_smearing``.  What the calculator writes
    goes into ``folder``, or is removed where that is None.

    Raises
    ------
    EngineError
        The engine itself is at fault: no binary, no space on the disk.
    NoResultError
        The calculation failed or did not converge, or a result is not finite.
    """
    place = tempfile.mkdtemp(prefix="potlearn-label-") if folder is None else folder
    try:
        os.makedirs(place, exist_ok=True)
        if hasattr(calculator, "directory"):
            calculator.directory = place
        return _checked(_calculated(calculator, atoms, properties), len(atoms))
    except (EngineError, NoResultError):
        raise
    except Exception as error:  # calculators raise anything
        kind = EngineError if _is_of_the_engine(error) else NoResultError
        raise kind(worded(error)) from error
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


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
        raise NoResultError("the calculation did not converge")
    found = {name: calculator.results.get(name) for name in (*wanted, "free_energy")}
    return {name: value for name, value in found.items() if value is not None}


def _checked(found: dict[str, Any], n_atoms: int) -> dict[str, Any]:
    """Results as numbers and lists, finite and of the right shape."""
    if "energy" not in found and "free_energy" not in found:
        raise NoResultError("the calculator gave no energy")
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
            raise NoResultError(f"{name} has shape {array.shape}; expected {shapes.get(name, ())}")
        if not np.isfinite(array).all():
            raise NoResultError(f"{name} is not finite ({array[~np.isfinite(array)].flat[0]})")
        found[name] = array.tolist()
    return found


def _is_of_the_engine(error: Exception) -> bool:
    """Whether every other configuration would fail as well."""
    if isinstance(error, CalledProcessError):
        return error.returncode == NOT_FOUND
    if isinstance(error, OSError):
        return isinstance(error, (FileNotFoundError, PermissionError)) or error.errno in SPACE
    if isinstance(error, ImportError) or f"code {NOT_FOUND}" in str(error):
        return True
    return type(error).__name__ in SETUP


def worded(error: BaseException) -> str:
    """Kind and text of an error, in one line of at most 300 characters."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 300 else f"{text[:300]} ..."


def serve() -> None:
    """Answer the lines of JSON on the standard input, one by one, on the standard output.

    The first line has ``target``, ``settings``, ``properties`` and ``kept``, each other one a
    configuration.  An answer is ``{"results": ...}``, ``{"reason": ...}`` for a configuration that
    failed, or ``{"engine": ...}`` where the calculator is at fault.
    """
    sys.path.pop(0)  # the folder of this file has no packages
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what calculators print is no answer
    Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    work = json.loads(sys.stdin.readline())
    calculator = None
    for line in sys.stdin:
        try:
            calculator = calculator if work["kept"] and calculator else _made(work)
            answer = _answer(calculator, json.loads(line), tuple(work["properties"]))
        except EngineError as error:
            answer = {"engine": str(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _made(work: dict[str, Any]) -> Any:
    return make_calculator(work["target"], work["settings"])


def _answer(
    calculator: Any, item: dict[str, Any] | None, properties: tuple[str, ...]
) -> dict[str, Any]:
    """The answer for a configuration; for None, that the calculator could be made."""
    from ase import Atoms

    if item is None:
        return {"results": {}}
    folder = item.pop("folder")
    properties = tuple(item.pop("properties") or properties)
    try:
        return {"results": results_of(calculator, Atoms(**item), properties, folder)}
    except NoResultError as error:
        return {"reason": str(error)}


def _end_with_parent(parent: int) -> None:
    """End this process and its programs when the one that started it has ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    serve()
