"""Files of ``pair_style potlearn`` as a format: one holds any potential that the engine runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potlearn import __version__
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.arrays import MAGIC, Value, encoded
from potlearn.lammps.plugin.errors import errors_of
from potlearn.lammps.plugin.terms import terms_of
from potlearn.potentials import Potential
from potlearn.potentials.content import Content
from potlearn.runtime import write_bytes

SUFFIX = ".potl-lammps"


class PluginFormat:
    """``PREFIX.potl-lammps`` for ``pair_style potlearn``; it is written, LAMMPS reads it."""

    pair_style = "potlearn"
    whole = True
    parts = ("file of pair_style potlearn (.potl-lammps)",)
    suffixes = (SUFFIX,)

    def part(self, content: Content) -> int | None:
        """0 for a file that begins as these do."""
        return 0 if content.start.startswith(MAGIC) else None

    def read(self, *paths: Path) -> Any:
        """Say what to load instead: the file has tables, and not what they were made from.

        Raises
        ------
        ModelFileError
            Always.
        """
        raise ModelFileError(
            f"{paths[0]}: a file for LAMMPS's pair_style potlearn; expected the saved model "
            "(.potl) that it was exported from"
        )

    def suits(self, potential: Potential) -> bool:
        """No potential by itself: LAMMPS reads these files with a plugin only."""
        return False

    def write(self, potential: Potential, prefix: Path) -> tuple[Path, ...]:
        """Write the file; return its path.

        Raises
        ------
        ModelFileError
            The file cannot hold the potential.
        """
        path = Path(f"{prefix}{SUFFIX}")
        write_bytes(path, encoded(arrays_of(potential)))
        return (path,)


def arrays_of(potential: Potential) -> dict[str, Value]:
    """Everything that a file holds of a potential."""
    arrays: dict[str, Value] = {
        "written_by": f"potlearn {__version__}",
        "species": "\n".join(potential.species),
        "cutoff": float(potential.cutoff),
    }
    for k, term in enumerate(terms_of(potential)):
        arrays |= {f"term{k}.{name}": value for name, value in term.items()}
    return arrays | errors_of(potential)
