"""Proper orthogonal descriptors."""

from .descriptor import POD

__all__ = ["POD"]
