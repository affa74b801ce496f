"""The output folder: whole files, one run, nothing of others."""

import json

import pytest

from potlearn.tasks import OutputFolder

RESULTS = ("model", "numbers.json", "page.html", "figures")


def listed(path):
    return sorted(p.name for p in path.iterdir())


def filled(path, names=RESULTS):
    """A folder with results of an earlier run, and a file of somebody else."""
    for name in names:
        if name == "figures":
            (path / name).mkdir()
            (path / name / "old.png").write_text("old")
        else:
            (path / name).write_text("old")
    (path / "mine.txt").write_text("mine")
    return path


def test_it_records_what_was_written(tmp_path):
    with OutputFolder(tmp_path / "a" / "b", RESULTS) as folder:
        assert folder.files == ()
        with folder.file("model") as path:
            path.write_text("new")
            assert not (folder.path / "model").exists()
        folder.write_json("numbers.json", {"x": 1.5})
        with folder.subfolder("figures") as path:
            (path / "new.png").write_text("new")
            assert not (folder.path / "figures").exists()
    assert folder.files == ("model", "numbers.json", "figures")
    assert listed(folder.path) == ["figures", "model", "numbers.json"]
    assert json.loads((folder.path / "numbers.json").read_text()) == {"x": 1.5}
    assert listed(folder.path / "figures") == ["new.png"]


def test_results_of_an_earlier_run_go_with_the_first_new_one(tmp_path):
    with OutputFolder(filled(tmp_path), RESULTS) as folder:
        assert listed(tmp_path) == ["figures", "mine.txt", "model", "numbers.json", "page.html"]
        folder.write_text("numbers.json", "new")
        assert listed(tmp_path) == ["mine.txt", "numbers.json"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_folder_of_another_task_is_left_alone(tmp_path):
    with OutputFolder(filled(tmp_path, RESULTS[1:]), RESULTS) as folder:
        folder.write_text("numbers.json", "new")
    assert listed(tmp_path) == ["figures", "mine.txt", "numbers.json", "page.html"]


@pytest.mark.parametrize("name", ["model", "figures"])
def test_an_error_leaves_the_old_result(tmp_path, name):
    folder = OutputFolder(filled(tmp_path), RESULTS)
    place = folder.subfolder if name == "figures" else folder.file

    def fail():
        with place(name) as path:
            (path / "half" if name == "figures" else path).write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert folder.files == ()
    assert listed(tmp_path) == ["figures", "mine.txt", "model", "numbers.json", "page.html"]
    assert listed(tmp_path / "figures") == ["old.png"]


def test_working_files_go_at_the_end_of_a_good_run(tmp_path):
    for error in (KeyboardInterrupt, None):
        (tmp_path / "checkpoint-1").write_text("x")
        (tmp_path / "rows-1").mkdir(exist_ok=True)
        if error is None:
            with OutputFolder(tmp_path, RESULTS, ("checkpoint-*", "rows-*")):
                pass
        else:
            with pytest.raises(error), OutputFolder(tmp_path, RESULTS, ("checkpoint-*",)):
                raise error
            assert listed(tmp_path) == ["checkpoint-1", "rows-1"]
    assert listed(tmp_path) == []


def test_other_names_are_a_mistake_of_the_task(tmp_path):
    folder = OutputFolder(tmp_path, RESULTS)
    with pytest.raises(ValueError, match="'other' is not among the results model"):
        folder.write_text("other", "x")
    with pytest.raises(ValueError, match="JSON"):
        folder.write_json("numbers.json", {"x": float("nan")})
