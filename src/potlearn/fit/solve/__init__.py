"""From a ledger to coefficients: weights, one-body energies, solvers."""
