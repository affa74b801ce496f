"""Properties against published numbers, exact ones, and ASE's own."""

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.units import GPa, _amu, _e, _hplanck

from potlearn.errors import PropertyError, SpeciesError, UncertaintyError
from potlearn.workflows import block_error
from potlearn.workflows.properties import (
    PROPERTIES,
    Case,
    Model,
    Relaxation,
    lowest,
    measure,
    prototype,
)

pytest.importorskip("spglib")
SILICON = bulk("Si", a=5.4)


def measured(model, crystal, **properties):
    parts = {name: PROPERTIES[name](**given) for name, given in properties.items()}
    return measure([Model.of(model)], crystal, parts).results[model]


def numbers(result):
    assert not result.problem
    return {name: value.value for name, value in result.values.items()}


def test_stillinger_weber_silicon_has_its_published_constants():
    """Lattice and energy: Stillinger and Weber (1985); elastic: Cowley, PRL 60, 2379 (1988)."""
    found = measured("stillinger-weber", SILICON, lattice={}, elastic={}, eos={})
    lattice, elastic, eos = (numbers(found[name]) for name in ("lattice", "elastic", "eos"))
    assert lattice["a"] == pytest.approx(5.431, abs=1e-3)
    assert lattice["cohesive energy"] == pytest.approx(-4.3366, abs=1e-3)
    assert elastic["C11"] == pytest.approx(151.4, abs=0.2)
    assert elastic["C12"] == pytest.approx(76.4, abs=0.2)
    assert elastic["C44"] == pytest.approx(56.4, abs=0.2)
    assert eos["B"] == pytest.approx((elastic["C11"] + 2 * elastic["C12"]) / 3, rel=2e-3)


def test_a_surface_costs_half_of_each_broken_bond():
    """Bonds of the potential that are whole keep their energy: half of 2.1682 eV for each atom."""
    (result,) = measured("stillinger-weber", SILICON, surface={"planes": [(1, 1, 1)]}).values()
    area = np.sqrt(3) / 4 * 5.431**2
    expected = 2.1682 / 2 / area / (1e-20 / _e)
    assert numbers(result)["(1 1 1)"] == pytest.approx(expected, rel=1e-3)


def test_copper_agrees_with_the_fit_of_ase():
    from ase.calculators.emt import EMT
    from ase.eos import EquationOfState

    volumes, energies = [], []
    for a in np.linspace(3.5, 3.68, 11):
        atoms = bulk("Cu", a=a)
        atoms.calc = EMT()
        volumes.append(atoms.get_volume())
        energies.append(atoms.get_potential_energy())
    volume, _, bulk_modulus = EquationOfState(volumes, energies, "birchmurnaghan").fit()
    found = numbers(measured("emt", bulk("Cu"), eos={})["eos"])
    assert found["volume"] == pytest.approx(volume, rel=1e-3)
    assert found["B"] == pytest.approx(bulk_modulus / GPa, rel=0.01)


class Springs(Calculator):
    """Springs between neighbours of a simple cubic crystal, at rest at their length."""

    implemented_properties = ("energy", "forces", "stress")
    stiffness = 2.0

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        from ase.neighborlist import neighbor_list

        Calculator.calculate(self, atoms, properties, system_changes)
        i, vectors = neighbor_list("iD", self.atoms, 3.6)
        r = np.linalg.norm(vectors, axis=1)
        pull = (self.stiffness * (r - 3.0) / r)[:, None] * vectors
        forces = np.zeros((len(self.atoms), 3))
        np.add.at(forces, i, pull)
        stress = vectors.T @ pull / 2 / self.atoms.get_volume()
        energy = self.stiffness * ((r - 3.0) ** 2).sum() / 4
        self.results = {"energy": energy, "forces": forces}
        self.results["stress"] = stress.ravel()[[0, 4, 8, 5, 2, 1]]


SPRINGS = bulk("Ar", "sc", a=3.0)


def test_a_chain_of_springs_vibrates_as_it_must():
    """omega = 2 sqrt(k/m) at the end of the zone, as of a chain: springs across do not act."""
    pytest.importorskip("phonopy")
    found = PROPERTIES["phonons"](mesh=6, points=40).measure(Case(SPRINGS, Springs))
    mass = SPRINGS.get_masses()[0] * _amu
    top = 2 * np.sqrt(Springs.stiffness * _e / 1e-20 / mass) / (2 * np.pi) * 1e-12
    assert numbers(found)["highest at X"] == pytest.approx(top, rel=1e-4)
    assert numbers(found)["highest at Γ"] == pytest.approx(0, abs=1e-3)


def test_the_heat_of_springs_is_that_of_their_modes():
    """Three k_B for each hot atom; half a quantum of every mode of the mesh, omega |sin q/2|."""
    pytest.importorskip("phonopy")
    found = numbers(
        PROPERTIES["phonons"](mesh=6, temperature=3000.0).measure(Case(SPRINGS, Springs))
    )
    assert found["heat capacity at 3000 K"] == pytest.approx(3, rel=1e-3)
    quantum = found["highest at X"] * 1e12 * _hplanck / _e
    mean = np.abs(np.sin(np.pi * np.arange(6) / 6)).mean()
    assert found["zero-point energy"] == pytest.approx(3 * quantum / 2 * mean, rel=1e-3)


def test_a_crystal_of_springs_has_no_shear_modulus():
    """C11 = k/a; shear costs nothing at all, and that is what is said."""
    found = PROPERTIES["elastic"]().measure(Case(SPRINGS, Springs))
    assert found.values["C11"].value == pytest.approx(2.0 / 3.0 / GPa, rel=1e-3)
    assert found.values["C44"].value == pytest.approx(0, abs=0.01 / GPa)


def test_an_unstable_crystal_is_said():
    """Body-centred copper gives way under shear, C11 < C12, and its phonons show it."""
    pytest.importorskip("phonopy")
    found = measured("emt", prototype("bcc", "Cu", 2.85), elastic={}, phonons={"mesh": 4})
    assert found["elastic"].values["C11"].value < found["elastic"].values["C12"].value
    assert "not stable: a shear strain lowers its energy" in found["elastic"].notes[0]
    assert "not stable: imaginary phonons" in found["phonons"].notes[0]


def test_the_lowest_prototype_is_diamond():
    model = Model.of("stillinger-weber")
    name, atoms, energies = lowest("Si", model.calculator, Relaxation())
    assert name == "diamond"
    assert len(atoms) == 2
    assert energies["diamond"] == min(energies.values())


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_block_averages_know_the_error_of_a_correlated_mean(memory):
    """AR(1): the variance of the mean is that of independent values times (1 + p) / (1 - p)."""
    rng = np.random.default_rng(0)
    n, found = 2**14, []
    for _ in range(12):
        noise = rng.normal(size=n)
        x = np.empty(n)
        x[0] = noise[0] / np.sqrt(1 - memory**2)
        for k in range(1, n):
            x[k] = memory * x[k - 1] + noise[k]
        found.append(block_error(x))
    assert np.mean(found) == pytest.approx(1 / (1 - memory) / np.sqrt(n), rel=0.15)


def test_block_averages_refuse_too_few_values():
    with pytest.raises(PropertyError, match="at least 16 finite values"):
        block_error([1.0, 2.0])


def test_dynamics_gives_temperature_and_distribution(tmp_path):
    settings = {"temperature": 300.0, "time": 0.4, "length": 7.0}
    result = measured("stillinger-weber", SILICON, dynamics=settings)["dynamics"]
    curve = result.curves["Radial distribution"]
    assert curve.x[int(np.argmax(curve.lines[0]))] == pytest.approx(2.35, abs=0.1)
    assert result.values["temperature"].error > 0
    assert "no diffusion" in result.notes[0]


def test_results_are_found_again_after_a_kill(tmp_path):
    """What was finished is in the journal; a half-written line is none."""
    model = Model.of("stillinger-weber")
    parts = {"lattice": PROPERTIES["lattice"](), "eos": PROPERTIES["eos"]()}
    one = measure([model], SILICON, {"lattice": parts["lattice"]}, folder=tmp_path)
    with (tmp_path / "properties.jsonl").open("a") as file:
        file.write('{"key": "half')
    both = measure([model], SILICON, parts, folder=tmp_path)
    assert (one.n_calculated, both.n_calculated, both.n_found) == (1, 1, 1)
    again = measure([model], SILICON, parts, folder=tmp_path)
    assert (again.n_calculated, again.n_found) == (0, 2)
    for name in parts:
        first, second = (x.results[model.name][name].values for x in (both, again))
        assert first == second


def test_an_element_that_the_model_does_not_know(tmp_path):
    from potlearn.potentials import load

    path = copper()
    assert load(path).species == ("Cu",)
    with pytest.raises(SpeciesError, match="knows Cu; the crystal has also Si"):
        measure([Model.of(str(path))], SILICON, {"lattice": PROPERTIES["lattice"]()})


def test_error_bars_need_an_uncertainty():
    with pytest.raises(UncertaintyError, match="error bars of a potential need its uncertainty"):
        measure([Model.of("emt")], bulk("Cu"), {"lattice": PROPERTIES["lattice"]()}, samples=4)


def test_drawn_potentials_give_error_bars(tmp_path):
    """Of what is at rest, by the posterior; a simulation has its own, and is not repeated."""
    model = Model.of(str(uncertain_silicon(tmp_path)))
    dynamics = {"time": 0.2, "length": 7.0}
    parts = {"lattice": PROPERTIES["lattice"](), "dynamics": PROPERTIES["dynamics"](**dynamics)}
    done = measure([model], SILICON, parts, samples=3)
    assert done.n_calculated == 2 + 3
    results = done.results[model.name]
    assert 0 < results["lattice"].values["a"].error < 0.5
    assert results["dynamics"].values["pressure"].error > 0


def uncertain_silicon(folder):
    """A small potential that knows its expected errors."""
    from potlearn import tasks

    data = Path(__file__).parents[3] / "datasets" / "silicon" / "silicon.extxyz.xz"
    tasks.fit(
        {
            "data": {"train": str(data)},
            "descriptor": {"family": "ace", "species": ["Si"], "cutoff": 4.5, "order": 2},
            "fit": {"solver": "bayesian"},
            "output": {"folder": str(folder), "report": False},
        }
    )
    return folder / "model.potl"


def test_a_relaxation_that_does_not_converge():
    with pytest.raises(PropertyError, match="emt: Cu crystal: the relaxation does not converge"):
        measure([Model.of("emt")], bulk("Cu", a=3.3), {}, relaxation=Relaxation(steps=1))


def test_a_vacancy_of_a_compound_is_a_problem_of_its_own():
    crystal = bulk("Cu", cubic=True)
    crystal.symbols[0] = "Au"
    found = measured("emt", crystal, vacancy={}, lattice={})
    assert "compound" in found["vacancy"].problem
    assert found["lattice"].values


def copper():
    return Path(__file__).parents[3] / "examples" / "copper.yace"
