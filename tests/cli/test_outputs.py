"""An output that cannot be written is found before the work: the data are not even looked for."""

import pytest
from typer.testing import CliRunner

from potlearn.cli.app import app

COMMANDS = {
    "fit": ["fit", "fit.yaml", "--output", "OUT"],
    "select": ["select", "absent.xyz", "-k", "2", "--output", "OUT/a.extxyz"],
    "descriptors": ["descriptors", "absent.xyz", "--output", "OUT/a.npz"],
    "evaluate": ["evaluate", "MODEL", "absent.xyz", "--output", "OUT"],
    "import": ["import", "absent.yace", "--output", "OUT/a.potl"],
    "export": ["export", "absent.potl", "--to", "yace", "--output", "OUT/a"],
    "study": ["study", "study.yaml", "--output", "OUT"],
    "init": ["init", "absent.xyz", "--output", "OUT/fit.yaml"],
}
FIT = """\
data: {file: absent.xyz}
descriptor: {family: ace, species: [Cu], cutoff: 4.0}
output: {folder: fitted}
"""
STUDY = """\
study: comparison
data: {files: absent.xyz}
descriptor: {family: ace, species: [Cu], cutoff: 4.0}
methods: [{method: random}]
sizes: [4]
output: {folder: compared}
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_before_the_work(tmp_path, monkeypatch, fitted, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("a file, not a folder")
    (tmp_path / "fit.yaml").write_text(FIT)
    (tmp_path / "study.yaml").write_text(STUDY)
    arguments = [
        part.replace("OUT", "file/out").replace("MODEL", str(fitted / "model.potl"))
        for part in COMMANDS[name]
    ]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "absent" not in done.output
    assert "Traceback" not in done.output
    assert "file" in done.output
    assert "Not a directory" in done.output
