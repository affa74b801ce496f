"""YAML of ``.yace`` files as strings, lists and mappings: no guesses at types, nothing executed.

Scalars stay text until their key gives them a type: YAML 1.1 would read ``1e-5`` as a string,
``No`` (nobelium) as false and ``1:30`` as 90.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from potlearn.errors import ModelFileError

Plain: TypeAlias = "str | list[Plain] | dict[Any, Plain]"

_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "int", "float")}
_END = "\0"
"""Stands between words: no YAML text holds it."""
DIGITS = 9
"""Of the longest integer."""
_INTEGERS = re.compile(rf"(?:[-+]?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}})\0)*")
_REALS = re.compile(r"(?:[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\0)*")
LARGEST_FILE = 1 << 30
"""Bytes of the largest file that is read."""
ALIASED, PER_NODE = 100_000, 10
"""With its aliases expanded a file may hold this many values, and this many more for each node."""


def load(path: Path) -> Plain:
    """The file as nested text, lists and mappings; a sequence as key becomes a tuple.

    Raises
    ------
    ModelFileError
        No such file, not UTF-8, no YAML, more than one document, an unknown tag, a key given twice,
        aliases that expand a small file to a large one.
    """
    with _no_collection():
        return _load(path)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for cycles while a million nodes are made: it takes two thirds of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(path: Path) -> Plain:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        node = yaml.compose(file_text(path), Loader=loader)
    except (yaml.YAMLError, RecursionError) as error:
        text = " ".join(str(error).split()) or "nested too deeply"
        raise ModelFileError(f"{path}: no YAML: {text}") from None
    if node is None:
        raise ModelFileError(f"{path}: empty")
    try:
        return _Nodes(yaml).root(node)
    except ModelFileError as error:
        raise ModelFileError(f"{path}, {error}") from None


def file_text(path: Path) -> str:
    """The file's UTF-8 text.

    Raises
    ------
    ModelFileError
        No such file, a folder, larger than :data:`LARGEST_FILE`, not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ModelFileError(f"{path}: expected at most {LARGEST_FILE} bytes, got {size}")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ModelFileError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise ModelFileError(f"{path}: not a text file") from None
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror}") from None


class _Nodes:
    """From the tree of nodes to plain values; a node that is referred to again is made once."""

    def __init__(self, yaml: Any) -> None:
        self._scalar, self._sequence = yaml.ScalarNode, yaml.SequenceNode
        self._done: dict[int, Plain] = {}
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()
        self._nodes = 0

    def root(self, node: Any) -> Plain:
        """The whole document; its size with all aliases expanded has a limit."""
        found = self.plain(node)
        size, limit = self._size(node), ALIASED + PER_NODE * self._nodes
        if size > limit:
            raise ModelFileError(f"aliases expand it to {size} values; expected at most {limit}")
        return found

    def plain(self, node: Any) -> Plain:
        if node.tag not in _TAGS:
            raise ModelFileError(f"{_line(node)}: tag {node.tag!r} has no place in this format")
        if isinstance(node, self._scalar):
            text: str = node.value
            return text
        if id(node) not in self._done:
            if id(node) in self._open:
                raise ModelFileError(f"{_line(node)}: refers to itself")
            self._open.add(id(node))
            self._done[id(node)] = self._collection(node)
            is_list = isinstance(node, self._sequence)
            children = node.value if is_list else [*chain.from_iterable(node.value)]
            self._sizes[id(node)] = 1 + sum(map(self._size, children))
            self._nodes += len(children)
        return self._done[id(node)]

    def _size(self, node: Any) -> int:
        """Number of values below a node; of a scalar, one."""
        return self._sizes.get(id(node), 1)

    def _collection(self, node: Any) -> Plain:
        if isinstance(node, self._sequence):
            return [self.plain(item) for item in node.value]
        found: dict[Any, Plain] = {}
        for key_node, value in node.value:
            key = _key(self.plain(key_node), key_node)
            if key in found:
                raise ModelFileError(f"{_line(key_node)}: key {key!r} is given twice")
            found[key] = self.plain(value)
        return found


def _key(key: Plain, node: Any) -> Any:
    if isinstance(key, str):
        return key
    if isinstance(key, list) and all(isinstance(item, str) for item in key):
        return tuple(key)
    raise ModelFileError(f"{_line(node)}: expected a word or a list of numbers as key")


def _line(node: Any) -> str:
    return f"line {node.start_mark.line + 1}"


def integers(values: Plain, where: str) -> list[int]:
    """A list of integers of at most :data:`DIGITS` digits."""
    return [int(word) for word in _words(values, where, _INTEGERS, "integers")]


def reals(values: Plain, where: str) -> list[float]:
    """A list of numbers."""
    return [float(word) for word in _words(values, where, _REALS, "numbers")]


def _words(values: Plain, where: str, pattern: re.Pattern[str], what: str) -> list[str]:
    if not isinstance(values, list):
        raise ModelFileError(f"{where}: expected a list of {what}, got {_shown(values)}")
    words = [v for v in values if isinstance(v, str)]
    if len(words) < len(values) or not pattern.fullmatch(_END.join([*words, ""])):
        bad = next(
            v for v in values if not isinstance(v, str) or not pattern.fullmatch(f"{v}{_END}")
        )
        if pattern is _INTEGERS and isinstance(bad, str) and bad.lstrip("+-").isdecimal():
            what += f" without leading zeros, of at most {DIGITS} digits"
        raise ModelFileError(f"{where}: expected {what}, got {_shown(bad)}")
    return words


def _shown(value: Plain) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:60]}..."
