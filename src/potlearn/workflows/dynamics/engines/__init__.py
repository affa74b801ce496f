"""Programs that move the atoms: one file and one row each."""
