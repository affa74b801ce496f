r"""Weights of a linear fit.

.. math:: \min_c \sum_{g, q} w_{g q} \sum_{r \in (g, q)} (x_r c - y_r)^2

for groups ``g`` of configurations and quantities ``q``.  Energy rows are per atom (eV/atom), force
rows per component (eV/Å), stress rows are the six components of the virial per atom (eV/atom).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from potlearn.errors import FitError

QUANTITIES = ("energy", "forces", "stress")


@dataclass(frozen=True)
class Weights:
    """Weights per quantity, with overrides per group.

    The defaults correspond to errors of 1 meV/atom, 0.1 eV/Å and 30 meV/atom of virial (``w`` is
    proportional to one over the error squared).  Among energy weights of 1e3 and 1e4 and stress
    weights from 0.1 to 1e3 they are within 4 % of the least product of held-out energy and force
    errors of 657 functions on Si and Mo (Zuo et al. 2020), and least on the shipped silicon set.

    Parameters
    ----------
    energy, forces, stress : float
        Weight of every squared residual of that quantity; 0 leaves the quantity out.
    groups : mapping of group to {quantity: weight}
        Overrides for the configurations of a group.

    Raises
    ------
    FitError
        A weight is negative or not finite, or a group names an unknown quantity.
    """

    energy: float = 10000.0
    forces: float = 1.0
    stress: float = 10.0
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for quantity in QUANTITIES:
            _check(getattr(self, quantity), f"weight of {quantity}")
        for group, overrides in self.groups.items():
            for quantity, weight in overrides.items():
                if quantity not in QUANTITIES:
                    raise FitError(
                        f"weights of group {group!r} name {quantity!r}; "
                        f"expected one of {', '.join(QUANTITIES)}"
                    )
                _check(weight, f"weight of {quantity} in group {group!r}")

    def of(self, group: str, quantity: str) -> float:
        """Weight of one quantity in one group."""
        return float(self.groups.get(group, {}).get(quantity, getattr(self, quantity)))

    @property
    def used(self) -> tuple[str, ...]:
        """Quantities that have a weight above zero somewhere."""
        groups = [*self.groups, ""]
        return tuple(q for q in QUANTITIES if any(self.of(g, q) > 0 for g in groups))

    def table(self, groups: Iterable[str]) -> dict[str, dict[str, float]]:
        """Weights of the named groups as {group: {quantity: weight}}."""
        return {g: {q: self.of(g, q) for q in QUANTITIES} for g in groups}


def _check(weight: float, what: str) -> None:
    if not 0 <= weight < float("inf"):
        raise FitError(f"{what} is {weight}; expected a finite number >= 0")
