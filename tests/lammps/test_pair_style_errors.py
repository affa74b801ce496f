"""What pair style potlearn says of input that it cannot use: words, and no crash."""

import numpy as np
import pytest
from ase import Atoms
from plugin_models import ACE, SILICON, TWO, export, linear, silicon
from plugin_runs import start

GOOD = "pair_style potlearn\npair_coeff * * model.potl-lammps {elements}\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with a potential of silicon."""
    export(linear(SILICON), tmp_path)
    return tmp_path


def words_of(lammps, folder, commands, atoms=None, species=("Si",), ranks=1, before=""):
    text = start(folder, silicon() if atoms is None else atoms, species)
    return " ".join(lammps.error(folder, before + text + commands + "\nrun 0\n", ranks).split())


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ("pair_coeff * * nowhere.potl-lammps Si", "nowhere.potl-lammps"),
        ("pair_coeff * * model.potl-lammps Ge", "expected one of Si (the elements in model.potl"),
        ("pair_coeff * * model.potl-lammps Ge", "or NULL, got 'Ge'"),
        (
            "pair_coeff * * model.potl-lammps Si Si",
            "each of the 1 atom types after model.potl-lammps, got 2",
        ),
    ],
)
def test_coefficients(lammps, folder, commands, message, ranks):
    assert message in words_of(lammps, folder, "pair_style potlearn\n" + commands, ranks=ranks)


@pytest.mark.parametrize(
    ("style", "message"),
    [
        ("pair_style potlearn thread 2", "expected the keyword threads or gamma, got 'thread'"),
        ("pair_style potlearn threads", "expected a number after threads"),
        ("pair_style potlearn threads 0", "expected one thread or more, got 0"),
    ],
)
def test_settings(lammps, folder, style, message):
    assert message in words_of(lammps, folder, style)


@pytest.mark.parametrize("ranks", [1, 2])
def test_damaged_files(lammps, folder, ranks):
    path = folder / "model.potl-lammps"
    content = bytearray(path.read_bytes())
    good = GOOD.format(elements="Si")
    for damaged in (b"", content[: len(content) // 2], b"hello" * 99):
        path.write_bytes(damaged)
        assert "model.potl-lammps" in words_of(lammps, folder, good, ranks=ranks)
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "damaged" in words_of(lammps, folder, good, ranks=ranks)


def test_set_up(lammps, folder):
    good = GOOD.format(elements="Si")
    assert "expected 'newton on'" in words_of(lammps, folder, good, before="newton off\n")
    text = start(folder, silicon(), ("Si",)).replace("units metal", "units real")
    assert "expected 'units metal'" in lammps.error(folder, text + good + "run 0\n")


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_that_are_too_close(lammps, folder, ranks):
    atoms = Atoms("Si3", positions=[[1, 1, 1], [8, 8, 8], [8, 8, 8]], cell=[12, 12, 12], pbc=True)
    good = GOOD.format(elements="Si")
    words = words_of(lammps, folder, good, atoms, ranks=ranks)
    assert "the closest atoms are 2 and 3, 0.000000 Å apart" in words


def test_a_cell_smaller_than_the_cutoff_is_right_or_refused(lammps, folder):
    potential = linear(SILICON)
    atoms = silicon(size=1)[:1]
    atoms.set_cell([2.6, 2.6, 2.6])
    pair = GOOD.format(elements="Si").splitlines()
    result = lammps.evaluate(folder, atoms, ("Si",), pair)
    np.testing.assert_allclose(result.energies, potential.predict(atoms).energies, atol=1e-9)


def test_types_beyond_the_model(lammps, tmp_path):
    export(linear(ACE), tmp_path)
    atoms = Atoms("WBeSi", positions=np.eye(3) * 3, cell=[9, 9, 9], pbc=True)
    words = words_of(lammps, tmp_path, GOOD.format(elements="W Be Si"), atoms, (*TWO, "Si"))
    assert "atom type 3: expected one of W, Be" in words
