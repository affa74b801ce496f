"""The other side of `ace.py`: ace-jax, in an environment of its own.

Reads a line, evaluates, and answers with the CPU seconds of one evaluation:

    python ace_jax_peer.py BASIS.npz SYSTEM.npz calculator|kernel
"""

import json
import sys
import time
from types import SimpleNamespace

import jax
import numpy as np

# Double precision is chosen before any array is made, also by a module that is imported.
jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
from ace_jax import ACECalculator  # noqa: E402
from ace_jax.eval import ffi  # noqa: E402
from ace_jax.eval.io import load  # noqa: E402
from ace_jax.eval.model import lean  # noqa: E402
from ase import Atoms  # noqa: E402

REPEATS = 3


def with_coefficients(path):
    """The basis as a model with random coefficients, and their number."""
    arrays, rng = dict(np.load(path)), np.random.default_rng(0)
    for name in ("WB", "Wpair"):
        arrays[name] = 1e-3 * rng.normal(size=arrays[name].shape)
    np.savez(f"{path}.random.npz", **arrays)
    model, meta = load(f"{path}.random.npz")[:2]
    return model, meta, arrays["WB"].size + arrays["Wpair"].size


def calculator(model, meta, system):
    """ACECalculator on moving atoms; its skin keeps the neighbour list."""
    atoms = Atoms(system["numbers"], system["positions"], cell=system["cell"], pbc=True)
    atoms.calc = ACECalculator(model, meta, radial_table=True)
    step = [0]

    def run():
        step[0] += 1
        atoms.positions[0, 0] += 1e-6 * (-1) ** step[0]
        return atoms.get_potential_energy(), np.array(atoms.get_forces())

    return run


def kernel(model, system):
    """The C++ kernel on a neighbour matrix over atoms and their images."""
    ffi.register(ffi.library())
    small = lean(model, radial_table=True)
    types = list(range(int(system["species"].max()) + 1))
    _energy, force = ffi.lammps_fns(small, len(types), types, float(system["cutoff"]))
    positions = jnp.asarray(system["extended"])
    species = jnp.asarray(system["species"], jnp.int32)
    graph = SimpleNamespace(
        neighbors=jnp.asarray(system["matrix"], jnp.int32),
        num_neighbors=jnp.asarray(system["counts"], jnp.int32),
    )
    call = jax.jit(lambda x: force(x, species, graph))
    owner = np.asarray(system["owner"])

    def run():
        f = np.asarray(call(positions).block_until_ready())
        total = np.zeros((int(owner.max()) + 1, 3))
        np.add.at(total, owner, f)
        return 0.0, total

    return run


def main():
    """Answer requests until the input ends."""
    basis, system, mode = sys.argv[1:]
    model, meta, n_functions = with_coefficients(basis)
    system = dict(np.load(system))
    run = calculator(model, meta, system) if mode == "calculator" else kernel(model, system)
    run()
    print(json.dumps({"functions": n_functions}), flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        for _ in range(REPEATS):
            run()
        print((time.process_time() - start) / REPEATS, flush=True)


if __name__ == "__main__":
    main()
