"""Convert pacemaker's data to extended XYZ.

    python convert_pickle.py data.pckl.gzip data.extxyz

Opening a pickle runs the code that it holds: convert only files that you trust.
"""

import sys

import pandas
from ase.io import write

source, target = sys.argv[1:]
compression = "gzip" if source.endswith("gzip") else "infer"
table = pandas.read_pickle(source, compression=compression)
frames = []
for row in table.itertuples():
    atoms = row.ase_atoms.copy()
    # The column energy_corrected is without the energies of isolated atoms.
    atoms.info["REF_energy"] = row.energy
    atoms.set_array("REF_forces", row.forces, shape=(3,))
    frames.append(atoms)
write(target, frames, format="extxyz")
