"""The ledger of triangular factors."""
