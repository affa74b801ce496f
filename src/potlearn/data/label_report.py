"""Says which keys gave the labels, how often, and what was left aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

import numpy as np

from potlearn.data.catalog import Catalog
from potlearn.data.labels import LabelKeys
from potlearn.typing import Settings

QUANTITIES = ("energy", "forces", "stress", "force_mask")


@dataclass(frozen=True)
class LabelReport:
    """What was found in how many configurations.

    Attributes
    ----------
    n_configurations : int
        Configurations looked at.
    found : {quantity: {key: count}}
        Keys that gave each quantity.
    missing : {quantity: count}
        Configurations without the quantity.
    unused : {key: count}
        Label keys that were there but gave nothing: a key before them won, or the cell spans no
        volume to which a stress could belong.
    n_masked_atoms : int
        Atoms whose forces a mask excludes.
    """

    n_configurations: int
    found: dict[str, dict[str, int]]
    missing: dict[str, int]
    unused: dict[str, int]
    n_masked_atoms: int

    def to_dict(self) -> Settings:
        """Plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [self._line(quantity) for quantity in self.found]
        if "free_energy" in {**self.unused, **self.found["energy"]}:
            lines.append(self._which_energy())
        if self.unused:
            lines.append("present, not used: " + _counts(self.unused))
        return "\n".join(lines)

    def _line(self, quantity: str) -> str:
        found = _counts(self.found[quantity]) or "none"
        missing = self.missing.get(quantity, 0)
        return f"{quantity}: {found}" + (f"; missing in {missing}" if missing else "")

    def _which_energy(self) -> str:
        read = " and ".join(self.found["energy"])
        return (
            f"energies are read from {read}; free_energy is the one consistent with the forces, "
            "energy may be extrapolated to zero smearing: choose with keys={'energy': ...}"
        )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{key} ({count})" for key, count in counts.items())


def label_report(catalog: Catalog, keys: LabelKeys) -> LabelReport:
    """Count the label keys of a table of configurations."""
    found: dict[str, Counter[str]] = {quantity: Counter() for quantity in QUANTITIES}
    unused: Counter[str] = Counter()
    for index, count in enumerate(np.bincount(catalog.key, minlength=len(catalog.keys)).tolist()):
        entry = catalog.keys[index]
        for quantity in QUANTITIES if count else ():
            name = getattr(entry, quantity)
            if name is not None:
                found[quantity][name] += count
        for name in entry.unused if count else ():
            unused[name] += count
    n = len(catalog)
    masked = catalog.n_atoms - catalog.n_forces
    return LabelReport(
        n_configurations=n,
        found={quantity: dict(counts) for quantity, counts in found.items()},
        missing={q: n - found[q].total() for q in ("energy", "forces", "stress")},
        unused=dict(unused),
        n_masked_atoms=int(masked[catalog.n_forces > 0].sum()),
    )
