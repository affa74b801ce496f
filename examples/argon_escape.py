"""When does the first atom leave an argon cluster?  The answer of 200 potentials.

A potential is fitted to noisy Lennard-Jones data of clusters.  Each potential drawn from its
posterior runs one simulation of 13 atoms until an atom leaves the cluster.  The exact
Lennard-Jones potential runs as many simulations: the spread of its escape times comes from random
velocities alone.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from ase import Atoms
from ase.cluster import Icosahedron

import potlearn as pl
from potlearn.workflows.dynamics import DynamicsSettings, Exploding, Lost, simulate

TRUTH = pl.LennardJones(("Ar",), 9.0, epsilon=0.0104, sigma=3.4)
NOISE = 0.002  # of energies in eV, and of forces in eV/Å
TEMPERATURE = 80.0


def cluster() -> Atoms:
    """The icosahedron of 13 atoms."""
    return Icosahedron("Ar", 2, latticeconstant=5.4)


def clusters(n: int, rng: np.random.Generator) -> list[Atoms]:
    """Clusters at many temperatures with noisy labels, pairs at all distances, and a free atom."""
    frames = []
    for k in range(n):
        settings = DynamicsSettings(
            temperature=rng.uniform(10, 120), timestep=10.0, steps=400, friction=0.005, seed=k
        )
        frames.append(simulate(cluster(), TRUTH.calculator(), settings).atoms)
    frames += [Atoms("Ar2", [[0, 0, 0], [0, 0, r]]) for r in np.linspace(3.0, 9.0, 40)]
    for atoms in [*frames, Atoms("Ar")]:
        atoms.calc = TRUTH.calculator()
        atoms.info = {"energy": atoms.get_potential_energy() + NOISE * rng.normal()}
        noise = NOISE * rng.normal(size=(len(atoms), 3))
        atoms.set_array("forces", atoms.get_forces() + noise * (len(atoms) > 2))
        atoms.calc = None
    return frames


def fit(frames: list[Atoms]) -> pl.LinearPotential:
    """A potential of pairs and triplets with the posterior of its coefficients."""
    descriptor = pl.ACE(("Ar",), cutoff=9.0, order=2, degree=(12, 5))
    dataset = pl.from_atoms(frames)
    settings = pl.FitSettings(solver="bayesian", e0={"Ar": 0.0})
    result = pl.fit_linear(dataset, descriptor, settings, rows=pl.RowBudget())
    errors = pl.quantify(result, method="posterior")
    return pl.LinearPotential(descriptor, result.coefficients, uncertainty=errors)


def first_escape(potential: pl.potentials.Potential, seed: int, longest: float) -> float:
    """Time in ps at which the first atom leaves; infinity if none does in the longest run."""
    settings = DynamicsSettings(
        temperature=TEMPERATURE,
        timestep=20.0,
        steps=round(50 * longest),
        friction=0.005,
        seed=seed,
        log_every=1000,
    )
    watches = [Lost(7.0, every=10), Exploding()]  # 7 Å from all others
    done = simulate(cluster(), potential.calculator(), settings, watches=watches)
    return done.time if done.stopped is not None else np.inf


def median_and_interval(times: list[float], rng: np.random.Generator) -> tuple[float, ...]:
    """Median and its interval of 95 %, by resampling."""
    medians = np.median(rng.choice(times, (1000, len(times))), axis=1)
    return (float(np.median(times)), *np.quantile(medians, [0.025, 0.975], method="nearest"))


def main(n: int = 200, longest: float = 60.0) -> None:
    """Fit, draw, run, and draw the figure."""
    rng = np.random.default_rng(0)
    potential = fit(clusters(40, rng))
    members = potential.sample(n, random_state=0)
    times = {
        "exact potential": [first_escape(TRUTH, seed, longest) for seed in range(n)],
        "posterior": [first_escape(member, seed, longest) for seed, member in enumerate(members)],
    }
    figure, axis = plt.subplots(figsize=(5, 3.2), layout="constrained")
    for (name, found), color in zip(times.items(), ("#8b95a1", "#1f5fa8"), strict=True):
        median, low, high = median_and_interval(found, rng)
        print(f"{name}: first escape after {median:.1f} ps (95 %: {low:.1f} to {high:.1f})")
        ends = np.sort(np.minimum(found, longest))
        whole = 1 - np.arange(n + 1) / n
        axis.step([0, *ends], whole, where="post", color=color, label=name)
    axis.set(xlabel="time (ps)", ylabel="clusters that are whole", xlim=(0, longest), ylim=(0, 1))
    axis.legend(frameon=False)
    figure.savefig("argon_escape.png", dpi=150)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
