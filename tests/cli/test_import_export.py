"""`potlearn import` and `potlearn export` of `.yace` files and tables."""

import numpy as np
import pytest
import yace_files
from ase import Atoms
from oracles import ace_numpy
from typer.testing import CliRunner

from potlearn.cli.app import app
from potlearn.lammps import read_yace
from potlearn.lammps.plugin import ExportedModel
from potlearn.potentials import load
from potlearn.potentials.pair import ZBL, Coulomb

FILE = yace_files.invented(("Si", "O"), mode="zbl", inner=(1.6, 0.5), parameters=(1, 1, 0.5, 0.5))
ATOMS = Atoms("SiOSi", [[0, 0, 0], [1.7, 0, 0.2], [0, 2.1, 0.4]])


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def imported(tmp_path):
    """A model made of an invented file."""
    path = tmp_path / "given.yace"
    path.write_text(yace_files.text(FILE))
    done = run("import", path, "--output", tmp_path / "x.potl")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(tmp_path / "x.potl")
    return tmp_path / "x.potl"


def test_import_evaluates_as_the_file_says(imported):
    found, expected = load(imported).predict(ATOMS), ace_numpy.evaluate(FILE, ATOMS)
    np.testing.assert_allclose(found.energies, expected.energies, atol=1e-10)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-7)


def test_export_and_import_again(imported, tmp_path):
    done = run("export", imported, "--to", "yace", "--output", tmp_path / "y")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(tmp_path / "y.yace")]
    again, first = read_yace(tmp_path / "y.yace"), load(imported)
    np.testing.assert_array_equal(again.predict(ATOMS).forces, first.predict(ATOMS).forces)


def test_export_of_a_sum(imported, tmp_path):
    total = load(imported) + ZBL(("Si", "O"), 1.0, 2.5) + Coulomb(("Si", "O"), 6.0, (0.2, -0.1))
    total.save(tmp_path / "sum.potl")
    done = run("export", tmp_path / "sum.potl", "--to", "yace", "--output", tmp_path / "s")
    names = [path.rsplit("/", 1)[-1] for path in done.stdout.split()]
    assert names == ["s.yace", "s.table", "s.in"]
    assert "hybrid/overlay pace table" in (tmp_path / "s.in").read_text()
    done = run("export", tmp_path / "sum.potl", "--to", "table", "--output", tmp_path / "t")
    assert done.stdout.split() == [str(tmp_path / "t.table")]
    assert (tmp_path / "t.table").read_text() == (tmp_path / "s.table").read_text()


def test_export_for_the_pair_style(tmp_path, monkeypatch):
    """One file of a sum, named by its species or as asked, with its ending or without."""
    monkeypatch.chdir(tmp_path)
    total = 0.5 * ZBL(("Si", "O"), 1.0, 2.5) + Coulomb(("Si", "O"), 6.0, (0.2, -0.1))
    total.save("sum.potl")
    for arguments, name in (
        ((), "SiO.potl-lammps"),
        (("--output", "x"), "x.potl-lammps"),
        (("--output", tmp_path / "y.potl-lammps"), str(tmp_path / "y.potl-lammps")),
    ):
        done = run("export", "sum.potl", "--to", "lammps", *arguments)
        assert done.exit_code == 0, done.output
        assert done.stdout.split() == [name]
        found = ExportedModel(name).predict(ATOMS).energies
        np.testing.assert_allclose(found, total.predict(ATOMS).energies, rtol=1e-11)


def test_export_does_not_replace_the_files_of_the_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SiO.yace").write_text(yace_files.text(FILE))
    before = (tmp_path / "SiO.yace").read_bytes()
    done = run("export", "SiO.yace", "--to", "yace")
    assert done.exit_code == 2
    assert "SiO... could replace SiO.yace" in done.stderr
    assert (tmp_path / "SiO.yace").read_bytes() == before


def test_import_sees_what_a_file_is(imported, tmp_path):
    """Names say nothing: the same files under other names."""
    (tmp_path / "given.txt").write_bytes((tmp_path / "given.yace").read_bytes())
    done = run("import", tmp_path / "given.txt", "--output", tmp_path / "y.potl")
    assert done.exit_code == 0, done.output
    expected = load(imported).predict(ATOMS).energies
    np.testing.assert_array_equal(load(tmp_path / "y.potl").predict(ATOMS).energies, expected)


def test_refused_imports(tmp_path):
    for name in ("a.yace", "b.yace"):
        (tmp_path / name).write_text(yace_files.MINIMAL)
    (tmp_path / "a.pod").write_text("species Ta\nthreebody_angular_degree 2\n")
    for names, message in (
        (["a.pod"], "POD parameters (_param.pod) alone; give the POD coefficients"),
        (["a.yace", "b.yace"], "expected one file, the file of pair_style pace (.yace); got 2"),
        (["a.yace", "a.pod"], "expected the files of one potential, got file of pair_style pace"),
        (["none.yace"], "none.yace: no such file"),
    ):
        files = [tmp_path / name for name in names]
        done = run("import", *files, "--output", tmp_path / "x")
        assert done.exit_code == 2
        assert message in done.stderr
    assert not (tmp_path / "x").exists()


def test_refused_exports(imported, tmp_path):
    ZBL(("Si",), 1.0, 2.5).save(tmp_path / "zbl.potl")
    for model, to, message in (
        (imported, "pod", "POD files hold a POD potential"),
        (imported, "lammps", "cannot hold a PacePotential"),
        (imported, "table", "expected a pair potential to tabulate"),
        (tmp_path / "zbl.potl", "yace", "expected a many-body potential for yace files"),
    ):
        done = run("export", model, "--to", to, "--output", tmp_path / "z")
        assert done.exit_code == 2
        assert message in done.stderr
    assert not list(tmp_path.glob("z*.y*"))
