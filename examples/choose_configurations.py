"""From 1000 unlabelled configurations to a chosen few, their labels, a fit, and what it is worth.

An analytic potential (EMT of ASE) plays the part of DFT: it labels what was chosen, and a test set.
Configurations come from dynamics with a pair potential (Morse, with the parameters of Girifalco &
Weizer, Phys. Rev. 114, 687 (1959) for copper).
"""

import numpy as np
from ase import units
from ase.build import bulk, fcc111
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.verlet import VelocityVerlet

import potlearn as pl

EXPLORER = pl.Morse(("Cu",), 7.0, depth=0.3429, alpha=1.3588, r0=2.866)
K = 20


def dynamics(name, atoms, temperature, n_frames, seed):
    """Configurations along a trajectory, every tenth step of 3 fs."""
    rng = np.random.default_rng(seed)
    atoms.calc = EXPLORER.calculator()
    # Twice the kinetic energy: half of it goes into displacements.
    width = np.sqrt(atoms.get_masses() * 2 * units.kB * temperature)
    atoms.set_momenta(width[:, None] * rng.normal(size=(len(atoms), 3)))
    motion = VelocityVerlet(atoms, timestep=3 * units.fs)
    frames = []
    for _ in range(n_frames):
        motion.run(10)
        frame = atoms.copy()
        frame.calc = None
        frame.info["config_type"] = name
        frames.append(frame)
    return frames


def pool():
    """Much of what is cheap to get, little of what is rare."""
    cube = bulk("Cu", a=3.65, cubic=True) * 2
    vacancy = cube.copy()
    del vacancy[0]
    dense = bulk("Cu", a=3.45, cubic=True) * 2
    slab = fcc111("Cu", (2, 2, 4), a=3.65, vacuum=5.0, periodic=True)
    return [
        *dynamics("crystal", cube.copy(), 300, 700, seed=0),
        *dynamics("hot", cube.copy(), 1500, 120, seed=1),
        *dynamics("dense", dense, 800, 80, seed=2),
        *dynamics("vacancy", vacancy, 900, 60, seed=3),
        *dynamics("surface", slab, 600, 40, seed=4),
    ]


def labelled(frames):
    """What DFT would cost hours for."""
    made = []
    for frame in frames:
        atoms = frame.copy()
        atoms.calc = EMT()
        results = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
        atoms.calc = SinglePointCalculator(atoms, **results)
        made.append(atoms)
    return pl.from_atoms(made)


def fit(train):
    """A potential of some hundred functions."""
    basis = pl.ACE(("Cu",), cutoff=5.5, order=3, degree=9)
    result = pl.fit_linear(train, basis, pl.FitSettings(ridge=1e-6, e0="fitted"))
    return pl.LinearPotential(basis, result.coefficients)


def errors(potential, test):
    """Mean absolute errors in meV/atom and meV/Å."""
    table = pl.metrics.metrics(pl.evaluate(potential, test))["all"]
    return 1e3 * table["energy"]["mae"], 1e3 * table["forces"]["mae"]


def parted(frames):
    """Candidates and test configurations: ten of every state, which the potential shall serve."""
    rng = np.random.default_rng(0)
    groups = np.array([frame.info["config_type"] for frame in frames])
    test = [rng.permutation(np.flatnonzero(groups == g))[:10] for g in dict.fromkeys(groups)]
    rest = np.setdiff1d(np.arange(len(frames)), test)
    return [frames[i] for i in rest], [frames[i] for i in np.concatenate(test)]


def choose(candidates):
    """Indices of the configurations that are worth a calculation; nothing is labelled yet."""
    eyes = pl.ACE(("Cu",), cutoff=5.0, order=2, degree=8)
    X = pl.features.scaled(pl.features.configuration_features(candidates, eyes, "mean"))
    return pl.select.KMeans(n_to_select=K, random_state=0).fit(X).selected_idx_


def main():
    """Choose, label, fit, and compare with random choices."""
    frames, test = parted(pool())
    candidates = pl.from_atoms(frames)
    print(f"{len(candidates)} to choose from: {candidates.group_counts()}")
    chosen = choose(candidates)
    print(f"chosen: {candidates.subset(chosen).group_counts()}")

    test = labelled(test)
    potential = fit(labelled([frames[i] for i in chosen]))
    print("chosen: energy {:.2f} meV/atom, forces {:.1f} meV/Å".format(*errors(potential, test)))
    potential.save("copper.potl")

    trials = []
    for seed in range(5):
        drawn = np.random.default_rng(seed).permutation(len(frames))[:K]
        trials.append(errors(fit(labelled([frames[i] for i in drawn])), test))
    mean, spread = np.mean(trials, axis=0), np.std(trials, axis=0, ddof=1)
    print(
        f"random: energy {mean[0]:.2f} ± {spread[0]:.2f} meV/atom, "
        f"forces {mean[1]:.1f} ± {spread[1]:.1f} meV/Å ({len(trials)} draws)"
    )


if __name__ == "__main__":
    main()
