"""Labels in a database of PostgreSQL."""

import pytest
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app
from potlearn.errors import DataError, OutputError
from potlearn.workflows.labels import CalculatorSpec, label, summarise


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_labels_are_kept_and_found(url, frames):
    spec = CalculatorSpec("calculators:faulty", {"fault": "nan"})
    first = label(frames, spec, url)
    assert (first.n_calculated, len(first.failed)) == (5, 1)
    again = label(frames, spec, url)
    assert (again.n_calculated, again.frames, again.failed) == (0, first.frames, first.failed)
    found = summarise(url)
    assert (found.n_done, found.n_failed, found.n_planned) == (4, 1, 0)


def test_a_server_that_does_not_answer_is_named_without_its_password(frames):
    pytest.importorskip("psycopg2")
    with pytest.raises(OutputError, match=r"postgresql://127\.0\.0\.1:1/x: .*refused") as caught:
        label(frames, CalculatorSpec("emt"), "postgresql://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_a_database_of_a_server_is_data(url, frames, tmp_path):
    found = label(frames, CalculatorSpec("calculators:faulty", {"fault": "raises"}), url)
    data, notes = pl.data.read_with_notes(url)
    assert len(data) >= 4
    assert any("SCFError: the density oscillates" in note for note in notes)
    energies = {round(float(energy), 9) for energy in data.energies}
    assert {round(atoms.info["REF_energy"], 9) for atoms in found.frames} <= energies
    descriptor = "descriptor={family: ace, species: [Cu], cutoff: 4.0, order: 2, degree: [4, 3]}"
    given = ["fit", url, "--set", descriptor, "--no-report", "--output", str(tmp_path / "fit")]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert pl.load(tmp_path / "fit" / "model.potl").species == ("Cu",)
    secret = url.replace(":@", ":secret@")  # the server asks for none
    given = [secret if each == url else each for each in given]
    done = CliRunner().invoke(app, [*given[:-1], str(tmp_path / "secret")])
    assert done.exit_code == 0, done.output
    texts = [path.read_text() for path in (tmp_path / "secret").glob("*.*ml")]
    assert len(texts) > 1
    assert not any("secret@" in text for text in (done.output, *texts))


def test_data_of_a_server_that_does_not_answer(tmp_path):
    pytest.importorskip("psycopg2")
    secret = "postgresql://me:secret@127.0.0.1:1/x"
    with pytest.raises(DataError, match=r"postgresql://127\.0\.0\.1:1/x: .*refused") as caught:
        pl.read(secret)
    assert "secret" not in str(caught.value)
    done = CliRunner().invoke(app, ["inspect", secret])
    assert done.exit_code == 2
    assert "secret" not in done.output
    assert "refused" in done.output
