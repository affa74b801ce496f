"""Fits without a configuration: cutoff, basis and weights by held-out errors."""
