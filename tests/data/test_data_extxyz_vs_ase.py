"""The extended XYZ parser against ASE's."""

from __future__ import annotations

import io

import ase.io
import numpy as np
import pytest
from ase.calculators.calculator import all_properties
from ase.io import extxyz as oracle
from configurations import write

import potlearn.data as pd
from potlearn.data.frames import PER_ATOM, PER_CONFIGURATION
from potlearn.data.keyvalue import parse_comment

COMMENTS = [
    "a=1 b=-2.5 c=word",
    'name="two words" x="1 2 3" y="1.0 2 3"',
    "flag other=T third=F mixed='T F T'",
    "old={1 2 3} new=[1,2,3] text={a b}",
    r'escaped="a \"quoted\" word" n=3',
    "spaced = 4 tight=5",
    'json="_JSON {\\"a\\": [1, 2]}" n=1',
    'plain="_JSON [[1, 2], [3, 4]]"',
    "url=http://x.org/?a=b&c=d big=123456789012345678901234567890",
    'virial="1 2 3 2 4 5 3 5 6" Lattice="1 0 0 0 2 0 0.5 0 3"',
    'REF_stress="1 2 3 4 5 6 7 8 9" e=1e-3 d=nan',
    "Cubic bulk silicon cell",
    "uid=77 kept=1",
    "",
]


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(
            a, b, equal_nan=np.asarray(a).dtype.kind == "f"
        )
    return type(a) is type(b) and (a == b or a != a)


@pytest.mark.parametrize("line", COMMENTS)
def test_comment_line_equals_ase(line):
    expected = oracle.key_val_str_to_dict(line) if line else {}
    got = parse_comment(line, "x:0")
    assert list(got) == list(expected)
    assert all(same(got[key], expected[key]) for key in expected), (got, expected)


FRAMES = {
    "plain xyz": "2\ncomment\nSi 0 0 0\nge 1.5 0 0\n",
    "numbers": '1\nProperties=Z:I:1:pos:R:3 pbc="T F T" Lattice="2 0 0 0 2 0 0 0 2"\n14 0 0 1\n',
    "columns": (
        "2\nProperties=species:S:1:pos:R:3:tags:I:1:mass:R:1:ok:L:1:name:S:1:vel:R:2\n"
        "H 0 0 0 1 1.5 T one 0.5 0.6\nO 0 0 1 2 16 F two 0.7 0.8\n"
    ),
    "constraints": "2\nProperties=species:S:1:pos:R:3:move_mask:L:1\nH 0 0 0 T\nH 0 0 1 F\n",
    "constraints3": "1\nProperties=species:S:1:pos:R:3:move_mask:L:3\nH 0 0 0 T F T\n",
    "results": (
        "1\nProperties=species:S:1:pos:R:3:magmoms:R:1:charge:R:1 magmom=2.0 energy=-1 "
        'dipole="0 0 1" free_energy=-1.5\nFe 0 0 0 2.0 0.5\n'
    ),
    "velocities": "1\nProperties=species:S:1:pos:R:3:momenta:R:3\nH 0 0 0 1 2 3\n",
    "vec": "1\nno_cell\nH 0 0 0\nVEC1 3 0 0\nVEC2 0 3 0\nVEC3 0 0 3\n",
}


@pytest.mark.parametrize("text", FRAMES.values(), ids=FRAMES.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_frame_equals_ase(text, newline, tmp_path):
    path = tmp_path / "a.extxyz"
    path.write_bytes(text.replace("\n", newline).encode())
    expected = ase.io.read(io.StringIO(text), format="extxyz")
    got = pd.read(path)[0]
    assert (got.numbers == expected.numbers).all()
    assert np.array_equal(got.positions, expected.positions)
    assert np.array_equal(got.cell, expected.cell)
    assert (got.pbc == expected.pbc).all()
    assert set(got.arrays) == set(expected.arrays)
    for name, value in expected.arrays.items():
        assert np.array_equal(got.arrays[name], value), name
    assert repr(got.constraints) == repr(expected.constraints)
    results = expected.calc.results if expected.calc else {}
    assert (got.calc.results if got.calc else {}).keys() == results.keys()
    if "VEC" not in text:
        assert got.info == expected.info


def test_result_names_are_those_of_ase():
    assert set(oracle.per_atom_properties) == PER_ATOM
    assert set(oracle.per_config_properties) == PER_CONFIGURATION
    assert set(all_properties) == PER_ATOM | PER_CONFIGURATION


def test_several_frames_and_blank_lines(tmp_path):
    one = "1\nenergy={}\nH 0 0 0\n"
    path = write(tmp_path / "a.xyz", one.format(1) + "\n" + one.format(2) + "\n\n")
    assert pd.read(path).energies.tolist() == [1.0, 2.0]
