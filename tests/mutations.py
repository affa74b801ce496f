"""Mutations of files, for tests that no reader falls over what a stranger's file may hold.

Kinds, by what they change:

* bytes: flipped, removed, inserted, copied, cut off;
* text: numbers made extreme, tokens swapped, replaced or removed, lines removed, doubled, swapped
  or cut off;
* JSON values: extreme whole numbers and floats, other types, deep nesting, keys and items removed,
  doubled or renamed;
* ``.npy`` members: other headers (shape, order, type, version, length), more or fewer bytes;
* zip directories: sizes, methods, flags, offsets and names that are not so, members removed,
  doubled, emptied or blown up.

A mutation is a function of a :class:`random.Random` and what it changes.  :func:`survives` holds a
reader to its promise: a result or an error in words, in little time and memory.
"""

from __future__ import annotations

import copy
import io
import json
import os
import re
import resource
import signal
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from potlearn.errors import PotlearnError

NUMBERS = (
    "0", "-1", "1", "2", "17", "100", "1000", "65536", "2147483647", "2147483648", "-2147483649",
    "9223372036854775808", "99999999999", "99999999999999999999", "1" * 400, "9" * 5000, "1e-320",
    "1e-8", "0.5", "-0.0", "1e5", "1e16", "1e154", "1e308", "1e309", "-1e400", "nan", "NaN", "inf",
    "-inf", "Infinity", "0x10", "1_000", "1e", "1.2.3", "1,5", "1d0", "٣", "１", "+-1",
)  # fmt: skip
TOKENS = (
    "", "-", "=", ":", '"', "'", "#", "{", "}", "[", "]", ",", "\\", "/", "*a", "&a", "!!int",
    "<<:", "~", "true", "no", "T", "X", "Xx", "Si", "Uuo", "None", "null", "\0", "\ufeff",
    "é", "\u2028", "\t", "../x", "%s", "{}", "[" * 2000, "{a: " * 500, "(" * 3000, "x" * 100_000,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 13, 30, 101, 1000, 10**5, 10**9, 2**31, 2**63,
    -(2**63) - 1, 10**20, 10**400, 10**4000, 0.5, -0.5, 1e-320, 1e-9, 2.5, 1e5, 1e16, 1e154,
    1.7e308, -1.7e308, float("nan"), float("inf"), float("-inf"), "", "x", "Si", "W", "Be", "X",
    "ace", "pod", "linear", "sum", "nan", "1", "é" * 100, "x" * 100_000, [], [[]], {}, [0],
    [1, 2], ["Si"], ["Si", "Si"], [None], {"array": "array0"}, {"array": "array1"},
    {"array": "no"}, {"array": []}, {"kind": "zbl"}, {"": None}, [[1.0, 2.0], [3.0]],
    [0.0] * 1000, list(range(200)),
)  # fmt: skip

# Bytes -------------------------------------------------------------------------------------------


def bytes_flipped(rng: Random, data: bytes) -> bytes:
    """One to eight bytes are others."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8)) if data else 0):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def bytes_spliced(rng: Random, data: bytes) -> bytes:
    """A piece is removed, copied elsewhere, or replaced by noise; or the rest is cut off."""
    start, length = rng.randint(0, len(data)), rng.choice((0, 1, 2, 8, 40))
    kind = rng.randrange(4)
    if kind == 0:
        return data[:start] + data[start + length :]
    if kind == 1:
        source = rng.randint(0, len(data))
        return data[:start] + data[source : source + length] + data[start:]
    if kind == 2:
        return data[:start] + rng.randbytes(rng.choice((1, 4, 16))) + data[start + length :]
    return data[:start]


# Text --------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TOKEN = re.compile(r"[^\s=:,\[\]{}\"']+")


def number_made_extreme(rng: Random, text: str) -> str:
    """One number of the text is another, often one that no program expects."""
    return _replaced(rng, text, _NUMBER, rng.choice(NUMBERS))


def token_replaced(rng: Random, text: str) -> str:
    """One token is a mark, a word or nothing, or the copy of another token."""
    other = rng.choice(_TOKEN.findall(text) or [""])
    return _replaced(rng, text, _TOKEN, rng.choice((other, rng.choice(TOKENS))))


def tokens_swapped(rng: Random, text: str) -> str:
    """Two tokens have changed places."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    if len(spans) < 2:
        return text
    (a, b), (c, d) = sorted(rng.sample(spans, 2))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def lines_changed(rng: Random, text: str) -> str:
    """A line is removed, doubled, cut short, or has changed places with another."""
    lines = text.split("\n")
    k, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[k]
    elif kind == 1:
        lines[k:k] = [lines[k]] * rng.choice((1, 1, 50))
    elif kind == 2:
        lines[k] = lines[k][: rng.randint(0, len(lines[k]))]
    elif kind == 3:
        lines[k], lines[j] = lines[j], lines[k]
    else:
        del lines[k:]
    return "\n".join(lines)


TEXT_KINDS: tuple[Callable[[Random, str], str], ...] = (
    number_made_extreme,
    number_made_extreme,
    token_replaced,
    tokens_swapped,
    lines_changed,
)
BYTE_KINDS: tuple[Callable[[Random, bytes], bytes], ...] = (bytes_flipped, bytes_spliced)


def mutated_text(rng: Random, data: bytes) -> bytes:
    """A text file with one to three mutations of text or bytes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if rng.random() < 0.75:
            text = rng.choice(TEXT_KINDS)(rng, data.decode("utf-8", "surrogateescape"))
            data = text.encode("utf-8", "surrogateescape")
        else:
            data = rng.choice(BYTE_KINDS)(rng, data)
    return data


def _replaced(rng: Random, text: str, pattern: re.Pattern[str], new: str) -> str:
    spans = [match.span() for match in pattern.finditer(text)]
    if not spans:
        return text + new
    start, stop = rng.choice(spans)
    return text[:start] + new + text[stop:]


# JSON values -------------------------------------------------------------------------------------


def mutated_value(rng: Random, value: Any) -> Any:
    """A copy of nested JSON values with one to three places changed."""
    found = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        ways = [way for way in _places(found) if way]
        if ways:
            _change(rng, found, rng.choice(ways))
    return found


def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything in a nested structure."""
    yield way
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in list(items)[:50]:
            yield from _places(item, (*way, key))


def _change(rng: Random, document: Any, way: tuple[Any, ...]) -> None:
    """Change the value at a path."""
    *parents, last = way
    for key in parents:
        document = document[key]
    kind = rng.choice(("value", "value", "value", "remove", "rename", "double", "wrap", "deep"))
    if kind == "value":
        document[last] = copy.deepcopy(rng.choice(VALUES))
    elif kind == "remove":
        del document[last]
    elif kind == "wrap":
        document[last] = [document[last]] if rng.random() < 0.5 else {"x": document[last]}
    elif kind == "deep":
        for _ in range(rng.choice((3, 60, 250))):
            document[last] = [document[last]]
    elif isinstance(document, list):
        document.insert(last, copy.deepcopy(rng.choice(document)))
    elif kind == "rename":
        document[rng.choice(("x", "kind", "", "species", *document))] = document.pop(last)
    else:
        document[last] = copy.deepcopy(document[rng.choice(list(document))])


def mutated_json(rng: Random, data: bytes) -> bytes:
    """A JSON document with other values, or with other text."""
    if rng.random() < 0.2:
        return mutated_text(rng, data)
    return json.dumps(mutated_value(rng, json.loads(data))).encode()


# Arrays ------------------------------------------------------------------------------------------

_SHAPES = ("()", "(0,)", "(1,)", "(3,)", "(1000000000000,)", "(-1,)", "(2, 2)", "(1, 0, 10**9)",
           "(0, 99999999999999999999)", "(" + "1," * 70 + ")", "[3]", "3", "None", "(3.0,)",
           "('a',)", "(True,)", "(" * 900, "-" * 3000 + "1")  # fmt: skip
_DESCRS = ("'<f8'", "'>f8'", "'<i8'", "'|b1'", "'<f4'", "'<c16'", "'|O'", "'|V0'", "'|S0'", "'<U2'",
           "'|V8'", "'<m8[s]'", "'<M8[x]'", "''", "'f'", "[('a', '<f8')]", "[]", "None", "5",
           "('<f8', (2,))", "'<f8,<f8'", "'\\d'", "'<f16'", "'?'")  # fmt: skip
_ORDERS = ("False", "True", "None", "2")


def mutated_npy(rng: Random, data: bytes) -> bytes:
    """A ``.npy`` member with another header, another length, or other bytes."""
    kind = rng.randrange(4)
    if kind == 0 or len(data) < 12:
        return rng.choice((*BYTE_KINDS, mutated_text))(rng, data)
    body = data[10 + int.from_bytes(data[8:10], "little") :]
    if kind == 1:
        return data + body * rng.choice((1, 10))
    if kind == 2:
        return data[: len(data) - rng.choice((1, 8, len(body)))]
    parts = ("'<f8'", "False", f"({len(body) // 8},)")
    chosen = [rng.choice((part, rng.choice(options))) for part, options in
              zip(parts, (_DESCRS, _ORDERS, _SHAPES), strict=True)]  # fmt: skip
    header = "{{'descr': {}, 'fortran_order': {}, 'shape': {}, }}\n".format(*chosen)
    version = rng.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x07\x01"))
    width = "<H" if version[0] == 1 else "<I"
    length = rng.choice((len(header), len(header), len(header), 0, 5, 65535))
    return b"\x93NUMPY" + version + struct.pack(width, length) + header.encode() + body


# Zip files ---------------------------------------------------------------------------------------


def mutated_zip(rng: Random, data: bytes) -> bytes:
    """A zip of JSON and ``.npy`` members with other members, another directory, or other bytes."""
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(BYTE_KINDS)(rng, data)
    if kind < 0.3:
        return _directory_changed(rng, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    return _zipped(rng, _members_changed(rng, members))


def _members_changed(rng: Random, members: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    kind = rng.random()
    k = 0 if rng.random() < 0.7 else rng.randrange(len(members))
    name, content = members[k]
    if kind < 0.85:
        change = mutated_npy if name.endswith(".npy") else mutated_json
        members[k] = (name, change(rng, content))
    elif kind < 0.9:
        members.append((rng.choice(("x.npy", "../x.npy", ".npy", name + "x", "é")), content))
    elif kind < 0.94:
        del members[k]
    elif kind < 0.97:
        members[k] = (name, b"")
    else:
        members[k] = (name, content + rng.choice((b" ", b"\0", b"[],")) * 300_000)
    return members


def _zipped(rng: Random, members: list[tuple[str, bytes]]) -> bytes:
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    rare = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)  # slow to write
    method = rng.choice(rare if rng.random() < 0.01 else methods)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


_DIRECTORY = {4: "<H", 6: "<H", 8: "<H", 10: "<H", 16: "<I", 20: "<I", 24: "<I", 28: "<H", 30: "<H",
              32: "<H", 34: "<H", 38: "<I", 42: "<I"}  # fmt: skip
"""Fields of an entry: versions, flags, method, checksum, sizes, lengths, disk, offset."""
_ODD = (0, 1, 7, 255, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF)


def _directory_changed(rng: Random, data: bytes) -> bytes:
    """One to three fields of the zip's directory, of a member's own header or of its end."""
    found = bytearray(data)
    marks = (b"PK\x01\x02", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")
    for _ in range(rng.choice((1, 1, 2, 3))):
        mark = rng.choice(marks)
        places = [match.start() for match in re.finditer(re.escape(mark), bytes(found))]
        if not places:
            continue
        offset, kind = rng.choice(list(_DIRECTORY.items()))
        start, size = rng.choice(places) + offset % 22, struct.calcsize(kind)
        if mark == b"PK\x01\x02":
            start += offset - offset % 22
        if start + size <= len(found):
            value = rng.choice(_ODD) & (256**size - 1)
            found[start : start + size] = struct.pack(kind, value)
    return bytes(found)


# What a reader promises --------------------------------------------------------------------------

MANY = int(os.environ.get("POTLEARN_FUZZ", "100000"))
"""Inputs of each reader in slow tests."""
SECONDS = 10
"""Of the processor; far above what a reader may take: a guard against one that never ends."""
MEMORY = 500 * 2**20
"""Address space that a reader may take beyond what the process has."""
_STATM = Path("/proc/self/statm")


def survives(
    read: Callable[[], Any], errors: type[Exception] | tuple[type[Exception], ...] = PotlearnError
) -> Any:
    """What ``read`` returns, or the text of its error in words; anything else comes through.

    A reader that takes more than :data:`SECONDS` or :data:`MEMORY` gets a ``TimeoutError`` or a
    ``MemoryError``.
    """
    try:
        with guarded():
            return read()
    except errors as error:
        text = str(error)
        assert text.strip()
        assert len(text) < 5000, f"an error of {len(text)} characters: {text[:300]}"
        return text


@contextmanager
def guarded() -> Iterator[None]:
    """Limits of time and, on Linux, memory for what runs inside."""
    with _within(SECONDS), _with_memory(MEMORY):
        yield


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread alone
        return
    before = signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _with_memory(size: int) -> Iterator[None]:
    if not _STATM.exists():
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(_STATM.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"a reader took more than {SECONDS} seconds")
