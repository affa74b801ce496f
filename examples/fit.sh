# From labelled configurations to a potential; run at the root of the checkout.

# What is in the file, and what looks wrong?
potlearn inspect datasets/silicon/silicon.extxyz.xz
# A potential, a report, files for LAMMPS
potlearn fit examples/silicon.yaml --output silicon
