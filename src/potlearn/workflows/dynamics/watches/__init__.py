"""Watches of a simulation: one file and one row each."""
