"""GAP by gap_fit of quippy-ase: a distance term and SOAP."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ase import Atoms
from ase.io import read, write
from quippy.potential import Potential

PAIR = (
    "distance_Nb order=2 cutoff=5.0 n_sparse=15 covariance_type=ard_se delta=2.0 "
    "theta_uniform=1.0 sparse_method=uniform add_species=T"
)
SOAP = (
    "soap n_max=8 l_max=8 atom_sigma=0.5 zeta=4 cutoff=5.0 cutoff_transition_width=1.0 "
    "central_weight=1.0 delta=0.2 f0=0.0 covariance_type=dot_product n_sparse=500 "
    "sparse_method=cur_points add_species=T"
)
SIGMA = "0.001 0.05 0.05 0.0"  # energy per atom, forces, virial, Hessian


def labelled(atoms: Atoms) -> Atoms:
    """A configuration with the labels under gap_fit's names; the virial is -V times the stress."""
    found = atoms.calc.results
    new = Atoms(atoms.symbols, positions=atoms.positions, cell=atoms.cell, pbc=True)
    new.info["dft_energy"] = found["energy"]
    new.arrays["dft_forces"] = found["forces"]
    new.info["dft_virial"] = (-atoms.get_volume() * atoms.get_stress(voigt=False)).ravel()
    return new


def fit(folder: Path) -> None:
    """Run gap_fit."""
    write(folder / "gap.xyz", [labelled(x) for x in read(folder / "train.extxyz", ":")])
    arguments = {
        "at_file": "gap.xyz",
        "gap": f"{{{PAIR} : {SOAP}}}",
        "energy_parameter_name": "dft_energy",
        "force_parameter_name": "dft_forces",
        "virial_parameter_name": "dft_virial",
        "e0_method": "average",
        "default_sigma": f"{{{SIGMA}}}",
        "do_copy_at_file": "F",
        "sparse_separate_file": "T",
        "rnd_seed": "1",
        "gp_file": "gap.xml",
    }
    command = [Path(sys.executable).parent / "gap_fit", *(f"{k}={v}" for k, v in arguments.items())]
    with (folder / "gap_fit.log").open("w") as log:
        subprocess.run(command, cwd=folder, check=True, stdout=log, stderr=subprocess.STDOUT)


def calculator(folder: Path) -> Potential:
    """The calculator; QUIP looks for the sparse points in the working folder."""
    os.chdir(folder)
    return Potential("", param_filename="gap.xml")
