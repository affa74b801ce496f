"""Atomic cluster expansion."""

from .descriptor import ACE

__all__ = ["ACE"]
