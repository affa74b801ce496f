"""Optional packages of this room."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from potlearn.errors import MissingExtraError


def require(module: str, purpose: str) -> Any:
    """Import a module of the extra ``report``.

    Raises
    ------
    MissingExtraError
        The package is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtraError(
            f"{purpose} needs {package}, which is not installed: pip install potlearn[report]"
        ) from error
