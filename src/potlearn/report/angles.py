"""Angles between predicted and reference forces against the size of the force."""
