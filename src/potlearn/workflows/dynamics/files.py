"""The folder of a run: trajectory, table and checkpoint, which always belong together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from potlearn.errors import DynamicsError
from potlearn.runtime import Checkpoint, check_folder, writing
from potlearn.typing import Settings
from potlearn.workflows.dynamics.thermo import HEAD, ThermoLog

TRAJECTORY, THERMO, CHECKPOINT = "trajectory.extxyz", "thermo.csv", "checkpoint"
AFRESH = "to begin again, remove the folder or name another one"


class RunFiles:
    """Trajectory and table of a run grow, and a checkpoint says how much of them counts.

    :meth:`commit` appends what has come up and replaces the checkpoint; after a kill, a full disk
    or an interrupt, :meth:`load` cuts off what the checkpoint does not know.

    Parameters
    ----------
    folder : Path or None
        Made if absent; None: nothing is written.
    content : mapping of str to str
        What the run is made of, as content keys.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """

    def __init__(self, folder: Path | None, content: Mapping[str, str]) -> None:
        self.folder = folder
        self._new: dict[str, list[str]] = {TRAJECTORY: [], THERMO: [HEAD]}
        self._sizes = dict.fromkeys(self._new, 0)
        self._table = ""
        if folder is not None:
            check_folder(folder)
            path = folder / CHECKPOINT
            self._checkpoint = Checkpoint(path, content, "run", DynamicsError)

    def load(self) -> Settings | None:
        """State of an earlier call of the same run, or None.

        Raises
        ------
        DynamicsError
            The folder belongs to another run, or its files were changed.
        """
        if self.folder is None:
            return None
        saved = self._checkpoint.load()
        if saved is None:
            self._begin(self.folder)
            return None
        self._sizes = dict(saved["sizes"])
        for name, size in self._sizes.items():
            self._cut(self.folder / name, size)
        if saved["run"] is None:
            return None
        self._new[THERMO] = []
        self._table = _read_table(self.folder / THERMO)
        return dict(saved["run"])

    def _begin(self, folder: Path) -> None:
        """Claim the folder by a checkpoint of nothing; never write over a trajectory of others."""
        for name in self._sizes:
            if (folder / name).exists():
                raise DynamicsError(
                    f"{folder / name}: exists already, without the checkpoint of its run; "
                    "remove it, or name another folder"
                )
        folder.mkdir(parents=True, exist_ok=True)
        self._checkpoint.save({"run": None, "sizes": self._sizes})

    def _cut(self, path: Path, size: int) -> None:
        if size == 0:
            path.unlink(missing_ok=True)
            return
        if not path.is_file() or path.stat().st_size < size:
            raise DynamicsError(
                f"{path}: shorter than its checkpoint says ({size} bytes), or missing: the folder "
                f"was changed; {AFRESH}"
            )
        with writing(path):
            os.truncate(path, size)

    def add(self, name: str, text: str) -> None:
        """Keep a text for the end of a file until the next commit."""
        self._new[name].append(text)

    def commit(self, state: Settings) -> None:
        """Append what has come up, wait until it is on the disk, and replace the checkpoint.

        Raises
        ------
        OutputError
            No space; the checkpoint and what belongs to it are as they were.
        """
        self._table += "".join(self._new[THERMO])
        if self.folder is not None:
            for name, texts in self._new.items():
                self._sizes[name] = _append(self.folder / name, self._sizes[name], "".join(texts))
            self._checkpoint.save({"run": state, "sizes": self._sizes})
        self._new = {name: [] for name in self._new}

    @property
    def table(self) -> str:
        """Text of the table so far, as committed."""
        return self._table


def _read_table(path: Path) -> str:
    """Text of a table, once it is clear that it can be read."""
    try:
        text = path.read_text(encoding="utf-8")
        ThermoLog.parse(text)
    except (UnicodeDecodeError, DynamicsError) as error:
        raise DynamicsError(f"{path}: damaged ({error}); {AFRESH}") from error
    return text


def _append(path: Path, size: int, text: str) -> int:
    """Write a text after the first ``size`` bytes of a file; its new size."""
    content = text.encode()
    with writing(path), path.open("r+b" if path.exists() else "wb") as file:
        file.seek(size)
        file.write(content)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    return size + len(content)
