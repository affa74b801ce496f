"""The Pareto front: which trials are on it, how much it covers, intervals, and choices."""
