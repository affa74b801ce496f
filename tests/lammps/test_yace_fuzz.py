"""Mangled files of potentials: a typed error, or a potential that is what the file says."""

import copy
from functools import cache
from random import Random

import numpy as np
import pacemaker_files
import pytest
import yace_files
from ase import Atoms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import MANY, guarded, mutated_text
from oracles import ace_numpy

from potlearn.errors import DataError, ModelFileError
from potlearn.lammps import read_yace, read_yace_file
from potlearn.potentials import load

ATOMS = Atoms("AlNiAlNi", [[0, 0, 0], [1.93, 0.1, 0], [0.2, 2.31, 0.3], [1.1, 1.2, 1.91]])
FILES = {
    "distance": lambda: yace_files.invented(["Al", "Ni"], order=3, parameters=(1, 1, 0.5, 0.5)),
    "zbl": lambda: yace_files.invented(["Al", "Ni"], mode="zbl", inner=(2.2, 0.6), order=2),
    "density": lambda: yace_files.invented(["Al", "Ni"], "SBessel", "density", order=2),
}
VALUES = st.sampled_from(
    [0, 1, 2, -1, 3, 0.5, -0.5, 1e-5, 0.7, "x", "", "zbl", "density", "ChebPow", [], [1], {}, True]
)
FUZZ = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def original(name):
    return FILES[name]()


def places(value, path=()):
    """Paths to everything in a nested structure."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))
        else:
            yield (*path, key)


@cache
def paths(name):
    return list(places(original(name)))[1:]


@st.composite
def mangled(draw):
    """A file with one or two values replaced, removed or doubled."""
    name = draw(st.sampled_from(sorted(FILES)))
    file = copy.deepcopy(original(name))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(paths(name)))
        parent = file
        try:
            for key in way:
                parent = parent[key]
            change = draw(st.sampled_from(["replace", "remove", "double"]))
            if change == "replace":
                parent[last] = draw(VALUES)
            elif change == "remove":
                del parent[last]
            elif isinstance(parent, list):
                parent.insert(last, parent[last])
        except (LookupError, TypeError):
            continue
    return file


@FUZZ
@given(mangled())
def test_mangled_values(tmp_path, file):
    path = tmp_path / "x.yace"
    path.write_text(yace_files.text(file))
    try:
        found = read_yace(path).predict(ATOMS)
    except (ModelFileError, DataError):
        return
    expected = ace_numpy.evaluate(file, ATOMS)
    size = max(1.0, np.abs(expected.forces).max())
    np.testing.assert_allclose(found.energies, expected.energies, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-5 * size)


@FUZZ
@given(st.data())
def test_mangled_text(tmp_path, data):
    text = yace_files.MINIMAL
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 30))
        text = (
            text[:start]
            + data.draw(st.text("[]{}:,-&*!|>'\"#% \n\t0e.~", max_size=4))
            + (text[start + length :])
        )
    path = tmp_path / "x.yace"
    path.write_text(text)
    try:
        read_yace_file(path)
    except ModelFileError:
        return


# Files as accidents and attackers make them

BASES = (
    yace_files.MINIMAL,
    pacemaker_files.BBASIS,
    pacemaker_files.ACE,
    pacemaker_files.SPLINES,
    yace_files.MINIMAL,
    yace_files.text(yace_files.invented_polynomial()),
    yace_files.MINIMAL,
    yace_files.text(yace_files.invented(["Al", "Ni"], mode="zbl", inner=(2.2, 0.6), order=2)),
)
ALL = 4 * MANY // 3
"""Inputs of the slow run, a quarter of them files of pacemaker that are not `.yace`."""


def assert_error_or_result(path, content):
    """Anything else is an error of another kind, or a warning, which is an error in tests."""
    path.write_bytes(content)
    try:
        potential = load(path)
        potential.predict(Atoms([potential.species[0]] * 4, ATOMS.positions))
    except (ModelFileError, DataError):
        return


def run(path, seeds):
    for seed in seeds:
        content = mutated_text(Random(seed), BASES[seed % len(BASES)].encode())
        try:
            with guarded():
                assert_error_or_result(path, content)
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")


@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
def test_mutated_files(tmp_path):
    run(tmp_path / "x.yace", range(500))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::potlearn.errors.PotlearnWarning")
@pytest.mark.parametrize("part", range(10))
def test_many_mutated_files(tmp_path, part):
    run(tmp_path / "x.yace", range(1000 + part * ALL // 10, 1000 + (part + 1) * ALL // 10))


HUGE = "9" * 5000
HOSTILE = {
    "5000 digits": ("ns: [2]", f"ns: [{HUGE}]", "expected integers .* at most 9 digits"),
    "an integer of 65 bits": ("1, 1, -2]", "1, 18446744073709551616, -2]", "at most 9 digits"),
    "5000 digits of a real": ("rcut: 5.0", f"rcut: {HUGE}", "rcut: .* got inf"),
    "5000 digits and a letter": ("ctildes: [0.8]", f"ctildes: [{HUGE}x]", "expected numbers"),
    "a huge cutoff": ("rcut: 5.0", "rcut: 1.8e19", "rcut: expected a length from 0.01 to 100"),
    "a huge number": ("ctildes: [0.8]", "ctildes: [1e200]", "numbers of size 1e\\+30 at most"),
    "many radial functions": ("nradmax: 1", "nradmax: 999999999", "expected 999999999 entries"),
    "many densities": ("{ndensity: 1,", "{ndensity: 999999999,", "FS_parameters: expected"),
    "many factors": ("rank: 1,", "rank: 999999999,", "mus: expected 999999999 numbers"),
    "a width that is nearly none": ("dcut: 0.01", "dcut: 1e-300", "dcut: expected zero or 1e-06"),
    "a steep embedding": ("[1.0, 1.0], npoti", "[1.0, 1e6], npoti", "exponents from 0.001 to 100"),
    "a decay that overflows": ("[3.0]", "[-1e30]", "finite radial functions"),
    "an element that is none": ("[Cu]", "[Unobtainium]", "expected a chemical symbol"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_values(tmp_path, what):
    old, new, message = HOSTILE[what]
    assert old in yace_files.MINIMAL
    path = tmp_path / "x.yace"
    path.write_text(yace_files.MINIMAL.replace(old, new, 1))
    with pytest.raises(ModelFileError, match=message):
        load(path).predict(Atoms("Cu4", ATOMS.positions))


def test_energies_that_overflow(tmp_path):
    path = tmp_path / "x.yace"
    text = yace_files.MINIMAL.replace("ctildes: [0.8]", "ctildes: [1e30]")
    path.write_text(text.replace("[1.0, 1.0], npoti", "[1.0, 99.0], npoti"))
    with pytest.raises(ModelFileError, match=r"energies or forces .* are not finite numbers"):
        load(path).predict(Atoms("Cu4", ATOMS.positions))


def test_a_thousand_million_laughs(tmp_path):
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 10)]
    path = tmp_path / "x.yace"
    path.write_text("\n".join(lines) + "\n" + yace_files.MINIMAL)
    with pytest.raises(ModelFileError, match=r"aliases expand it to .* expected at most"):
        load(path)
    shared = yace_files.MINIMAL.replace("[-1.5]", "&e [-1.5]") + "comment: [*e, *e]\n"
    path.write_text(shared)
    assert load(path).species == ("Cu",)
