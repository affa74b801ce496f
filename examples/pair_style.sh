# Molecular dynamics with potlearn's engine inside LAMMPS, with the potential of fit.sh.

# Build the pair style for the LAMMPS of this environment, once (some seconds)
potlearn lammps install

# The fit has written the potential and an input that runs
cd silicon/lammps
lmp -in in.potlearn
