"""Extended XYZ as other programs, other machines and people write it: read right, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from configurations import write

import potlearn.data as pd
from potlearn.data.keyvalue import parse_comment
from potlearn.errors import DataError

CELL = '"7.2 0 0 1 3.6 0 0 2 3.5"'
VECTORS = [[7.2, 0, 0], [1, 3.6, 0], [0, 2, 3.5]]
COLUMNS = "Properties=species:S:1:pos:R:3:forces:R:3"
ATOM = "Cu 0.5 0 0 0.1 0.2 0.3"


def read(tmp_path, comment, atom=ATOM, count="1"):
    """The dataset of one configuration of one atom."""
    return pd.read(write(tmp_path / "a.xyz", f"{count}\n{comment}\n{atom}\n"))


@pytest.mark.parametrize(
    ("comment", "pbc"),
    [
        (f"lattice={CELL} {COLUMNS}", True),
        (f"LATTICE={CELL} {COLUMNS.replace('Prop', 'prop')}", True),
        (f"Lattice={CELL} {COLUMNS.replace('Prop', 'PROP')}", True),
        (f'lattice={CELL} {COLUMNS} PBC="T F T"', [True, False, True]),
        (f"Lattice={CELL} lattice={CELL} {COLUMNS}", True),
        (f"Lattice=[[7.2, 0, 0], [1, 3.6, 0], [0, 2, 3.5]] {COLUMNS}", True),
        (f'Lattice="[[7.2, 0, 0], [1, 3.6, 0], [0, 2, 3.5]]" {COLUMNS}', True),
        (f"Lattice = {CELL} {COLUMNS}", True),
        (f'Lattice="7.2D0 0.D0 0 1 3.6 0 0 2 3.5E+00" {COLUMNS}', True),
    ],
)
def test_a_cell_is_found_however_it_is_written(tmp_path, comment, pbc):
    data = read(tmp_path, comment)
    assert data[0].cell.tolist() == VECTORS
    assert (data[0].pbc == pbc).all()
    assert data[0].get_forces().tolist() == [[0.1, 0.2, 0.3]]


def test_three_numbers_of_lattice_are_a_rectangular_box(tmp_path):
    data = read(tmp_path, f'Lattice="7.2 3.6 3.5" {COLUMNS}')
    assert data[0].cell.tolist() == np.diag([7.2, 3.6, 3.5]).tolist()
    assert data[0].pbc.all()


@pytest.mark.parametrize("comment", ["", "lattice parameter of the stress test", "all PBC gone"])
def test_words_of_a_free_comment_are_no_special_keys(tmp_path, comment):
    assert not read(tmp_path, comment, "Cu 0 0 0")[0].pbc.any()


@pytest.mark.parametrize(
    "comment",
    [
        f"cell={CELL}",
        f"Cell={CELL}",
        f"unit_cell={CELL}",
        f"Latice={CELL}",
        "# CELL(abcABC): 20.0 20.0 20.0 90.0 90.0 90.0  Step: 0 positions{atomic_unit}",
        f"Lettice={CELL}",
        "box=[[7, 0, 0], [0, 3, 0], [0, 0, 3]]",
        'CELL="7.2 3.6 3.5 90 90 120"',
        'box="7.2 3.6 3.5"',
        "Lattice: 7.2 0 0 1 3.6 0 0 2 3.5",
        "cell (7.2 0 0) (1 3.6 0) (0 2 3.5)",
    ],
)
def test_a_crystal_whose_cell_is_not_understood_is_no_cluster(tmp_path, comment):
    with pytest.raises(DataError, match=r"a.xyz:0: .* looks like a cell.*write Lattice="):
        read(tmp_path, f"{comment} {COLUMNS}")
    assert not read(tmp_path, f'{comment} {COLUMNS} pbc="F F F"')[0].pbc.any()


def test_tensors_of_molecules_are_no_cells(tmp_path):
    comment = (
        f'polarizability="1 0 0 0 1 0 0 0 1" cell_index=3 virial="1 0 0 0 1 0 0 0 1" {COLUMNS}'
    )
    assert not read(tmp_path, comment)[0].pbc.any()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        (
            f"config_type= Lattice={CELL}",
            "a.xyz:0: key 'config_type' has no value in 'config_type=",
        ),
        (f"energy= Lattice={CELL}", "key 'energy' has no value"),
        (f"pbc=\t Lattice={CELL}", "key 'pbc' has no value"),
        (f"Lattice= energy=1 pbc={CELL}", "key 'Lattice' has no value"),
        ("energy=1 Lattice=", "Lattice needs 9 or 3 numbers, got ''"),
        ('Lattice=""', "Lattice needs 9 or 3 numbers, got ''"),
        ('stress=""', "stress needs 9 or 6 numbers, got ''"),
        ('pbc=""', "pbc is ''; expected three of T and F"),
        ('Properties=""', "Properties='' is not a list"),
        ('energy=""', "energy .* is ''; expected numbers"),
        (f'Lattice={CELL} lattice="1 0 0 0 1 0 0 0 2"', "Lattice and lattice are both given and d"),
        ("energy=1 energy = 2", "a key occurs twice, 'energy'"),
        ("energy=0,687776", "energy is '0,687776'.*decimal comma"),
        ('stress="0,1 0,2 0,3 0,4 0,5 0,6"', "stress needs 9 or 6 numbers.*decimal comma"),
        ("energy=1_000", "energy .* is '1_000'; expected numbers"),
        ("energy=0x1F", "energy .* is '0x1F'; expected numbers"),
        ("energy=−1.5", "energy .* is '−1.5'; expected numbers"),
        ("energy=１２", "energy .* is '１２'; expected numbers"),
        (f"energy={'9' * 5000}", "energy .* is '9999.*; expected numbers"),
        (f"x='_JSON {'9' * 5000}'", "value of x is not JSON"),
        ("Properties=species:S:1:pos:R:３", "Properties holds 'pos:R:３'"),
        (f"Properties=species:S:{'9' * 5000}:pos:R:3", "Properties holds 'species:S:9999"),
        ("Properties=Z:R:1:species:S:1:pos:R:3", "declares atomic numbers that are not Z:I:1"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(tmp_path, comment, message):
    with pytest.raises(DataError, match=f"a.xyz:0: .*{message}|{message}"):
        read(tmp_path, comment, "Cu 0 0 0")


@pytest.mark.parametrize(
    ("atom", "message"),
    [
        ("Cu 1_0 0 0", "positions of atom 0 is '1_0'; expected a real number"),
        ("Cu 0,5 0 0", "positions of atom 0 is '0,5'; expected a real number; is this a decimal"),
        ("Cu −1 0 0", "positions of atom 0 is '−1'; expected a real number; write digits, sign"),
        ("Cu １ 0 0", "positions of atom 0 is '１'"),
        ("Cu 0x1 0 0", "positions of atom 0 is '0x1'"),
        ("Cu nan 0 0", "position of atom 0 is not finite"),
        ("Cu -Infinity 0 0", "position of atom 0 is not finite"),
        ("Cu 1.0-101 0 0", "positions of atom 0 is '1.0-101'"),
        (f"Cu {'9' * 5000} 0 0", "position of atom 0 is not finite"),
        ("Cu ******* 0 0", "positions of atom 0 is '[*]+'"),
    ],
)
def test_a_position_that_is_no_number_is_refused(tmp_path, atom, message):
    with pytest.raises(DataError, match=f"a.xyz:0: {message}"):
        read(tmp_path, "energy=1", atom)


def test_exponents_of_fortran_are_read(tmp_path):
    data = read(tmp_path, f"energy=6.87775985D-01 {COLUMNS}", "Cu 1.D0 -2.5d-1 0 1D2 0.1D0 0")
    assert data.energies.tolist() == [0.687775985]
    assert data[0].positions.tolist() == [[1, -0.25, 0]]
    assert data[0].get_forces().tolist() == [[100, 0.1, 0]]
    assert parse_comment("phase=1D2 name=3d1", "x:0") == {"phase": "1D2", "name": "3d1"}


def test_arrays_of_arrays_are_two_dimensional():
    info = parse_comment('a=[[1, 2], [3, 4.5]] b=[[1], [2, 3]] c="x=[[1, 2], [3, 4]]"', "x:0")
    assert info["a"].tolist() == [[1, 2], [3, 4.5]]
    assert info["b"] == "[[1], [2, 3]]"
    assert info["c"] == "x=[[1, 2], [3, 4]]"


def test_species_and_atomic_numbers_must_agree(tmp_path):
    columns = "Properties=species:S:1:pos:R:3:Z:I:1"
    assert read(tmp_path, columns, "Cu1 0 0 0 29")[0].numbers.tolist() == [29]
    with pytest.raises(DataError, match="atom 0 is 'Cu', but its column Z is 28"):
        read(tmp_path, columns, "Cu 0 0 0 28")


TEXT = f"1\nenergy=-1.5 {COLUMNS}\n{ATOM}\n1\nenergy=2 {COLUMNS}\n{ATOM}\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        2 * (b"\xef\xbb\xbf" + TEXT.encode()),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace(" ", "\t").encode(),
        TEXT.replace(" ", "\u00a0").encode(),
        TEXT.replace("\n", " \t \n").encode(),
        ("\n" + TEXT + "\n\n").encode(),
    ],
    ids=["byte-order mark", "two marks", "CRLF", "tabs", "no-break spaces", "blanks", "lines"],
)
def test_other_line_ends_blanks_and_marks_change_nothing(tmp_path, content):
    path = tmp_path / "a.xyz"
    path.write_bytes(content)
    data = pd.read(path)
    assert data.energies[:2].tolist() == [-1.5, 2.0]
    again = pd.read(path)[[*range(len(data))][-1]]
    assert again.get_forces().tolist() == [[0.1, 0.2, 0.3]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TEXT.encode("utf-16"), "is this UTF-16 text, or no text.*iconv -f UTF-16 -t UTF-8"),
        (TEXT.encode("utf-16-le"), "is this UTF-16 text, or no text"),
        (TEXT.replace("\n", "\r").encode(), "are lines ended by CR alone.*tr"),
        (TEXT.replace("energy", "Å energy").encode("latin-1"), "not UTF-8 text: byte 0xc5 at"),
        (TEXT.replace("1\n", "１\n", 1).encode(), "expected the number of atoms, got '１'"),
        (TEXT.replace("1\n", "1_0\n", 1).encode(), "expected the number of atoms, got '1_0'"),
        (b"9" * 5000 + TEXT.encode(), "expected the number of atoms, got '9999"),
    ],
)
def test_other_encodings_are_refused_in_words(tmp_path, content, message):
    path = tmp_path / "a.xyz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"a.xyz:0: .*{message}"):
        pd.read(path)
