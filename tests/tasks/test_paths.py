"""What a fit gives to others says where it came from, and nothing of the user's folders."""

import zipfile

import potlearn as pl
from potlearn.cli.config_file import load_config


def members(path):
    """Content of a file, or of the members of a zip, by name."""
    if not zipfile.is_zipfile(path):
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}


def test_what_is_given_to_others_holds_no_path_of_the_user(copper, tmp_path):
    settings = [f"output.folder={tmp_path / 'out'}", "output.check_labels=false"]
    outcome = pl.tasks.fit(load_config(copper / "fit.yaml", settings))
    # The user's own: the same fit again from any working directory, and where each row came from.
    own = {"config.yaml", "predictions_test.extxyz"}
    files = [p for p in outcome.folder.rglob("*") if p.is_file() and p.name not in own]
    contents = {name: text for path in files for name, text in members(path).items()}
    assert {"model.potl/potential.json", "report.html", "metrics.json"} <= set(contents)
    for folder in (copper, tmp_path):
        assert not [name for name, text in contents.items() if str(folder).encode() in text]


def test_a_model_names_its_files_and_the_content_of_its_data(copper, fitted):
    origin = pl.load(fitted / "model.potl").metadata
    assert origin["fit"]["data"]["file"] == "copper.extxyz"
    assert origin["fit"]["output"]["folder"] == "fitted"
    train = pl.data.read(copper / "copper.extxyz")
    assert len(origin["train"]) == len(train.content_key()) == 32
