"""Activations of hidden layers and the fade of networks, for NumPy and JAX alike."""

from __future__ import annotations

from typing import Any


def activate(name: str, x: Any, xp: Any) -> Any:
    """Values of one of :data:`~potlearn.engine.ACTIVATIONS`; no exponential overflows."""
    if name == "silu":
        return 0.5 * x * (1.0 + xp.tanh(0.5 * x))
    if name == "tanh":
        return xp.tanh(x)
    return x * (1.0 + x * x) ** -0.25


def faded(d2: Any, inner: Any, outer: Any, xp: Any) -> Any:
    """The factor f of squared distances: see :class:`~potlearn.engine.Fade`."""
    t = xp.clip((d2 - inner) / (outer - inner), 0.0, 1.0)
    return 1.0 - t**3 * (10.0 - t * (15.0 - 6.0 * t))
