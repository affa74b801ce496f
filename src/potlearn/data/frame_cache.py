"""Parsed configurations kept in memory, up to a number of atoms."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from potlearn.data.frames import Frame
from potlearn.data.labels import Labels

CACHED_ATOMS = 20_000
"""Some 2 MB; a data set up to this size is parsed once."""


class FrameCache:
    """The last configurations that were looked at, with their labels, by index."""

    def __init__(self, entries: Iterable[tuple[int, tuple[Frame, Labels]]] = ()) -> None:
        self._entries: OrderedDict[int, tuple[Frame, Labels]] = OrderedDict()
        self._n_atoms = 0
        for index, entry in entries:
            self.put(index, entry)

    def get(self, index: int) -> tuple[Frame, Labels] | None:
        """The configuration, if it is kept."""
        if index not in self._entries:
            return None
        self._entries.move_to_end(index)
        return self._entries[index]

    def put(self, index: int, entry: tuple[Frame, Labels]) -> None:
        """Keep a configuration, and forget the oldest beyond the bound."""
        self._entries[index] = entry
        self._n_atoms += len(entry[0].numbers)
        while self._n_atoms > CACHED_ATOMS and len(self._entries) > 1:
            _, (frame, _) = self._entries.popitem(last=False)
            self._n_atoms -= len(frame.numbers)

    def take(self, indices: Iterable[int]) -> FrameCache:
        """The cache of a selection of the configurations."""
        kept = ((new, self._entries.get(old)) for new, old in enumerate(indices))
        return FrameCache((new, entry) for new, entry in kept if entry is not None)
