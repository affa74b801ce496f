"""Radial distribution, displacements and thermodynamic means of a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.structure.lattice import heights
from potlearn.structure.symmetry import conventional
from potlearn.typing import Array, Atoms, Count, Positive
from potlearn.workflows.blocks import LEAST, block_error
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.cells import supercell
from potlearn.workflows.properties.result import Curve, Result, Value


@dataclass(frozen=True)
class Dynamics:
    r"""A simulation at constant volume and temperature (ensemble ``nvt``).

    The radial distribution, and the diffusion coefficient of the mean square displacement,

    .. math:: D = \frac{1}{6} \frac{d}{dt} \langle |x_i(t_0 + t) - x_i(t_0)|^2 \rangle

    with error bars of block averages.  The first fifth is left out.
    """

    drawn: ClassVar[bool] = False

    temperature: Positive = 300.0
    """K."""
    time: Positive = 5.0
    """ps."""
    timestep: Positive = 1.0
    """fs."""
    length: Positive = 10.0
    """The supercell is at least this thick in every direction, Å."""
    bins: Annotated[int, Ge(20)] = 100
    """Bins of the radial distribution."""
    seed: Count = 0
    """Of velocities and thermostat."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def measure(self, case: Case) -> Result:
        """Temperature (K), pressure (GPa), D (Å²/ps), the radial distribution and displacements."""
        if case.folder is not None:
            return self._measured(case, case.folder / "dynamics")
        with TemporaryDirectory() as folder:
            return self._measured(case, Path(folder) / "dynamics")

    def _measured(self, case: Case, folder: Path) -> Result:
        import ase.io

        from potlearn.workflows.dynamics import DynamicsSettings, Exploding, simulate

        steps = max(1, round(1000 * self.time / self.timestep))
        every = max(1, steps // 250)
        settings = DynamicsSettings(
            ensemble="nvt",
            temperature=float(self.temperature),
            timestep=float(self.timestep),
            steps=steps,
            seed=self.seed,
            every=every,
            log_every=every,
        )
        cell = supercell(conventional(case.crystal), self.length)
        calculator = case.calculator()
        done = simulate(cell, calculator, settings, folder=folder, watches=[Exploding()])
        if done.stopped is not None:
            raise PropertyError(f"dynamics: {done.message}")
        assert done.trajectory is not None
        frames: Any = ase.io.read(done.trajectory, index=":", format="extxyz")
        kept = frames[len(frames) // 5 :]
        if len(kept) < 2 * LEAST:
            raise PropertyError(
                f"dynamics: expected at least {5 * LEAST // 2} frames, got {len(frames)}; simulate "
                "for a longer time"
            )
        return self._result(kept, every * self.timestep / 1000, done.log.columns)

    def _result(self, frames: list[Atoms], interval: float, log: Any) -> Result:
        distribution = _distribution(frames, self.bins)
        t, msd = _displacements(frames, interval)
        slope, error = _diffusion(frames, interval)
        values = {"diffusion": Value(slope, "Å²/ps", error)}
        for name, unit in (("temperature", "K"), ("pressure", "GPa")):
            column = np.asarray(log[name])[len(log[name]) // 5 :]
            values[name] = Value(float(column.mean()), unit, block_error(column))
        curves = {
            "Radial distribution": distribution,
            "Mean square displacement": Curve("Time (ps)", "Displacement² (Å²)", t, [msd]),
        }
        return Result(values, curves, _still(distribution, msd))


def _still(distribution: Curve, msd: list[float]) -> list[str]:
    """That atoms only vibrate, where they have not moved by a fifth of a bond."""
    bond = distribution.x[int(np.argmax(np.array(distribution.lines[0]) > 0.5))]
    if max(msd) > (0.2 * bond) ** 2:
        return []
    return ["atoms vibrate about their sites: the run shows no diffusion; ignore D"]


def _distribution(frames: list[Atoms], bins: int) -> Curve:
    """g(r) up to the largest distance of which the cell has all pairs, or 8 Å."""
    from potlearn.structure import neighbors

    reach = min(8.0, float(heights(frames[0].cell.array).min()))
    edges = np.linspace(0, reach, bins + 1)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    found = []
    for atoms in frames:
        pairs = neighbors(atoms, reach)
        lengths = np.linalg.norm(pairs.vectors(atoms.positions), axis=1)
        density = len(atoms) / atoms.get_volume()
        found.append(np.histogram(lengths, edges)[0] / (len(atoms) * density * shells))
    g = np.array(found)
    errors = [block_error(column) for column in g.T]
    middle = ((edges[1:] + edges[:-1]) / 2).tolist()
    return Curve("Distance (Å)", "g(r)", middle, [g.mean(0).tolist()], errors=errors)


def _paths(frames: list[Atoms]) -> Array:
    """Unwrapped positions (frames, N, 3) against the centre of mass."""
    paths = np.array([atoms.positions for atoms in frames])
    inverse = np.linalg.inv(frames[0].cell.array)
    jumps = np.round(np.diff(paths, axis=0) @ inverse)
    paths[1:] -= np.cumsum(jumps, axis=0) @ frames[0].cell.array
    masses = frames[0].get_masses()
    centres = np.einsum("a,fax->fx", masses, paths) / masses.sum()
    return np.asarray(paths - centres[:, None])


def _displacements(frames: list[Atoms], interval: float) -> tuple[list[float], list[float]]:
    """Mean square displacement over up to half of the run, and its times."""
    paths = _paths(frames)
    lags = range(len(frames) // 2)
    msd = [float(((paths[k:] - paths[: len(paths) - k]) ** 2).sum(2).mean()) for k in lags]
    return [k * interval for k in lags], msd


def _diffusion(frames: list[Atoms], interval: float) -> tuple[float, float]:
    """D by the slope between a tenth and a half of four parts' displacements, and its error."""
    parts = np.array_split(np.arange(len(frames)), 4)
    found = []
    for part in parts:
        t, msd = _displacements([frames[i] for i in part], interval)
        first = max(1, len(t) // 5)
        found.append(np.polyfit(t[first:], msd[first:], 1)[0] / 6)
    return float(np.mean(found)), float(np.std(found, ddof=1) / 2)
