"""Saved ledgers, and the checkpoint of a fit that is under way.

A ledger is stored as it stands, rows that wait for their factorisation included, so that a fit
which goes on from a file gives the same bits as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.ledger.entries import Entry, Key
from potlearn.fit.ledger.ledger import Ledger
from potlearn.linalg.triangular import stack
from potlearn.runtime import Checkpoint, read_archive, write_archive


def save_ledger(ledger: Ledger, path: str | Path, content: Mapping[str, Any] | None = None) -> None:
    """Write a ledger; ``content`` says what it was made of, and is kept beside it."""
    header, arrays = _detach(ledger)
    write_archive(path, "ledger", {**header, "content": dict(content or {})}, arrays)


def load_ledger(path: str | Path) -> Ledger:
    """The ledger saved at ``path``; FitError where the file is not one."""
    return _attach(path, *read_archive(path, "ledger", FitError))


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

    def save(self, ledger: Ledger, n_chunks: int) -> None:
        """Replace the checkpoint in one step."""
        header, arrays = _detach(ledger)
        self.file.save({**header, "n_chunks": n_chunks}, arrays)

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
        header, arrays = saved
        return _attach(self.file.path, header, arrays), int(header["n_chunks"])


def _detach(ledger: Ledger) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    arrays: dict[str, NDArray[np.float64]] = {}
    keys = []
    for k, (key, entry) in enumerate(sorted(ledger.entries.items())):
        keys.append({"key": list(key), "n": entry.n})
        pending = [np.hstack(parts) for parts in entry.accumulator.pending]
        arrays[f"sums{k}"] = entry.sums
        arrays[f"reduced{k}"] = entry.accumulator.reduced
        if pending:
            arrays[f"pending{k}"] = stack(pending)
    if ledger.penalties is not None:
        arrays["penalties"] = ledger.penalties
    return {"columns": list(ledger.columns), "keys": keys}, arrays


def _attach(
    path: str | Path, header: dict[str, Any], arrays: dict[str, NDArray[np.float64]]
) -> Ledger:
    try:
        ledger = Ledger(header["columns"], arrays.get("penalties"))
        for k, item in enumerate(header["keys"]):
            fold, group, quantity = item["key"]
            entry = Entry(ledger.width)
            entry.n, entry.sums = int(item["n"]), arrays[f"sums{k}"]
            entry.accumulator.reduced = np.asfortranarray(arrays[f"reduced{k}"])
            if f"pending{k}" in arrays:
                entry.accumulator.add(arrays[f"pending{k}"])
            ledger.entries[Key(int(fold), str(group), str(quantity))] = entry
    except (KeyError, TypeError, ValueError) as error:
        raise FitError(f"{path}: malformed ledger ({error})") from error
    return ledger
