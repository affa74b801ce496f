"""Whether energies, forces and stress are in units that fit each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.data.findings import Finding
from potlearn.data.survey import Survey
from potlearn.data.work import FORCE_SLOPES, STRESS_SLOPES, Slope, meaning, slope
from potlearn.structure.units import GPA

# A typical stress above this many eV/Å³ (160 GPa) is suspicious.
LARGE_STRESS = 1.0


def units(s: Survey) -> list[Finding]:
    """Energies, forces and stress whose units do not fit each other.

    Where neighbouring configurations allow it, energy differences are compared with the work of
    forces and stress; where they do not, the size of the stress is judged.
    """
    found: list[Finding] = []
    for group, members in s.dataset.by_group().items():
        forces, stress = force_slope(s, members), stress_slope(s, members)
        if _telling(forces) and not _fits(forces):
            found.append(_slope_finding(s, group, members, forces, "forces"))
        if _telling(stress) and not _fits(stress):
            found.append(_slope_finding(s, group, members, stress, "stress"))
        elif not _telling(stress):
            found.extend(_stress_size(s, group, members))
    return found


def force_slope(s: Survey, members: NDArray[np.int64]) -> Slope:
    """Energy differences against the work of the forces, between members in the same cell."""
    energy, work = s.step_energy[members], s.force_work[members]
    known = np.isfinite(energy) & np.isfinite(work) & (s.stress_work[members] == 0.0)
    return slope(energy[known], work[known])


def stress_slope(s: Survey, members: NDArray[np.int64]) -> Slope:
    """Energy differences against the work of the stress, between members in other cells."""
    energy, work = s.step_energy[members] - s.force_work[members], s.stress_work[members]
    known = np.isfinite(energy) & np.isfinite(work) & (work != 0.0)
    return slope(energy[known], work[known])


def _telling(fit: Slope) -> bool:
    """Whether a slope says anything."""
    return fit.n >= 6 and fit.agreement >= 0.6


def telling_value(fit: Slope) -> float | None:
    """The slope, where it says anything."""
    return fit.value if _telling(fit) else None


def _fits(fit: Slope) -> bool:
    """Whether a slope is 1 within what noise and the trapezoid rule allow."""
    return 0.6 < fit.value < 1.6


def _slope_finding(
    s: Survey, group: str, members: NDArray[np.int64], fit: Slope, name: str
) -> Finding:
    """Energies that do not follow forces or stress."""
    table = FORCE_SLOPES if name == "forces" else STRESS_SLOPES
    reason = meaning(fit.value, table) or f"energies do not follow the {name}"
    text = (
        f"group {group}: suspicious units: {reason}; between {fit.n} neighbouring configurations "
        f"energy differences are {fit.value:.4g} times the work of the {name}, expected 1"
    )
    return Finding("warning", "units", s.dataset.source(members[0]), text, fit.value)


def _stress_size(s: Survey, group: str, members: NDArray[np.int64]) -> list[Finding]:
    """Stress whose size fits kbar or GPa rather than eV/Å³."""
    sizes = s.max_stress[members]
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    typical = float(np.median(sizes)) if len(sizes) else 0.0
    if typical <= LARGE_STRESS:
        return []
    text = (
        f"group {group}: suspicious units: the typical stress is {typical:.4g} eV/Å³ "
        f"({typical * GPA:.4g} GPa); expected below {LARGE_STRESS:g} eV/Å³. Is it in kbar "
        "(1602 times larger) or GPa (160 times larger)?"
    )
    return [Finding("warning", "units", s.dataset.source(members[0]), text, typical)]
