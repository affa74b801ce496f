"""Mangled `.yace` files: a typed error, or a potential that is what the file says."""

import copy
from functools import cache

import numpy as np
import yace_files
from ase import Atoms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import ace_numpy

from potlearn.errors import DataError, ModelFileError
from potlearn.lammps import read_yace, read_yace_file

ATOMS = Atoms("AlNiAlNi", [[0, 0, 0], [1.93, 0.1, 0], [0.2, 2.31, 0.3], [1.1, 1.2, 1.91]])
FILES = {
    "distance": lambda: yace_files.invented(["Al", "Ni"], order=3, parameters=(1, 1, 0.5, 0.5)),
    "zbl": lambda: yace_files.invented(["Al", "Ni"], mode="zbl", inner=(2.2, 0.6), order=2),
    "density": lambda: yace_files.invented(["Al", "Ni"], "SBessel", "density", order=2),
}
VALUES = st.sampled_from(
    [0, 1, 2, -1, 3, 0.5, -0.5, 1e-5, 0.7, "x", "", "zbl", "density", "ChebPow", [], [1], {}, True]
)
FUZZ = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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
