"""What the survival check found, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from potlearn.typing import Settings

State: TypeAlias = Literal["survived", "failed", "stopped", "not run"]
"""``stopped``: the time was over during the run, and nothing had failed until then."""


@dataclass(frozen=True)
class DimerScan:
    """Two atoms at distances from close contact to the cutoff.

    Attributes
    ----------
    pair : tuple of str
        Elements.
    distances : tuple of float
        In Å, ascending.
    energies : tuple of float
        Relative to the atoms apart, in eV.
    repels : bool
        Whether the energy rises on approach, everywhere inside the distances of the data.
    depth : float
        Of the lowest energy, in eV.
    reason : str
        Why the scan failed; empty where it did not.
    """

    pair: tuple[str, str]
    distances: tuple[float, ...]
    energies: tuple[float, ...]
    repels: bool
    depth: float
    reason: str = ""


@dataclass(frozen=True)
class HotRun:
    """Molecular dynamics from one configuration at one temperature.

    Attributes
    ----------
    start : int
        Number of the configuration in the data.
    group : str
        Its group.
    atoms : int
        Number of atoms, cells repeated.
    temperature : float
        Of the thermostat, in K.
    picoseconds : float
        Survived.
    state : str
    reason : str
        Why it failed, was stopped or not run; empty where it survived.
    """

    start: int
    group: str
    atoms: int
    temperature: float
    picoseconds: float
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Survival:
    """Dimers and hot runs of one potential.

    Attributes
    ----------
    dimers : tuple of DimerScan
    hot : tuple of HotRun
        Hottest first.
    planned : float
        Length of a run, in ps.
    seconds : float
        That all of it took.
    """

    dimers: tuple[DimerScan, ...]
    hot: tuple[HotRun, ...]
    planned: float
    seconds: float

    @property
    def n_failed(self) -> int:
        """Dimers and runs that failed."""
        return sum(bool(d.reason) for d in self.dimers) + sum(
            run.state == "failed" for run in self.hot
        )

    @property
    def n_not_run(self) -> int:
        """Runs that were not run to their end for want of time."""
        return sum(run.state in ("stopped", "not run") for run in self.hot)

    @property
    def passed(self) -> bool:
        """Whether nothing failed; see also :attr:`n_not_run`."""
        return not self.n_failed

    def sentences(self) -> Iterator[str]:
        """What failed, for a person."""
        for dimer in self.dimers:
            if dimer.reason:
                yield f"dimer {'-'.join(dimer.pair)}: {dimer.reason}"
        for run in self.hot:
            if run.state == "failed":
                yield (
                    f"{run.temperature:.0f} K from configuration {run.start} "
                    f"({run.group or 'no group'}): {run.reason} after {run.picoseconds:.2f} ps"
                )
        if self.n_not_run:
            yield f"{self.n_not_run} of {len(self.hot)} runs were not finished for want of time"

    def to_dict(self) -> Settings:
        """Plain JSON."""
        return asdict(self) | {"passed": self.passed}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Survival:
        """The inverse of :meth:`to_dict`."""
        return cls(
            tuple(_dimer(d) for d in settings["dimers"]),
            tuple(HotRun(**run) for run in settings["hot"]),
            settings["planned"],
            settings["seconds"],
        )


def _dimer(settings: Mapping[str, Any]) -> DimerScan:
    """Lists of JSON are tuples."""
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    return DimerScan(**given)
