"""Convert pacemaker's data to extended XYZ: python convert_pickle.py data.pckl.gzip data.extxyz.

Opening a pickle runs the code that it holds: do it with files that you trust.
"""

import sys

import pandas
from ase.io import write

source, target = sys.argv[1:]
table = pandas.read_pickle(source, compression="gzip" if source.endswith("gzip") else "infer")
frames = []
for row in table.itertuples():
    atoms = row.ase_atoms.copy()
    atoms.info["REF_energy"] = row.energy  # energy_corrected is without the isolated atoms
    atoms.set_array("REF_forces", row.forces, shape=(3,))
    frames.append(atoms)
write(target, frames, format="extxyz")
