"""Determinantal point processes: draws of random and of fixed size, inclusion, greedy MAP."""
