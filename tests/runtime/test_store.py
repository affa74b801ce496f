"""Files that are replaced whole, journals with torn lines, and content keys."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from potlearn.errors import DataError, PotlearnError
from potlearn.runtime import (
    Journal,
    array_key,
    content_key,
    replacing,
    write_json,
    write_text,
)


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".txt"
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_after_an_error_the_old_file_stays(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_on_the_disk_before_the_name(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    write_text(tmp_path / "a", "text")
    assert calls == ["fsync", "replace"]


def test_a_link_and_the_rights_of_new_files_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    write_text(link, "text")
    assert link.is_symlink()
    assert target.read_text() == "text"
    (tmp_path / "plain").write_text("")
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_device_is_written_in_place():
    write_text("/dev/null", "text")
    assert not Path("/dev/null").is_file()


def test_json_is_strict(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"x": 1.5, "name": None})
    assert json.loads(path.read_text()) == {"x": 1.5, "name": None}
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, {"x": float("nan")})
    assert path.exists()


CONTENT = {"data": "a", "shape": (3, 2)}


def journal(path, content=CONTENT):
    return Journal.open(path, content, "matrix", DataError)


def test_a_journal_continues(tmp_path):
    path = tmp_path / "deep" / "a.journal"
    first = journal(path)
    first.add({"chunk": 0}, {"chunk": 1})
    first.add({"chunk": 2, "text": "Å\n"})
    again = journal(path)
    assert again.entries == first.entries
    assert [entry["chunk"] for entry in again.entries] == [0, 1, 2]
    assert Journal.read(path, DataError).content == {"data": "a", "shape": [3, 2]}


@pytest.mark.parametrize("torn", ['{"chunk": 1', '{"chunk": 1}', "4", "\0\0\0"])
def test_torn_lines_do_not_count(tmp_path, torn):
    path = tmp_path / "a"
    journal(path).add({"chunk": 0})
    with path.open("a") as file:
        file.write(torn)
    whole = torn.endswith("}")  # all but the end of the line has reached the disk
    again = journal(path)
    again.add({"chunk": 5})
    expected = [{"chunk": 0}, *([{"chunk": 1}] if whole else []), {"chunk": 5}]
    assert again.entries == journal(path).entries == expected


def test_entries_are_on_the_disk_when_they_are_added(tmp_path, monkeypatch):
    mine, synced = journal(tmp_path / "a"), []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    mine.add({"chunk": 0})
    assert synced == [(tmp_path / "a").stat().st_size]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"data": "b", "shape": (3, 2)}, "data"),
        ({"data": "b", "shape": (3, 1)}, "data, shape"),
        ({"data": "a"}, "shape"),
        ({**CONTENT, "more": 1}, "more"),
    ],
)
def test_a_journal_of_other_work_is_refused(tmp_path, content, what):
    journal(tmp_path / "a")
    message = rf"a: this journal belongs to another matrix \(other {what}\); remove it"
    with pytest.raises(DataError, match=message):
        journal(tmp_path / "a", content)


@pytest.mark.parametrize("text", ["", "hello", '{"chunk": 0}\n', '{"content": 3}\n', "\0"])
def test_what_is_not_a_journal(tmp_path, text):
    (tmp_path / "a").write_text(text)
    with pytest.raises(DataError, match="a: not a journal"):
        journal(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="cannot be read as a journal"):
        journal(tmp_path / "a")
    with pytest.raises(DataError, match="cannot be read as a journal"):
        Journal.read(tmp_path / "b", DataError)


@dataclass(frozen=True)
class Kernel:
    width: float = 1.0
    power: int = 2


@dataclass(frozen=True)
class Other:
    width: float = 1.0
    power: int = 2


DIFFERENT = [
    None,
    True,
    1,
    1.0,
    "1",
    "None",
    [],
    {},
    [[]],
    {"a": 1},
    {"a": [1]},
    {"b": 1},
    [1, 2],
    [2, 1],
    [[1], 2],
    np.array([1, 2]),
    np.array([1, 2], np.int32),
    np.array([[1, 2]]),
    np.array([1.0, 2.0]),
    np.zeros((0, 2)),
    np.zeros((0, 3)),
    np.array(["a", "b"]),
    Kernel(),
    Kernel(2.0),
    Other(),
    Kernel,
    content_key,
    Path("a/b"),
    "a/b",
    np.random.default_rng(0),
    np.random.default_rng(1),
    np.random.SeedSequence(1),
]
RECIPE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from pathlib import Path
from potlearn.runtime import content_key
print(content_key({"b": [1, 0.1, None], "a": {"x": np.arange(6.0).reshape(2, 3)}, "p": Path("q")}))
"""
RECIPE_KEY = "f30911107a74ae4f3a7355276f405a29"


def test_different_content_has_different_keys():
    keys = [content_key(value) for value in DIFFERENT]
    assert len(set(keys)) == len(DIFFERENT)
    assert all(len(key) == 32 for key in keys)
    assert len(content_key(1, size=6)) == 12


def test_the_key_is_the_same_in_every_process():
    source = str(Path(sys.modules["potlearn"].__file__).parents[1])
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", RECIPE, source],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        assert run.stdout.strip() == RECIPE_KEY


def test_what_does_not_matter():
    X = np.arange(12.0).reshape(3, 4)
    assert content_key(np.asfortranarray(X)) == content_key(X)
    assert content_key(X.astype(">f8")) == content_key(X)
    assert content_key(np.repeat(X, 2, axis=0)[::2]) == content_key(X)
    assert content_key({"b": 1, "a": 2}) == content_key({"a": 2, "b": 1})
    assert content_key((1, 2)) == content_key([1, 2])
    assert content_key(np.float64(0.1)) == content_key(0.1)
    assert content_key(np.random.default_rng(3)) == content_key(np.random.default_rng(3))


@given(st.lists(st.floats(width=64), max_size=4), st.lists(st.floats(width=64), max_size=4))
def test_numbers_are_told_apart_by_their_bits(a, b):
    same = np.array(a).tobytes() == np.array(b).tobytes() and len(a) == len(b)
    assert (array_key(np.array(a)) == array_key(np.array(b))) == same
    assert array_key(np.array(a), None) != array_key(None, np.array(a))


@pytest.mark.parametrize("value", [object(), {1, 2}, [object()], np.array([{}], object)])
def test_content_without_a_key_is_refused(value):
    with pytest.raises(PotlearnError, match="content key: expected"):
        content_key({"x": value})
