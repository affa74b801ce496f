"""The output folder of a task: one object writes it, and says what was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import getpid
from pathlib import Path
from shutil import rmtree
from types import TracebackType
from typing import Any, Self

from potlearn.runtime import check_folder, replacing, write_json, write_text


class OutputFolder:
    """Folder of a task's results, which never mixes two runs.

    A file or subfolder is made beside its place and renamed when it is complete.  Once the first
    one is complete, results of an earlier run of the same task are removed; other files are never
    touched.  At the end of a run without error its working files are removed, too.

    Parameters
    ----------
    path : path
        The folder; made if absent.
    results : sequence of str
        Names of all that the task may write; the first one shows that an earlier run was here.
    working : sequence of str
        Patterns of files from which an interrupted run continues.
    stores : sequence of str
        Names of files and folders that grow from run to run, and stay.
    """

    def __init__(
        self,
        path: Path,
        results: Sequence[str],
        working: Sequence[str] = (),
        stores: Sequence[str] = (),
    ) -> None:
        self.path, self._results, self._working = path, results, working
        self._stores = stores
        self._written: list[str] = []

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files and subfolders of this run, in the order in which they were made."""
        stores = [name for name in self._stores if (self.path / name).exists()]
        return tuple(dict.fromkeys((*self._written, *stores)))

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        write_text(self.path / name, text)
        self._record(name)

    def write_json(self, name: str, values: Mapping[str, Any]) -> None:
        """Write strict JSON: NaN is a ``ValueError``."""
        write_json(self.path / name, values)
        self._record(name)

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """Give the path at which to write a file."""
        with replacing(self.path / name) as path:
            yield path
        self._record(name)

    @contextmanager
    def subfolder(self, name: str) -> Iterator[Path]:
        """Give the path of an empty folder to fill; it replaces the folder of an earlier run."""
        beside = self.path / f".{name}.{getpid()}.part"
        beside.mkdir(parents=True)
        try:
            yield beside
            _remove(self.path / name)
            beside.rename(self.path / name)
        finally:
            _remove(beside)
        self._record(name)

    def _record(self, name: str) -> None:
        if name not in self._results:
            raise ValueError(f"{name!r} is not among the results {', '.join(self._results)}")
        if not self._written and (self.path / self._results[0]).exists():
            for other in set(self._results) - {name}:
                _remove(self.path / other)
        self._written.append(name)

    def __enter__(self) -> Self:
        check_folder(self.path)
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            for pattern in self._working:
                for path in self.path.glob(pattern):
                    _remove(path)


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)
