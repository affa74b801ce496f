"""The contract suite on every registered descriptor and potential, and its own power to fail."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from contracts import DESCRIPTORS, POTENTIALS

from potlearn import testing
from potlearn.potentials import Prediction
from potlearn.potentials.pair import LennardJones

SYSTEMS = ("bulk", "thin", "slab", "molecule")
DESCRIPTOR = {name: cache(make) for name, make in DESCRIPTORS.items()}
POTENTIAL = {name: cache(make) for name, make in POTENTIALS.items()}
# Blocks of a descriptor with neighbour-count guards jump where atoms have few neighbours.
DYNAMIC = ("bulk", "thin")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("contract", testing.DESCRIPTOR_CONTRACTS)
@pytest.mark.parametrize("name", DESCRIPTORS)
def test_descriptor(name, contract, system):
    descriptor = DESCRIPTOR[name]()
    atoms = testing.configurations(descriptor.species, seed=3)[system]
    testing.DESCRIPTOR_CONTRACTS[contract](descriptor, atoms)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("contract", testing.POTENTIAL_CONTRACTS)
@pytest.mark.parametrize("name", POTENTIALS)
def test_potential(name, contract, system):
    if contract == "energy_is_conserved" and system not in DYNAMIC:
        pytest.skip("for condensed phases")
    potential = POTENTIAL[name]()
    atoms = testing.configurations(potential.species, seed=3)[system]
    testing.POTENTIAL_CONTRACTS[contract](potential, atoms)


@dataclass(frozen=True)
class Spoiled:
    """A Lennard-Jones potential with one fault."""

    fault: str
    species: tuple[str, ...] = ("Si",)
    cutoff: float = 5.0

    def predict(self, atoms, neighbors=None, *, threads=1):
        whole = LennardJones(("Si",), 5.0, epsilon=0.1, sigma=2.0)
        found = whole.predict(atoms, neighbors)
        energies, forces, virial = found.energies.copy(), found.forces.copy(), found.virial.copy()
        if self.fault == "axis":
            energies += 1e-6 * atoms.positions[:, 2]
        elif self.fault == "order":
            energies += 1e-6 * np.arange(len(atoms))
        elif self.fault == "forces":
            forces *= 1.0001
        elif self.fault == "virial":
            virial[3] += 1e-3
        elif self.fault == "written":
            virial[3] += 1e-6 * np.abs(atoms.positions).max()
        elif self.fault == "list" and neighbors is not None:
            energies += 1e-6 * len(neighbors.j)
        elif self.fault == "nan":
            energies[0] = np.nan
        elif self.fault == "friction":
            forces -= 3e-2 * np.abs(forces)
        elif self.fault == "lonely" and len(atoms) == 1:
            forces += 1.0
        elif self.fault == "threads" and threads > 1:
            forces *= 1 + 1e-15
        elif self.fault == "extensive":
            energies += 1e-6 * len(atoms)
        return Prediction(energies, forces, virial)


@pytest.mark.parametrize(
    ("fault", "contract"),
    [
        ("axis", "energy_is_invariant"),
        ("order", "energy_is_invariant"),
        ("nan", "energy_is_invariant"),
        ("friction", "forces_turn_with_the_atoms"),
        ("virial", "forces_turn_with_the_atoms"),
        ("extensive", "potential_is_extensive"),
        ("written", "atoms_may_be_written_in_any_cell"),
        ("list", "list_may_reach_further"),
        ("threads", "threads_change_no_bit"),
        ("forces", "forces_are_derivatives"),
        ("virial", "virial_is_a_derivative"),
        ("lonely", "sparse_systems_are_sane"),
        ("friction", "energy_is_conserved"),
    ],
)
def test_a_fault_is_found(fault, contract):
    atoms = testing.configurations(("Si",), seed=3)["bulk"]
    check = testing.POTENTIAL_CONTRACTS[contract]
    check(Spoiled("none"), atoms)
    with pytest.raises(AssertionError, match="seed 0, Atoms"):
        check(Spoiled(fault), atoms)
