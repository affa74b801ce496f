# Molecular dynamics with the potential of fit.sh; needs LAMMPS with its package ML-POD.

# The fit has written the potential files and an input that runs
cd silicon/lammps
lmp -in in.example
