"""Labels that contradict each other: stress against energies and forces, group by group."""
