"""Ensembles: one file and one row each."""
