# From labelled configurations to a run in LAMMPS that knows when to stop; at the root of the checkout.

# A potential with expected errors, and its folder for LAMMPS
potlearn fit examples/heat.yaml --output heat
# The pair style for the LAMMPS of this environment, once
potlearn lammps install
# Half a minute on one core
cp examples/in.heat heat/lammps
cd heat/lammps
lmp -in in.heat
