"""NEP on the CPU: a NEP4 model of the sizes of a published one for silicon, its numbers random.

calorine evaluates NEP models and does not train them; the time does not depend on the numbers.
Sizes: Si_2022_NEP4_4body.txt of GPUMD (potentials/nep), after Fan et al., J. Chem. Phys. 157,
114801 (2022).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from calorine.calculators import CPUNEP

CUTOFF, NEIGHBORS = 5, 53
N_MAX = BASIS_SIZE = 10
L_MAX = (4, 2, 0)
NEURONS = 50


def fit(folder: Path) -> None:
    """Write the model: network, bias, expansion coefficients, scales of the descriptor."""
    angular = (N_MAX + 1) * (L_MAX[0] + (L_MAX[1] > 0) + (L_MAX[2] > 0))
    n_descriptor = N_MAX + 1 + angular
    n_network = (n_descriptor + 2) * NEURONS + 1
    n_expansion = 2 * (N_MAX + 1) * (BASIS_SIZE + 1)
    rng = np.random.default_rng(0)
    numbers = [*0.1 * rng.normal(size=n_network + n_expansion), *np.ones(n_descriptor)]
    header = ["nep4 1 Si", f"cutoff {CUTOFF} {CUTOFF} {NEIGHBORS} {NEIGHBORS}"]
    header += [f"n_max {N_MAX} {N_MAX}", f"basis_size {BASIS_SIZE} {BASIS_SIZE}"]
    header += [f"l_max {' '.join(map(str, L_MAX))}", f"ANN {NEURONS} 0"]
    (folder / "nep.txt").write_text("\n".join([*header, *(f"{x:15.7e}" for x in numbers), ""]))


def calculator(folder: Path) -> CPUNEP:
    """The calculator."""
    return CPUNEP(str(folder / "nep.txt"))
