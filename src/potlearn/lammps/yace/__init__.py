"""Files of nonlinear ACE potentials: ``.yace``, of LAMMPS's ``pair_style pace``."""
