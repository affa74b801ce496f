"""Models in the formats of other programs: export and import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import ConfigError
from potlearn.tasks.settings import ExportConfig, ImportConfig

if TYPE_CHECKING:
    from potlearn.potentials.operations import PotentialBase


@dataclass(frozen=True)
class ExportOutcome:
    """Files that hold a model, and what a user should know about them."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def export(settings: ExportConfig | Mapping[str, Any]) -> ExportOutcome:
    """Write a model in the format of another program.

    Pair potentials in the sum or under the fit are written beside the many-body part, with a file
    of the commands that overlay them; ``lammps`` is one file of everything.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    ModelFileError
        The model cannot be read, or the format cannot hold it.
    """
    from potlearn.lammps import expansion_error, parts, write_lammps, write_table
    from potlearn.potentials import load
    from potlearn.runtime import check_folder, write_text

    config = ExportConfig.of(settings)
    if config.output is not None:
        check_folder(config.output.parent)
    potential = load(*config.model)
    prefix = _prefix(config, potential.species)
    if config.to == "lammps":
        return ExportOutcome(write_lammps(potential, prefix, config.to).paths)
    many_body, pairs, walls = parts(potential)
    if config.to == "table":
        table = write_table(Path(f"{prefix}.table"), potential.species, pairs)
        return ExportOutcome((table,))
    files = write_lammps(potential, prefix, config.to, bare_names=True)
    paths, notes = [*files.paths], []
    if config.to == "yace" and (error := expansion_error(many_body)) > 0:
        notes.append(f"radial functions are written within {error:.1e} of their largest value")
    if pairs or walls:
        paths.append(Path(f"{prefix}.in"))
        write_text(paths[-1], "\n".join(files.commands) + "\n")
    return ExportOutcome(tuple(paths), tuple(notes))


def _prefix(config: ExportConfig, species: Sequence[str]) -> Path:
    """The one that is given, without the ending of a file of ``pair_style potlearn``; or species.

    Raises
    ------
    ConfigError
        None is given, and files named by the species could be those of the model.
    """
    from potlearn.lammps.plugin import SUFFIX

    if config.output is not None:
        return Path(str(config.output).removesuffix(SUFFIX))
    prefix = "".join(species)
    for file in map(Path, config.model):
        same_place = file.resolve().parent == Path.cwd()
        if same_place and file.suffix != ".potl" and file.name.startswith(prefix):
            raise ConfigError(
                f"output: expected a prefix of the files: {prefix}... could replace {file}"
            )
    return Path(prefix)


def import_(settings: ImportConfig | Mapping[str, Any]) -> PotentialBase:
    """Read the potential in the files of another program, and save it as a model.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    ModelFileError
        As :func:`potlearn.potentials.load`.
    """
    from potlearn.potentials import load
    from potlearn.runtime import check_output

    config = ImportConfig.of(settings)
    check_output(config.output)
    potential: PotentialBase = load(*config.files)
    potential.save(config.output)
    return potential
