"""A saved potential as the calculator of labels."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from potlearn import potentials


def calculator_of(path: str, **settings: Any) -> Any:
    """Calculator of a potential; its file is read once in a process."""
    return _loaded(str(Path(path).resolve())).calculator(**settings)


@lru_cache(maxsize=1)
def _loaded(path: str) -> Any:
    return potentials.load(path)
