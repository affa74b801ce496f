"""Molecular dynamics: settings in, a folder with trajectory, table and figure out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from potlearn.errors import DynamicsError
from potlearn.runtime import Progress, check_installed, replacing, write_text
from potlearn.tasks.settings.dynamics import DynamicsBase, DynamicsConfig, StartConfig

if TYPE_CHECKING:
    from potlearn.typing import Atoms
    from potlearn.workflows.dynamics import Simulated

LAST, CONFIG, FIGURE = "last.extxyz", "config.yaml", "md"


@dataclass(frozen=True)
class DynamicsOutcome:
    """A simulation and its folder.

    Attributes
    ----------
    simulated : Simulated
    folder : Path
    files : tuple of str
        Names of the files.
    seconds : float
        Wall time of this call.
    """

    simulated: Simulated
    folder: Path
    files: tuple[str, ...]
    seconds: float


def simulate(
    settings: DynamicsBase | Mapping[str, Any], *, progress: Progress = None
) -> DynamicsOutcome:
    """Run molecular dynamics into a folder; the same settings continue what was interrupted.

    The folder has ``trajectory.extxyz``, ``thermo.csv``, ``last.extxyz`` (the last good frame, with
    momenta), ``config.yaml``, ``checkpoint`` and, if asked for, ``trajectory.traj`` and the figure.

    Parameters
    ----------
    settings : DynamicsConfig or mapping
    progress : bool or function
        A bar with ns/day, or called with (done, total) steps.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    ModelFileError
        The potential cannot be read.
    PotlearnError
        As :func:`potlearn.workflows.dynamics.simulate`.
    """
    from potlearn.workflows import dynamics

    config: Any = DynamicsConfig.of(settings)
    if config.output.figure:
        check_installed("matplotlib", extra="report", what="the figure")
    begun, folder = perf_counter(), config.output.folder
    calculator, start = _calculator(config), _start(config.start)
    done = dynamics.simulate(
        start,
        calculator,
        config.dynamics(),
        folder=folder,
        watches=config.watches(),
        progress=progress,
    )
    return DynamicsOutcome(done, folder, _written(config, done), perf_counter() - begun)


def _calculator(config: Any) -> Any:
    if config.potential is not None:
        from potlearn.potentials import load

        return load(*config.potential).calculator(skin=config.skin, threads=config.threads)
    return config.calculator.spec().build()


def _start(config: StartConfig) -> Atoms:
    """The structure.

    Raises
    ------
    DynamicsError
        No such frame, or no such crystal.
    DataError
        The file cannot be read.
    """
    if config.file is not None:
        atoms = _frame(config.file, config.index)
    else:
        atoms = _crystal(str(config.crystal), config.parameters)
    repeated: Atoms = atoms.repeat(config.repeat)
    return repeated


def _frame(path: Path, index: int) -> Atoms:
    """One frame, with momenta and constraints where the file has them."""
    import ase.io

    if not path.is_file():
        raise DynamicsError(f"start: {path}: no such file")
    try:
        found: Any = ase.io.read(path, index=index)
    except (IndexError, StopIteration) as error:
        raise DynamicsError(f"start: {path}: has no frame {index}") from error
    except Exception as error:  # readers of ASE raise whatever they meet
        words = " ".join(str(error).split())[:300]
        raise DynamicsError(f"start: {path}: cannot be read as a structure: {words}") from error
    atoms: Atoms = found
    return atoms


def _crystal(name: str, parameters: Mapping[str, Any]) -> Atoms:
    """A crystal of ASE, cubic if it has such a cell."""
    from ase.build import bulk

    wrong = (RuntimeError, ValueError, TypeError, KeyError)
    try:
        return bulk(name, **{"cubic": True, **parameters})
    except wrong:
        pass
    try:
        return bulk(name, **parameters)
    except wrong as error:
        raise DynamicsError(
            f"start: crystal: {name}: {error}; name its structure in 'parameters', such as "
            "crystalstructure: fcc and a: 4.05"
        ) from error


def _written(config: Any, done: Simulated) -> tuple[str, ...]:
    """Write what follows from a run; names of all files."""
    from potlearn.report import dynamics_figure

    folder, formats = config.output.folder, config.output.formats
    write_text(folder / CONFIG, config.to_yaml())
    with replacing(folder / LAST) as path:
        done.atoms.write(path, format="extxyz")
    files = ["trajectory.extxyz", "thermo.csv", LAST, CONFIG]
    if "traj" in formats:
        assert done.trajectory is not None
        _convert(done.trajectory, folder / "trajectory.traj")
        files.append("trajectory.traj")
    if config.output.figure:
        title, columns = done.message.split(";")[0], done.log.columns
        drawn = dynamics_figure(columns, len(done.atoms), folder, FIGURE, title)
        files += [path.name for path in drawn]
    return tuple(files)


def _convert(source: Path, target: Path) -> None:
    """Write a trajectory in ASE's own format, frame by frame."""
    import ase.io
    from ase.io.trajectory import Trajectory

    with replacing(target) as path, Trajectory(path, "w") as trajectory:
        for atoms in ase.io.iread(source, index=":", format="extxyz"):
            trajectory.write(atoms)
