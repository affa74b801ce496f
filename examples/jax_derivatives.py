"""Force constants of a cluster and the gradient in the radial functions, with JAX."""

import jax
import numpy as np
from ase.cluster import Octahedron

import potlearn as pl
from potlearn.engine.jax import JaxEngine
from potlearn.structure.system import System

jax.config.update("jax_enable_x64", True)

descriptor = pl.ACE(("Cu",), cutoff=4.0, order=2, nmax=2, lmax=(0, 2))
atoms = Octahedron("Cu", 2)
system = System.of(atoms, descriptor.species, descriptor.cutoff)
weights = np.random.default_rng(0).normal(size=descriptor.n_features)

engine = JaxEngine(descriptor.engine.basis)
inputs = engine.inputs(system)


def energy(positions, knots):
    """A linear model; rows are padded, and those without an atom add nothing."""
    return (engine.features_at(inputs, positions, knots) @ weights).sum()


n = len(atoms)
hessian = jax.jit(jax.hessian(energy))(inputs.positions, engine.knots)
force_constants = np.asarray(hessian)[:n, :, :n].reshape(3 * n, 3 * n)
print("asymmetry:", np.abs(force_constants - force_constants.T).max())
print("sum over atoms:", np.abs(force_constants.reshape(-1, n, 3).sum(1)).max())

slopes = jax.jit(jax.grad(energy, argnums=1))(inputs.positions, engine.knots)
print("knots in use:", int((np.abs(slopes) > 0).any((2, 3)).sum()))
