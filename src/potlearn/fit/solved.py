"""From a ledger to coefficients: contradictions left out, noise levels, solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter, process_time

from potlearn.fit.contradictions.contradiction import Contradiction, sentences
from potlearn.fit.contradictions.find import find_contradictions
from potlearn.fit.contradictions.trial import without_stress
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.noise import noise_levels
from potlearn.fit.posed import solve_ledger
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.problem import SolveInfo
from potlearn.typing import Array


@dataclass(frozen=True)
class Solved:
    """What a ledger's rows give under a fit's settings; attributes are those of ``FitResult``."""

    coefficients: Array
    info: SolveInfo
    settings: FitSettings
    timing: dict[str, float]
    notes: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]


def solved(ledger: Ledger, settings: FitSettings) -> Solved:
    """All of a fit that comes after its rows.

    Parameters
    ----------
    ledger : Ledger
        With the penalties of the fit.
    settings : FitSettings
        One-body energies given or fitted (:meth:`FitSettings.resolved`).

    Raises
    ------
    FitError
        The problem cannot be solved as asked.
    """
    clock = Clock()
    found, settings = _contradictions(ledger, settings)
    timing = clock.lap("contradictions")
    settings, levels = _with_noise(ledger, settings)
    coefficients, info = solve_ledger(ledger, settings)
    return Solved(
        coefficients=coefficients,
        info=info,
        settings=settings,
        timing={**timing, **clock.lap("solve")},
        notes=tuple(text for text in (*sentences(found), levels, *info.notes) if text),
        contradictions=found,
    )


def _contradictions(
    ledger: Ledger, settings: FitSettings
) -> tuple[tuple[Contradiction, ...], FitSettings]:
    """Stress that contradicts energies and forces, and the settings of a fit without it."""
    if settings.contradictions == "keep":
        return (), settings
    found = find_contradictions(ledger, settings)
    out = [item.group for item in found if item.left_out]
    return found, replace(settings, weights=without_stress(settings.weights, out))


def _with_noise(ledger: Ledger, settings: FitSettings) -> tuple[FitSettings, str]:
    """Settings with the weights of noise levels by evidence, if asked for, and a note on them."""
    if settings.noise == "fixed":
        return settings, ""
    found = noise_levels(ledger, settings, settings.noise)
    return replace(settings, weights=found.weights), found.note


class Clock:
    """Wall and CPU seconds between laps."""

    def __init__(self) -> None:
        self.start = (perf_counter(), process_time())

    def lap(self, name: str) -> dict[str, float]:
        """Seconds since the last lap, as ``NAME_wall`` and ``NAME_cpu``."""
        now = (perf_counter(), process_time())
        wall, cpu = (b - a for a, b in zip(self.start, now, strict=True))
        self.start = now
        return {f"{name}_wall": wall, f"{name}_cpu": cpu}
