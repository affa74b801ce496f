"""Archives: what comes back, what is refused, and that no size is believed."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from potlearn.errors import FitError
from potlearn.runtime import Archive, Checkpoint, Keeper

THING = Archive("thing", FitError)
COMPRESSED = Archive("thing", FitError, document="thing.json", compressed=True)
BOTH = pytest.mark.parametrize("archive", [THING, COMPRESSED], ids=["stored", "compressed"])

NUMBERS = st_numpy.arrays(
    st.sampled_from(["<f8", ">f4", "<i8", "u1", "?", "<c16", "<U3"]),
    st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NESTED = st.recursive(
    PLAIN | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b


@settings(max_examples=60)
@given(value=NESTED, compressed=st.booleans())
def test_nested_settings_come_back(tmp_path_factory, value, compressed):
    path = tmp_path_factory.mktemp("archive") / "a"
    archive = COMPRESSED if compressed else THING
    archive.write(path, {"value": value, "other": (np.float64(0.1), 3)})
    found = archive.read(path)
    assert same(found["value"], value)
    assert found["other"] == [0.1, 3]


@BOTH
def test_the_same_settings_give_the_same_bytes(tmp_path, archive, monkeypatch):
    made = {"x": [1, np.arange(5.0)], "y": np.asfortranarray(np.ones((2, 3)))}
    archive.write(tmp_path / "a", made)
    monkeypatch.setattr("time.time", lambda: 1e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2001, 9, 9, 1, 46, 40, 6, 252, 0))
    archive.write(tmp_path / "b", made)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "bad", [np.array([{}], object), {1, 2}, {"array": "name"}], ids=["objects", "set", "reserved"]
)
def test_a_failed_write_keeps_the_old_file(tmp_path, bad):
    path = tmp_path / "a"
    THING.write(path, {"x": 1})
    before = path.read_bytes()
    with pytest.raises((ValueError, TypeError), match=r"Object arrays|serializable|only key"):
        THING.write(path, {"x": [np.arange(3.0), bad]})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def rewritten(path, **parts):
    """The file with some members replaced; None removes one."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (held | parts).items():
            if data is not None:
                archive.writestr(name, data)
    return path


def npy(header, data=b"\0" * 24, version=b"\x01\x00"):
    text = header.encode()
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data


def described(shape="(3,)", descr="'<f8'", end="}"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, {end}\n"


def pickled():
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (npy(described("(1000000000000,)")), r"takes 8000000000000 bytes, got 24"),
        (npy(described("(2,)")), "takes 16 bytes, got 24"),
        (npy(described("(3,", end="}")), "malformed .npy header"),
        (npy(described("(-1, -3)")), "expected an array of numbers"),
        (npy(described("(0, 10**99)")), "malformed .npy header"),
        (npy(described("(3,)", "'|O'")), "expected an array of numbers"),
        (npy(described("(1000000000000,)", "'|V0'"), b""), "expected an array of numbers"),
        (npy(described("(True, 3)")), "expected an array of numbers"),
        (npy(described(), version=b"\x09\x00"), "version"),
        (npy("__import__('os')\n"), "malformed .npy header"),
        (npy("(" * 5000), "malformed .npy header"),
        (b"\x93NUM", "malformed .npy header"),
        (b"", "malformed .npy header"),
        (pickled(), "expected an array of numbers"),
        (None, "the array 'array0' is missing"),
    ],
)
def test_a_malformed_array_is_an_error_in_words(tmp_path, array, message):
    path = tmp_path / "a"
    THING.write(path, {"x": np.arange(3.0)})
    with pytest.raises(FitError, match=message) as caught:
        THING.read(rewritten(path, **{"array0.npy": array}))
    assert str(path) in str(caught.value)


def test_no_size_is_believed(tmp_path):
    """Neither the header's nor the zip's: 7 TiB announced take no memory."""
    path = tmp_path / "a"
    THING.write(path, {"x": np.arange(3.0)})
    rewritten(path, **{"array0.npy": npy(described("(1000000000000,)"))})
    with zipfile.ZipFile(path) as archive:
        true = archive.getinfo("array0.npy").file_size.to_bytes(4, "little")
    data = path.read_bytes()
    lying = data.replace(true, (0xFFFFFFF0).to_bytes(4, "little"))
    assert lying != data
    for content, message in ((data, "takes 8000000000000"), (lying, "the zip announces")):
        path.write_bytes(content)
        tracemalloc.start()
        with pytest.raises(FitError, match=message):
            THING.read(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
        tracemalloc.stop()


def bomb(method, content):
    """A zip of one member, as small as its method makes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("header.json", b'{"format": 2}' + content)
    return buffer.getvalue()


def shared(n):
    """``n`` entries in the table of contents of one compressed member."""
    data = bomb(zipfile.ZIP_DEFLATED, b" " * 10**6)
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, last = data[start:end], bytearray(data[end:])
    entries = b"".join(entry.replace(b"header.json", b"x%010d" % k) for k in range(n))
    last[8:10] = last[10:12] = (n + 1).to_bytes(2, "little")
    last[12:16] = (len(entry) * (n + 1)).to_bytes(4, "little")
    return data[:start] + entry + entries + bytes(last)


def understated():
    """A member that inflates to more than the table of contents says."""
    data = bomb(zipfile.ZIP_DEFLATED, b" " * 10**8)
    return data.replace((10**8 + 13).to_bytes(4, "little"), (100_000).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda: bomb(zipfile.ZIP_DEFLATED, b" " * 10**8), "the zip announces 100000013 bytes"),
        (lambda: bomb(zipfile.ZIP_BZIP2, b" " * 10**5), "announces|another method than deflate"),
        (lambda: bomb(zipfile.ZIP_LZMA, b" " * 10**4), "another method than deflate"),
        (lambda: shared(1000), "the zip announces"),
        (understated, "not a potlearn thing, or damaged"),
        (lambda: bomb(zipfile.ZIP_STORED, b"[" * 10**6), "not a potlearn thing, or damaged"),
    ],
)
def test_a_small_file_does_not_grow(tmp_path, data, message):
    path = tmp_path / "a"
    path.write_bytes(data())
    tracemalloc.start()
    with pytest.raises(FitError, match=message):
        THING.read(path)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_what_deflates_too_well_is_stored(tmp_path):
    packed = Archive("thing", FitError, compressed=True)
    zeros = np.zeros(10**6)
    packed.write(tmp_path / "zeros", {"x": zeros})
    assert np.array_equal(packed.read(tmp_path / "zeros")["x"], zeros)
    packed.write(tmp_path / "numbers", {"x": np.arange(10**5) % 7})
    assert (tmp_path / "numbers").stat().st_size < 10**5


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b'{"format": 2, "x": {"array": []}}', r"the array \[\] is missing"),
        (b'{"format": ' + b"9" * 4000 + b"}", "of format a whole number of .* bits"),
        (b"[1, 2]", "expected an object"),
        (b"[" * 100_000, "not a potlearn thing"),
        (b"\xff", "not a potlearn thing"),
        (None, "not a potlearn thing"),
        (b'{"kind": "thing"}', "of format None"),
        (b'{"kind": "thing", "format": "1"}', "of format '1'"),
        (b'{"kind": "thing", "format": 3}', "of format 3"),
        (b'{"kind": "other", "format": 2}', "got 'other'"),
    ],
)
def test_a_wrong_document_is_an_error_in_words(tmp_path, document, message):
    path = tmp_path / "a"
    THING.write(path, {"x": np.arange(3.0)})
    with pytest.raises(FitError, match=message):
        THING.read(rewritten(path, **{"header.json": document}))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FitError, match="a: no such file"):
        THING.read(tmp_path / "a")


@BOTH
@settings(max_examples=60)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_mangled_archives_give_typed_errors(tmp_path_factory, archive, position, byte, cut):
    path = tmp_path_factory.mktemp("fuzz") / "a"
    archive.write(path, {"x": np.arange(30.0), "y": {"z": [np.ones((2, 2)), "text"]}})
    data = bytearray(path.read_bytes())
    position %= len(data)
    path.write_bytes(data[:position] + (b"" if cut else bytes([byte]) + data[position + 1 :]))
    with contextlib.suppress(FitError):
        archive.read(path)


def test_checkpoints_belong_to_their_work(tmp_path):
    path = tmp_path / "deep" / "state"
    mine = Checkpoint(path, {"data": "a", "model": "b"}, "fit", FitError)
    assert mine.load() is None
    mine.save({"sums": np.arange(3.0), "n": 2})
    assert same(mine.load(), {"sums": np.arange(3.0), "n": 2})
    other = Checkpoint(path, {"data": "a", "model": "c", "folds": "2"}, "fit", FitError)
    with pytest.raises(
        FitError, match=r"state: this checkpoint belongs to another fit \(other model, folds\)"
    ):
        other.load()


@pytest.mark.parametrize("content", [np.arange(2.0), [np.arange(2.0)], [[["a"]]], 3, None])
def test_content_of_another_kind_is_other_content(tmp_path, content):
    Archive("checkpoint", FitError).write(
        tmp_path / "a", {"content": {"data": content}, "state": {}}
    )
    with pytest.raises(FitError, match=r"belongs to another fit \(other data\)"):
        Checkpoint(tmp_path / "a", {"data": "a"}, "fit", FitError).load()


def test_a_keeper_saves_at_the_end_what_is_not_saved(tmp_path, monkeypatch):
    saved, now = [], [0.0]
    monkeypatch.setattr("potlearn.runtime.store.checkpoint.monotonic", lambda: now[0])
    checkpoint = Checkpoint(tmp_path / "a", {}, "work", FitError)

    def save(self, state):
        saved.append(state)
        now[0] += 1.0

    monkeypatch.setattr(Checkpoint, "save", save)
    state = []
    keeper = Keeper(checkpoint, lambda: list(state))

    def work(until):
        with keeper.keeping():
            for k in range(20):
                state.append(k)
                keeper.changed()
                now[0] += 1.0
                if k == until:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(until=15)
    # a second of work, a second of writing, then ten of work
    assert [len(s) for s in saved] == [2, 12, 16]
    with keeper.keeping():
        pass
    assert len(saved) == 3


def test_without_a_checkpoint_nothing_is_saved():
    keeper = Keeper(None, lambda: pytest.fail("not wanted"))
    with keeper.keeping():
        keeper.changed()


REWRITES = """
import sys, itertools
import numpy as np
from potlearn.errors import FitError
from potlearn.runtime import Archive
for k in itertools.count():
    Archive("thing", FitError).write(sys.argv[1], {"k": k, "x": np.full(100_000, float(k))})
    print(k, flush=True)
"""


def test_kill_minus_nine_leaves_a_whole_file(tmp_path):
    path = tmp_path / "a"
    source = str(Path(sys.modules["potlearn"].__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", REWRITES, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": source},
    )
    written = [int(process.stdout.readline()) for _ in range(3)][-1]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    found = THING.read(path)
    assert found["k"] >= written
    assert np.array_equal(found["x"], np.full(100_000, float(found["k"])))


def test_json_members_can_be_read_by_anyone(tmp_path):
    THING.write(tmp_path / "a", {"x": np.arange(3.0), "name": "Å"})
    with zipfile.ZipFile(tmp_path / "a") as archive:
        document = json.loads(archive.read("header.json"))
        array = np.load(io.BytesIO(archive.read("array0.npy")))
    assert document == {"format": 2, "kind": "thing", "x": {"array": "array0"}, "name": "Å"}
    assert np.array_equal(array, np.arange(3.0))
    assert os.listdir(tmp_path) == ["a"]
