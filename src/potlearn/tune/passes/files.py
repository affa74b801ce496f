"""The files of a pass: factors that workers map into memory, and what they are of.

``pass.json``     what the pass serves; sizes and checksums of the other files,
``factor_K.npy``  factor of each key of the ledger,
``sums.npz``      numbers of rows and sums of each key,
``held_out.npz``  owner, quantity and unit of every validation error,
``validation/``   row store of the validation data.

A folder under its final name is complete.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Entry, Ledger
from potlearn.fit.rows.names import Key
from potlearn.runtime import write_json
from potlearn.tune.passes.declared import can_be_united
from potlearn.tune.passes.held_out import HeldOut
from potlearn.tune.passes.needs import Needs
from potlearn.tune.passes.plan import Planned
from potlearn.typing import Array, Settings

ROWS = "validation"
TEXT = "pass.json"
_BLOCK = 2**24
_SUMS = ("sums", "isotropic", "fourth", "n")


@dataclass(frozen=True)
class Stored:
    """A pass on the disk.

    Attributes
    ----------
    path : path
    shared : str
        Key of what its candidates have in common.
    needs : Needs
        What it serves.
    columns : tuple of str
    keys : tuple of Key
    members : tuple of settings
        Bases that together have its functions; none where others cannot join them.
    files : mapping of name to (size, checksum)
    """

    path: Path
    shared: str
    needs: Needs
    columns: tuple[str, ...]
    keys: tuple[Key, ...]
    members: tuple[Settings, ...]
    files: Mapping[str, tuple[int, int]]

    @classmethod
    def read(cls, path: Path) -> Stored:
        """From its text; FitError where that is damaged."""
        try:
            saved = json.loads((path / TEXT).read_text(encoding="utf-8"))
            return cls(
                path=path,
                shared=str(saved["shared"]),
                needs=Needs.from_dict(saved["needs"]),
                columns=tuple(saved["columns"]),
                keys=tuple(Key(*key) for key in saved["keys"]),
                members=tuple(saved["members"]),
                files={name: (size, crc) for name, (size, crc) in saved["files"].items()},
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise FitError(f"{path}: damaged pass ({error})") from error

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(size for size, _ in self.files.values())

    def check(self, whole: bool) -> None:
        """FitError where a file is absent, has another size, or (``whole``) other content."""
        for name, (size, crc) in self.files.items():
            file = self.path / name
            if not file.is_file() or file.stat().st_size != size:
                raise FitError(f"{file}: damaged pass (expected {size} bytes)")
            if whole and _checksum(file) != crc:
                raise FitError(f"{file}: damaged pass (other content)")

    def ledger(self) -> Ledger:
        """Its ledger, factors mapped from their files."""
        found = Ledger(self.columns)
        with np.load(self.path / "sums.npz", allow_pickle=False) as saved:
            sums = {name: saved[name] for name in _SUMS}
        for k, key in enumerate(self.keys):
            entry = Entry(found.width)
            factor = np.load(self.path / f"factor_{k}.npy", mmap_mode="r", allow_pickle=False)
            entry.accumulator.reduced = factor
            entry.n, entry.fourth = int(sums["n"][k]), float(sums["fourth"][k])
            entry.sums, entry.isotropic = sums["sums"][k], sums["isotropic"][k]
            found.entries[key] = entry
        return found

    def held_out(self) -> HeldOut | None:
        """Its validation rows, mapped from their file; None without validation data."""
        path = self.path / "held_out.npz"
        if path.name not in self.files:
            return None
        with np.load(path, allow_pickle=False) as saved:
            table = dict(saved)
        shape = len(table["factor"]), len(self.columns) + 3
        rows = np.zeros(shape)
        if shape[0]:
            rows = np.memmap(self.path / ROWS / "rows.f64", np.float64, "r", shape=shape)
        return HeldOut.of(rows, table)


def write_pass(
    path: Path, ledger: Ledger, held_out: Mapping[str, Array], plan: Planned, shared: str
) -> Stored:
    """Write a pass beside its validation rows, its text last."""
    keys = tuple(sorted(ledger.entries))
    for k, key in enumerate(keys):
        np.save(path / f"factor_{k}.npy", ledger.factor(key), allow_pickle=False)
    entries = [ledger.entries[key] for key in keys]
    sums = {name: np.array([getattr(entry, name) for entry in entries]) for name in _SUMS}
    _save(path / "sums.npz", sums)
    names = [*(f"factor_{k}.npy" for k in range(len(keys))), "sums.npz"]
    if held_out:
        _save(path / "held_out.npz", held_out)
        names += ["held_out.npz", f"{ROWS}/rows.f64"]
    files = {name: ((path / name).stat().st_size, _checksum(path / name)) for name in names}
    members = tuple(m.to_dict() for m in plan.members if can_be_united(m))
    found = Stored(path, shared, plan.needs, ledger.columns, keys, members, files)
    write_json(path / TEXT, _text(found))
    return found


def _text(stored: Stored) -> Settings:
    return {
        "shared": stored.shared,
        "needs": stored.needs.to_dict(),
        "columns": list(stored.columns),
        "keys": [list(key) for key in stored.keys],
        "members": list(stored.members),
        "files": {name: list(values) for name, values in stored.files.items()},
    }


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    np.savez(path, allow_pickle=False, **arrays)


def _checksum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found = zlib.crc32(block, found)
    return found
