"""Pair style ``potlearn``: potentials evaluated by the engine of potlearn inside LAMMPS."""
