"""The figure of a simulation."""
