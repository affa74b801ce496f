"""Optional packages: the only place that imports or looks for them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from potlearn.errors import MissingExtraError

# Packages whose name is not that of their module.
NAMES = {"sklearn": "scikit-learn"}


def require(module: str, extra: str | None, what: str) -> ModuleType:
    """Import a module of an optional package.

    Parameters
    ----------
    module : str
        Such as ``"plotly.offline"``.
    extra : str or None
        Extra of potlearn that brings the package; None: the package is installed by its own name.
    what : str
        What needs it, as the subject of a sentence: ``"the report"``.

    Raises
    ------
    MissingExtraError
        The package is not installed; the message gives the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != _package(module):
            raise  # the package is there, and lacks one of its own
        raise _missing(module, extra, what) from error


def check_installed(*modules: str, extra: str | None, what: str, instead: str = "") -> None:
    """Look for packages without importing them, before work that would end without them.

    ``instead`` says in the message what can be done without them.

    Raises
    ------
    MissingExtraError
        As :func:`require`.
    """
    for module in modules:
        if find_spec(_package(module)) is None:
            raise _missing(module, extra, what, instead)


def package_folder(module: str, extra: str | None, what: str) -> Path:
    """Folder of a package, for files that it brings; the package is not imported.

    Raises
    ------
    MissingExtraError
        As :func:`require`.
    """
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(module, extra, what)
    return Path(spec.submodule_search_locations[0])


def _missing(module: str, extra: str | None, what: str, instead: str = "") -> MissingExtraError:
    name = NAMES.get(_package(module), _package(module))
    command = f"pip install {name}" if extra is None else f"pip install 'potlearn[{extra}]'"
    choice = f", or {instead}" if instead else ""
    return MissingExtraError(f"{what} needs {name}, which is not installed: {command}{choice}")


def _package(module: str) -> str:
    return module.partition(".")[0]
