"""Activations of hidden layers, for NumPy and JAX alike."""

from __future__ import annotations

from typing import Any


def activate(name: str, x: Any, xp: Any) -> Any:
    """Values of one of :data:`~potlearn.engine.ACTIVATIONS`; no exponential overflows."""
    if name == "silu":
        return 0.5 * x * (1.0 + xp.tanh(0.5 * x))
    if name == "tanh":
        return xp.tanh(x)
    return x * (1.0 + x * x) ** -0.25
