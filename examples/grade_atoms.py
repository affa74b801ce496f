"""Grade atoms: how far they are from the environments of a training set."""

from ase.build import bulk

import potlearn as pl
from potlearn.structure.species import species_indices
from potlearn.uncertainty import make_grade


def crystal(a: float, seed: int):
    """A rattled crystal of silicon."""
    atoms = bulk("Si", a=a, cubic=True) * 2
    atoms.rattle(0.08, seed=seed)
    return atoms


def main() -> None:
    """Make a grade from crystals, and ask it of others."""
    train = pl.from_atoms([crystal(5.43, seed) for seed in range(40)])
    # The descriptor of the potential: the grade reads a small part of its features.
    grade = make_grade(train, pl.ACE(("Si",)))  # or kind="mahalanobis"
    print(f"features that the grade reads: {grade.descriptor.n_features}")
    print(f"largest grade of the training: {max(grade.of(a).max() for a in train):.3f}")

    vacancy, strained = crystal(5.43, 100), crystal(5.2, 101)
    del vacancy[0]
    for name, atoms in {"vacancy": vacancy, "strained": strained}.items():
        # In a simulation: features once, grades of the atoms and of the configuration from them.
        features = grade.descriptor.features(atoms)
        species = species_indices(atoms, grade.descriptor.species)
        most = grade.grade(features, species).max()
        whole = grade.configuration(features, species)
        print(f"{name}: largest grade of an atom {most:.1f}, of the configuration {whole:.1f}")


if __name__ == "__main__":
    main()
