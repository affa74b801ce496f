"""POD files of LAMMPS: ``*_param.pod`` and ``*_coeff.pod``."""
