"""Text that says what a selection is made of, the same in every process."""

from __future__ import annotations

import zlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def describe(value: Any) -> str:
    """Description of parameters: nested frozen classes by field, arrays by checksum."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = [f"{f.name}={describe(getattr(value, f.name))}" for f in fields(value) if f.init]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, np.ndarray):
        return f"array{value.shape} {zlib.crc32(np.ascontiguousarray(value).data):08x}"
    if isinstance(value, np.random.Generator | np.random.SeedSequence):
        return type(value).__name__  # its numbers enter by the root of the seeds
    if callable(value):
        return f"{value.__module__}.{value.__qualname__}"
    return repr(value)
