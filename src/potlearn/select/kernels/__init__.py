"""Kernels of rows, their derivatives, and features of low rank."""
