"""Samplers: which points of a space to try next."""
