"""The task ``tune``: settings in, a folder with the Pareto front out."""
