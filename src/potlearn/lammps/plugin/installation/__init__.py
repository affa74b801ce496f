"""The pair style built for one LAMMPS: what is found, compiled, tried and kept."""
