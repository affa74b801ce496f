"""At which steps something happens: frames, rows, looks, ends of legs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from potlearn.workflows.dynamics.engines.base import Setup
from potlearn.workflows.dynamics.watches.base import Watch

ATOM_STEPS, SHORTEST = 100_000, 20
"""Steps times atoms of a leg with a potential (about a second), and its least number of steps."""
OTHERS = 10
"""Steps of a leg with other calculators."""


@dataclass(frozen=True)
class Plan:
    """Steps at which something happens: multiples of ``every``, and ends of legs."""

    n_steps: int
    every: tuple[int, ...]
    leg: int
    corners: tuple[int, ...]
    """Steps at which the slope of the temperature changes; legs end there."""

    @classmethod
    def of(cls, setup: Setup, watches: Sequence[Watch]) -> Plan:
        """The plan of settings and watches."""
        settings = setup.settings
        every = {settings.every, settings.log_every, *(watch.every for watch in watches)}
        leg = settings.checkpoint
        if leg is None:
            quick = hasattr(setup.calculator, "potential")
            leg = max(SHORTEST, ATOM_STEPS // len(setup.start)) if quick else OTHERS
        return cls(settings.n_steps, tuple(sorted(every)), leg, settings.corners)

    def leg_end(self, step: int) -> int:
        """Where a leg ends that begins at a step."""
        corners = (corner for corner in self.corners if corner > step)
        return min(self.n_steps, (step // self.leg + 1) * self.leg, *corners)

    def moments(self, step: int, end: int) -> Iterator[int]:
        """Steps after ``step`` at which something happens, ``end`` included."""
        while step < end:
            step = min(end, *((step // every + 1) * every for every in self.every))
            yield step
