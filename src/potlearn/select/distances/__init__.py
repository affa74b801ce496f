"""Distances: of rows, of covariance matrices, of sets of points, and of samples."""
