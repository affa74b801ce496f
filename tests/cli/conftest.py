"""The small fit that several tests look at."""

from copper_fit import copper, fitted

__all__ = ["copper", "fitted"]
