"""A check of data for POD potentials."""

from __future__ import annotations

from potlearn.data.checks import grouped
from potlearn.data.findings import Finding
from potlearn.data.survey import Survey

GUARDED_NEIGHBORS = 7


def few_neighbors(s: Survey) -> list[Finding]:
    """Atoms with so few neighbours that POD's guards switch blocks off.

    A block of body order b counts only on atoms with b - 1 neighbours or more: an atom with fewer
    than 7 is without the seven-body block, or loses it when one neighbour leaves.
    """
    sparse = (s.fewest_neighbors < GUARDED_NEIGHBORS) & ~s.dataset.isolated_mask()
    return [
        Finding(
            "warning",
            "few_neighbors",
            s.dataset.source(members[0]),
            f"group {group}: {len(members)} configurations have atoms with fewer than "
            f"{GUARDED_NEIGHBORS} neighbours within {s.cutoff:g} Å; POD's neighbour-count guards "
            "make their energies jump as neighbours come and go",
            float(s.fewest_neighbors[members].min()),
        )
        for group, members in grouped(s, sparse)
    ]
