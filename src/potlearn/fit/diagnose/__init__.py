"""Leverages, suspicious labels, cross-validation."""
