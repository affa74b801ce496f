"""Reading `.yace` files: what is refused and how it is named, and YAML's traps."""

import os

import numpy as np
import pytest
import yace_files
from ase import Atoms
from oracles import ace_numpy

from potlearn.errors import ModelFileError
from potlearn.lammps import read_yace, read_yace_file

CLUSTER = Atoms("Cu3", positions=[[0, 0, 0], [2.5, 0, 0], [0, 2.6, 0.4]])
ENERGIES = [-1.630020867090815, -1.670756808330857, -1.649749277308060]


def read(folder, text):
    path = folder / "x.yace"
    path.write_text(text)
    return read_yace(path)


def test_the_minimal_file(tmp_path):
    found = read(tmp_path, yace_files.MINIMAL).predict(CLUSTER)
    np.testing.assert_allclose(found.energies, ENERGIES, atol=1e-10)
    np.testing.assert_allclose(
        found.forces[:2],
        [[0.212171118120, 0.167806606630, 0.025816401020],
         [-0.490106461710, 0.289052757333, 0.044469654974]],
        atol=1e-7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ctildes: [0.8]", "ctildes: [8e-1]"),
        ("ctildes: [0.8]", "ctildes: [.8]"),
        ("ctildes: [0.8]", "ctildes: &c [0.80000000000000004]"),
        ("prehc: 0.0", "prehc: 0"),
        ("deltaSplineBins: 0.001", "deltaSplineBins: 1e-3"),
        ("rcut: 5.0", "rcut: +5.0e0"),
        ("rcut_in: 0.0, dcut_in: 0.01, inner_cutoff_type: distance", "extra: [1, {2: 3}]"),
        (", inner_cutoff_type: distance", ""),
        ("[0, 0]: {nradmax", "? [0, 0]\n  : {nradmax"),
        ("E0: [-1.5]", "E0:\n- -1.5"),
        ("elements: [Cu]", "elements: ['Cu']\nmetadata: {by: someone}"),
    ],
)
def test_other_ways_to_write_the_same(tmp_path, old, new):
    assert old in yace_files.MINIMAL
    found = read(tmp_path, yace_files.MINIMAL.replace(old, new)).predict(CLUSTER)
    np.testing.assert_allclose(found.energies, ENERGIES, atol=1e-10)


def test_an_element_that_yaml_takes_for_a_truth_value(tmp_path):
    potential = read(tmp_path, yace_files.MINIMAL.replace("[Cu]", "[No]"))
    assert potential.species == ("No",)


REFUSED = {
    "missing key": ("E0: [-1.5]\n", "", "no key 'E0'"),
    "missing key of a function": (", ls: [0]", "", r"functions\[0\]\[0\]: no key 'ls'"),
    "missing key of a bond": (", dcut: 0.01", "", r"bonds\[0, 0\]: no key 'dcut'"),
    "unknown radial name": (
        "ChebExpCos", "ChebExpSin", r"bonds\[0, 0\].radbasename: expected one of .* got ChebExpSin"
    ),
    "unknown embedding": ("FinnisSinclair", "Finnis", r"embeddings\[0\].npoti: .* got Finnis"),
    "unknown inner cutoff": ("type: distance", "type: inner", "inner_cutoff_type: .* got inner"),
    "no element": ("[Cu]", "[Qq]", r"elements\[0\]: expected a chemical symbol, got 'Qq'"),
    "element twice": ("[Cu]", "[Cu, Cu]", r"elements\[1\]: expected every species once, got 'Cu'"),
    "element without E0": ("[Cu]", "[Cu, Zr]", "embeddings: no entry for species 1"),
    "unequal lists": ("ns: [1, 1], ls", "ns: [1], ls", r"functions\[0\]\[1\].ns: .* 2 .*, got 1"),
    "unequal combinations": (
        "1, -1], ctildes", "1], ctildes", r"functions\[0\]\[1\].ms_combs: expected 4 .*, got 3"
    ),
    "unequal coefficients": (
        ", 0.34641016151377546", "", r"functions\[0\]\[1\].ctildes: expected 2 .*, got 1"
    ),
    "n beyond nradbasemax": ("ns: [2]", "ns: [3]", r"\[0\]\[0\].ns\[0\]: expected 1 to 2 .*got 3"),
    "n of nought": ("ns: [2]", "ns: [0]", r"functions\[0\]\[0\].ns\[0\]: .* got 0"),
    "n beyond nradmax": ("ns: [1, 1], ls", "ns: [1, 2], ls", r"\[1\].ns\[1\]: .*nradmax.* got 2"),
    "l beyond lmax": ("ls: [1, 1, 2]", "ls: [1, 1, 3]", r"\[0\]\[2\].ls\[2\]: .*lmax.* got 3"),
    "m beyond l": ("1, 1, -2]", "2, 0, -2]", r"functions\[0\]\[2\].ms_combs: expected |m| up to"),
    "sum of m": ("0, 0, 1, -1]", "0, 0, 1, 1]", r"\[1\].ms_combs: .* sum 0, got \[0, 2\]"),
    "unknown species": ("mus: [0, 0], ", "mus: [0, 1], ", r"functions\[0\]\[1\].mus\[1\]: .*got 1"),
    "species clash": ("- {mu0: 0", "- {mu0: 1", r"functions\[0\]\[0\].mu0: expected 0, got 1"),
    "foreign pair": ("[0, 0]: {", "[0, 1]: {", r"bonds: expected pairs of species 0 to 0"),
    "foreign species": ("functions:\n  0:", "functions:\n  1:", "functions: no entry for"),
    "a number that is none": ("[0.8]", "[zero]", r"ctildes: expected numbers, got 'zero'"),
    "a number with underscores": ("[0.8]", "[1_0.8]", "expected numbers, got '1_0.8'"),
    "a sexagesimal number": ("rcut: 5.0", "rcut: 5:00", "rcut: expected numbers, got '5:00'"),
    "an octal number": ("ns: [2]", "ns: [02]", r"ns: expected integers .* got '02'"),
    "not a number": ("[0.8]", "[.nan]", r"functions\[0\]\[0\].ctildes: expected numbers"),
    "infinite": ("[0.8]", "[1.0e999]", r"functions\[0\]\[0\].ctildes: expected finite numbers"),
    "nothing": ("rcut: 5.0", "rcut: ", r"bonds\[0, 0\].rcut: expected numbers, got ''"),
    "no rank": ("rank: 1,", "rank: one,", r"functions\[0\]\[0\].rank: expected integers"),
    "negative rank": ("rank: 1,", "rank: -1,", r"functions\[0\]\[0\]"),
    "wrong density count": ("{ndensity: 1,", "{ndensity: 2,", "FS_parameters: expected 4 .* got 2"),
    "density of a function": (
        "rank: 1, ndensity: 1", "rank: 1, ndensity: 2", r"\[0\]\[0\].ctildes: expected 2"
    ),
    "shape of coefficients": ("nradmax: 1", "nradmax: 2", "radcoefficients: expected 2 entries"),
    "inner shape": ("[0.0, 1.0]]]", "[0.0]]]", r"radcoefficients\[0\]\[2\]: expected 2 .* got 1"),
    "a word for a list": ("[0.8]", "0.8", "ctildes: expected a list of numbers, got '0.8'"),
    "a list for a mapping": ("functions:\n  0:", "functions:", "functions: expected a mapping"),
    "negative cutoff": ("rcut: 5.0", "rcut: -5.0", "rcut: expected a positive number, got -5.0"),
    "no decay": ("radparameters: [3.0]", "radparameters: []", "radparameters: expected a first"),
    "key twice": ("elements: [Cu]", "elements: [Cu]\nelements: [Cu]", "line 3: key 'elements'"),
    "function key twice": ("mu0: 0, rank: 1", "mu0: 0, mu0: 0, rank: 1", "'mu0' is given twice"),
    "an alias to itself": ("E0: [-1.5]", "E0: &e [*e]", "refers to itself"),
    "two documents": ("# comments", "--- 1\n--- 2\n# comments", "no YAML: .*document"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(tmp_path, what):
    old, new, message = REFUSED[what]
    assert old in yace_files.MINIMAL
    with pytest.raises(ModelFileError, match=message) as caught:
        read(tmp_path, yace_files.MINIMAL.replace(old, new, 1))
    assert "x.yace" in str(caught.value)


def test_an_omitted_species_is_named(tmp_path):
    file = yace_files.invented(["Al", "Ni"], order=2)
    del file["functions"][1]
    with pytest.raises(ModelFileError, match=r"no entry for species 1; .* without functions has"):
        read(tmp_path, yace_files.text(file))
    file["functions"][1] = []
    found = read(tmp_path, yace_files.text(file)).predict(Atoms("AlNi", [[0, 0, 0], [0, 0, 2]]))
    expected = ace_numpy.evaluate(file, Atoms("AlNi", [[0, 0, 0], [0, 0, 2]]))
    np.testing.assert_allclose(found.energies, expected.energies, atol=1e-10)


def test_a_missing_order_of_a_pair_is_named(tmp_path):
    file = yace_files.invented(["Al", "Ni"], order=2)
    del file["bonds"][1, 0]
    with pytest.raises(ModelFileError, match=r"bonds: expected an entry for \[1, 0\]"):
        read(tmp_path, yace_files.text(file))


def test_the_last_bond_says_what_inner_cutoffs_do(tmp_path):
    file = yace_files.invented(["Al", "Ni"], order=2, mode="density")
    file["bonds"][0, 0]["inner_cutoff_type"] = "zbl"
    atoms = Atoms("AlAlNi", [[0, 0, 0], [0, 0, 1.1], [0, 1.6, 0]])
    found = read(tmp_path, yace_files.text(file)).predict(atoms)
    expected = ace_numpy.evaluate(file, atoms)
    np.testing.assert_allclose(found.energies, expected.energies, atol=1e-10)


def test_nothing_in_a_file_is_executed(tmp_path):
    mark = tmp_path / "executed"
    for tag in ("!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir", "!run"):
        text = yace_files.MINIMAL.replace("E0: [-1.5]", f"E0: {tag} ['{mark}']")
        with pytest.raises(ModelFileError, match=r"tag .* has no place"):
            read(tmp_path, text)
    assert not os.path.exists(mark)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"a: \x00", "no YAML"),
        (b"[" * 100_000, "no YAML: .*depth"),
        (b"- 1\n- 2\n", "expected a mapping"),
        (b"{[[1]]: 2}", "expected a word or a list of numbers as key"),
        (b"\tx: 1", "no YAML"),
    ],
)
def test_files_that_are_no_potentials(tmp_path, content, message):
    path = tmp_path / "x.yace"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        read_yace_file(path)
    with pytest.raises(ModelFileError, match="no such file"):
        read_yace_file(tmp_path / "none.yace")


def test_truncations_are_errors(tmp_path):
    """All but those after a whole function of the last species: the format has no end mark."""
    text = yace_files.MINIMAL.rstrip()
    path = tmp_path / "x.yace"
    first = text.index("    - {mu0")
    for end in range(1, len(text)):
        if end > first and text[:end].rstrip(" -\n").endswith("}"):
            continue
        path.write_text(text[:end])
        with pytest.raises(ModelFileError):
            read_yace_file(path)
