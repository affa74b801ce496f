"""Potentials beyond their data, end to end: nothing falls, and errors inside stay."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT

import potlearn as pl
from potlearn.fit import FitSettings, fit_linear
from potlearn.fit.beyond.protect import ProtectSettings
from potlearn.metrics import evaluate, metrics

QUICK = ProtectSettings(rounds=8, packings=32, steps=60, start=60)
METALS = [("Ag", "Cu"), ("Ag", "Pd"), ("Cu", "Pd")]


def copper(n, seed, spread=0.03):
    """Rattled, strained fcc copper."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", a=3.6 * (1 + spread * rng.normal()), cubic=True)
        atoms.rattle(0.08, seed=1000 * seed + k)
        atoms.calc = EMT()
        atoms.get_stress()
        made.append(atoms)
    return pl.from_atoms(made)


def alloys(choices, n, seed):
    """Rattled solid solutions of the elements named."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", a=3.9 * (1 + 0.02 * rng.normal()), cubic=True)
        atoms.symbols[:] = rng.choice(choices[k % len(choices)], len(atoms))
        atoms.positions += 0.05 * rng.normal(size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_potential_energy()
        made.append(atoms)
    return pl.from_atoms(made)


def both(train, descriptor, settings=QUICK, threads=1):
    """The fit without and with protection, and what protection says."""
    coverage = pl.Coverage.of(train, descriptor.species)
    reference = pl.default_zbl(coverage.shortest, descriptor.species)
    result = fit_linear(train, descriptor, FitSettings(), reference=reference)
    bare = pl.LinearPotential(descriptor, result.coefficients, reference)
    parts = result, descriptor, reference, coverage, settings
    return bare, pl.protect(*parts, threads=threads), coverage


def errors(potential, data):
    table = metrics(evaluate(potential, data))["all"]
    return {q: table[q]["rmse"] for q in ("energy", "forces")}


@pytest.fixture(scope="module", params=["ace", "small", "pod"])
def protected(request):
    """Copper: ACE, a basis as small as the one that hard inequalities ruined, POD's defaults."""
    train, test = copper(30, 0), copper(10, 1)
    descriptor = {
        "ace": lambda: pl.ACE(("Cu",), cutoff=5.0, order=3, degree=8),
        "small": lambda: pl.ACE(("Cu",), cutoff=5.0, order=2, degree=6),
        "pod": lambda: pl.POD(("Cu",), cutoff=5.0),
    }[request.param]()
    return (*both(train, descriptor), train, test)


@pytest.fixture(scope="module")
def large():
    """Copper with an ACE basis of ordinary size."""
    train, test = copper(30, 0), copper(10, 1)
    descriptor = pl.ACE(("Cu",), cutoff=5.0, order=3, degree=10)
    return (*both(train, descriptor), train, test)


def test_errors_inside_stay(protected):
    bare, found, _, _, test = protected
    before, after = errors(bare, test), errors(found.potential, test)
    for quantity, error in before.items():
        assert after[quantity] < 1.06 * error, (quantity, before, after)


def test_the_wall_is_nothing_on_the_data(protected):
    _, found, _, train, _ = protected
    wall = found.potential.reference.terms[-1][1]
    for k in range(len(train)):
        assert not wall.predict(train[k]).energies.any()


def test_crystals_rise_and_dimers_repel(large):
    _, found, _, _, _ = large
    check = found.check
    assert {c.name for c in check.crystals} == {
        f"Cu {x}" for x in ("fcc", "bcc", "hcp", "sc", "diamond")
    }
    assert all(c.rises for c in check.crystals), [c for c in check.crystals if not c.rises]
    assert all(a.repels for a in check.approaches)


def test_compressed_crystals_come_back(large):
    """Energy rises from the state at rest, evaluated apart from the check."""
    _, found, _, _, _ = large
    lengths = 3.6 * np.arange(1.0, 0.55, -0.01)
    energies = [found.potential.predict(bulk("Cu", "fcc", a=a)).energy for a in lengths]
    assert (np.diff(energies)[3:] > 0).all()


def test_few_packings_collapse(large):
    _, found, _, _, _ = large
    assert sum(k for _, k in found.check.packings.values()) <= 2


def test_an_unprotected_fit_is_told_to_fall():
    """The check speaks without protection too, and says what to add."""
    bare, _, coverage = both(copper(12, 0), pl.POD(("Cu",), cutoff=5.0), ProtectSettings(rounds=1))
    check = pl.check_beyond(bare, coverage)
    words = " ".join(check.warnings())
    assert not check.passed
    assert "collapse" in words
    assert "add " in words
    assert check.to_dict()["passed"] is False


def test_the_same_seed_gives_the_same_potential_and_check_with_any_number_of_threads():
    train, descriptor = copper(12, 0), pl.ACE(("Cu",), cutoff=4.5, order=2, degree=6)
    first, again = (both(train, descriptor, threads=threads)[1] for threads in (1, 3))
    np.testing.assert_array_equal(first.potential.coefficients, again.potential.coefficients)
    assert first.check.to_dict() == again.check.to_dict()


def test_unseen_compositions_are_not_ruined():
    """Binaries, tested on ternaries: bounds are not met by coefficients that no data decide."""
    train, test = alloys(METALS, 60, 0), alloys([("Ag", "Cu", "Pd")], 10, 1)
    descriptor = pl.ACE(("Ag", "Cu", "Pd"), cutoff=4.5, order=2, degree=(8, 5))
    bare, found, _ = both(train, descriptor)
    before, after = errors(bare, test), errors(found.potential, test)
    assert before["energy"] > 0.1  # no ternary function is decided by the data
    assert after["energy"] < 1.1 * before["energy"]
    assert after["forces"] < 0.03


SPRINGS = {("C", "H"): (1.09, 25.0), ("H", "H"): (1.78, 4.0)}


class Springs(Calculator):
    """Methane-like molecules: harmonic distances between all atoms."""

    implemented_properties = ("energy", "forces")

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        super().calculate(atoms, properties, system_changes)
        x, s = self.atoms.positions, self.atoms.get_chemical_symbols()
        energy, forces = 0.0, np.zeros_like(x)
        for i in range(len(x)):
            for j in range(i):
                length, k = SPRINGS[tuple(sorted((s[i], s[j])))]
                d = x[i] - x[j]
                r = np.linalg.norm(d)
                energy += k / 2 * (r - length) ** 2
                forces[i] -= k * (r - length) * d / r
                forces[j] += k * (r - length) * d / r
        self.results = {"energy": energy, "forces": forces}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_molecules_are_fitted_with_defaults(seed):
    """No configuration that protection makes pushes atoms through one another."""
    rng, made = np.random.default_rng(seed), []
    directions = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / 3**0.5
    for _ in range(30):
        atoms = Atoms("CH4", np.vstack([[0, 0, 0], 1.09 * directions]))
        atoms.positions += 0.05 * rng.normal(size=(5, 3))
        atoms.calc = Springs()
        atoms.get_forces()
        made.append(atoms)
    train = pl.from_atoms(made)
    bare, found, _ = both(train, pl.ACE(("C", "H"), cutoff=5.0, order=3, degree=(8, 5, 4)))
    assert found.check.crystals == ()
    assert found.check.packings == {}
    before, after = errors(bare, train), errors(found.potential, train)
    assert after["forces"] < 1.06 * before["forces"]
    assert all(a.repels for a in found.check.approaches)


def test_a_soft_solid_of_large_atoms_is_protected():
    """Argon: a bulk modulus of 3 GPa, bonds of 3.8 Å, 0.08 eV/atom of cohesion."""
    truth = pl.LennardJones(("Ar",), radius=8.0, epsilon=0.0104, sigma=3.4)
    made = []
    for k, scale in enumerate(np.linspace(0.94, 1.05, 24)):
        atoms = bulk("Ar", "fcc", a=5.26 * scale, cubic=True)
        atoms.rattle(0.15, seed=k)
        atoms.calc = truth.calculator()
        atoms.get_stress()
        made.append(atoms)
    train, test = pl.from_atoms(made[::2]), pl.from_atoms(made[1::2])
    bare, found, _ = both(train, pl.ACE(("Ar",), cutoff=8.0, order=3, degree=8))
    before, after = errors(bare, test), errors(found.potential, test)
    assert after["forces"] < 1.06 * before["forces"]
    assert found.check.crystals
    assert all(c.rises for c in found.check.crystals)
    assert all(a.repels for a in found.check.approaches)
