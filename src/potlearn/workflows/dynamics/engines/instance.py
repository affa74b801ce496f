"""One instance of LAMMPS in this process: commands in, arrays out, errors in its own words."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import DynamicsError
from potlearn.runtime import require
from potlearn.typing import Array

QUIET = ("-screen", "none", "-log", "none", "-nocite")


def pair_style() -> Path:
    """The plugin with ``pair_style potlearn`` for the package lammps; built if it is not there.

    Raises
    ------
    MissingExtraError
        The package lammps is not installed.
    LammpsError
        It cannot be built.
    """
    from potlearn.lammps.plugin.installation.found import mpich_wheel
    from potlearn.lammps.plugin.installation.install import install

    for folder in mpich_wheel()[0]:
        for library in (*folder.glob("libmpi.so.12"), *folder.glob("libmpi.12.dylib")):
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    require("lammps", "lammps", "engine: lammps")
    return install().path


def open_lammps() -> Instance:
    """A quiet instance without atoms."""
    lammps = require("lammps", "lammps", "engine: lammps")
    return Instance(lammps.lammps(cmdargs=list(QUIET)))


class Instance:
    """LAMMPS with atoms; arrays are in the order of the atoms, in its own axes."""

    def __init__(self, lammps: Any) -> None:
        self._lammps = lammps

    def run(self, commands: str) -> None:
        """Run commands.

        Raises
        ------
        DynamicsError
            What LAMMPS says.
        """
        for command in filter(None, commands.splitlines()):
            try:
                self._lammps.command(command)
            except Exception as error:  # LAMMPS raises no class of its own
                words = " ".join(str(error).split())
                raise DynamicsError(f"LAMMPS, at the command '{command}': {words}") from error

    def thermo(self, keyword: str) -> float:
        """A quantity of the last step."""
        return float(self._lammps.get_thermo(keyword))

    def positions(self) -> tuple[Array, float, Array]:
        """Unwrapped positions (N, 3) in Å, the volume of the box in Å³, and its lowest corner."""
        low, high, xy, yz, xz, _, _ = self._lammps.extract_box()
        (lx, ly, lz) = np.subtract(high, low)
        cell = np.array([[lx, 0, 0], [xy, ly, 0], [xz, yz, lz]])
        images = self._gathered("image", 0)
        return self._gathered("x", 1) + images @ cell, float(lx * ly * lz), np.array(low)

    def velocities(self) -> Array:
        """Velocities (N, 3) in ASE's units."""
        return self._gathered("v", 1) / _picosecond()

    def set_velocities(self, velocities: Array) -> None:
        """Set velocities (N, 3), in ASE's units."""
        values = np.ascontiguousarray(velocities * _picosecond(), float)
        numbers = (ctypes.c_double * values.size)(*values.ravel())
        self._lammps.scatter_atoms("v", 1, 3, numbers)

    def _gathered(self, name: str, kind: int) -> Array:
        """Vectors of all atoms; of numbers (1) or whole numbers (0)."""
        found = np.array(self._lammps.gather_atoms(name, kind, 3), float)
        return found.reshape(-1, 3)

    def close(self) -> None:
        """End it."""
        self._lammps.close()


def _picosecond() -> float:
    """In ASE's units of time."""
    from ase.units import fs

    return float(1000 * fs)
