"""Saved ledgers, and the checkpoint of a fit that is under way.

A ledger is stored with the rows that wait for their factorisation, so that a fit that continues
from a file gives the same bits as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Entry, Ledger
from potlearn.fit.rows.names import Key
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.triangular import stack
from potlearn.runtime import Archive, Checkpoint, shown
from potlearn.typing import Array, Settings

# What settings of wrong kinds raise where a ledger is built from them.
_MALFORMED = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError)
_FILE = Archive("ledger", FitError)


def save_ledger(ledger: Ledger, path: str | Path, content: Mapping[str, Any] | None = None) -> None:
    """Write a ledger; ``content`` says what it was made of, and is kept beside it."""
    _FILE.write(path, {**_settings(ledger), "content": dict(content or {})})


def load_ledger(path: str | Path) -> Ledger:
    """The ledger saved at ``path``; FitError where the file is not one."""
    return _ledger(path, _FILE.read(path))


@dataclass(frozen=True)
class LedgerCheckpoint:
    """A running fit's state: the ledger of the first ``n_chunks`` chunks.

    Its file stays when the fit is finished, so that another fit of the same rows (other weights,
    another solver) starts from it.
    """

    file: Checkpoint

    @classmethod
    def of(cls, path: str | Path, content: Mapping[str, str]) -> LedgerCheckpoint:
        """Checkpoint at ``path`` of rows with these fingerprints (data, descriptor, layout)."""
        return cls(Checkpoint(Path(path), content, "fit", FitError))

    @staticmethod
    def state(ledger: Ledger, n_chunks: int) -> Settings:
        """What the file keeps of a ledger of ``n_chunks`` chunks."""
        return {**_settings(ledger), "n_chunks": n_chunks}

    def load(self) -> tuple[Ledger, int] | None:
        """Ledger and number of finished chunks, or None if there is no checkpoint.

        Raises
        ------
        FitError
            The checkpoint is of other data, another descriptor, reference or layout.
        """
        saved = self.file.load()
        if saved is None:
            return None
        n_chunks = saved.get("n_chunks")
        if not isinstance(n_chunks, int) or n_chunks < 0:
            raise FitError(f"{self.file.path}: malformed checkpoint (n_chunks {shown(n_chunks)})")
        return _ledger(self.file.path, saved), n_chunks


def _settings(ledger: Ledger) -> Settings:
    """Nested settings and arrays of a ledger."""
    entries = []
    for key, entry in sorted(ledger.entries.items()):
        pending = [np.hstack(parts) for parts in entry.accumulator.pending]
        entries.append(
            {
                "key": list(key),
                "n": entry.n,
                "sums": entry.sums,
                "isotropic": entry.isotropic,
                "fourth": entry.fourth,
                "reduced": entry.accumulator.reduced,
                "pending": stack(pending) if pending else None,
            }
        )
    return {"columns": list(ledger.columns), "penalties": ledger.penalties, "entries": entries}


def _ledger(path: str | Path, settings: Settings) -> Ledger:
    try:
        columns, penalties = settings["columns"], settings.get("penalties")
        if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
            raise ValueError("columns: expected a list of names")
        if penalties is not None:
            penalties = _numbers(settings, "penalties", (len(columns),))
        ledger = Ledger(columns, penalties)
        for item in _entries(settings):
            fold, group, quantity = item["key"]
            if str(quantity) not in QUANTITIES:
                raise ValueError(f"unknown quantity {shown(quantity)}")
            ledger.entries[Key(int(fold), str(group), str(quantity))] = _entry(item, ledger.width)
    except FitError as error:
        raise FitError(f"{path}: malformed ledger ({error})") from error
    except _MALFORMED as error:
        raise FitError(f"{path}: malformed ledger ({shown(error)})") from error
    return ledger


def _entry(item: Settings, width: int) -> Entry:
    """Factor, number of rows and sums of one key; ledgers of 0.1 have no isotropic part."""
    entry = Entry(width)
    entry.n, entry.fourth = int(item["n"]), float(item.get("fourth", 0.0))
    if entry.n < 0 or not np.isfinite(entry.fourth):
        raise ValueError(f"expected a number of rows and a finite sum, got {shown(item['n'])}")
    entry.sums = _numbers(item, "sums", (width,))
    if "isotropic" in item:
        entry.isotropic = _numbers(item, "isotropic", (width + 1,))
    reduced = _numbers(item, "reduced", (None, width))
    if len(reduced) > width:
        raise ValueError(f"reduced: expected at most {width} rows, got {len(reduced)}")
    entry.accumulator.reduced = np.asfortranarray(reduced)
    if item["pending"] is not None:
        entry.accumulator.add(_numbers(item, "pending", (None, width)))
    return entry


def _numbers(settings: Settings, name: str, shape: tuple[int | None, ...]) -> Array:
    """An array of finite numbers; None in the shape is any length."""
    array = settings[name]
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise ValueError(f"{name}: expected an array of numbers, got {shown(array)}")
    wanted = tuple(n if m is None else m for n, m in zip(array.shape, shape, strict=False))
    if array.ndim != len(shape) or array.shape != wanted:
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers")
    return array


def _entries(settings: Settings) -> list[Settings]:
    """Entries of a ledger, also of format 1, where arrays had numbers in their names."""
    if settings.get("format") != 1:
        return list(settings["entries"])
    names = ("sums", "reduced", "pending")
    return [
        {**item, **{name: settings.get(f"{name}{k}") for name in names}}
        for k, item in enumerate(settings["keys"])
    ]
