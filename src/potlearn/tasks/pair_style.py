"""Pair style ``potlearn``, built for a LAMMPS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potlearn.tasks.settings import LammpsConfig


@dataclass(frozen=True)
class InstallOutcome:
    """Where the pair style is: a plugin, or the program of a LAMMPS that loads none.

    ``found_by_lmp`` says whether the environment's own ``lmp`` loads it without being asked.
    """

    path: Path
    version: str
    built: bool
    plugin: bool
    found_by_lmp: bool

    def lines(self) -> tuple[str, ...]:
        """What a user should know, and the commands of an input."""
        state = "built and tried" if self.built else "already there"
        first = f"{self.path}: {state}, for LAMMPS {self.version}"
        pair = ("  pair_style potlearn", "  pair_coeff * * Si.potl-lammps Si")
        if not self.plugin:
            return (first, f"run inputs with {self.path} in place of lmp:", *pair)
        if self.found_by_lmp:
            return (
                first,
                "this environment's lmp loads it; others by 'plugin load' and its path:",
                *pair,
            )
        return (first, "in an input:", f"  plugin load {self.path}", *pair)


def install_lammps(
    settings: LammpsConfig | Mapping[str, Any],
    say: Callable[[str], object] = lambda _: None,
) -> InstallOutcome:
    """Build pair style ``potlearn`` for a LAMMPS, unless it is there, and try it.

    Parameters
    ----------
    settings : LammpsConfig or mapping
    say : callable, optional
        Called with what is being done.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    LammpsError
        LAMMPS, a header or a compiler is missing, or what was built does not work.
    OutputError
        The folder cannot be written.
    """
    from potlearn.lammps.plugin.installation.install import install

    config = LammpsConfig.of(settings)
    done = install(config.lammps, config.output, say)
    version = done.lammps.about.version
    return InstallOutcome(done.path, version, done.built, done.plugin, done.found_by_lmp)
