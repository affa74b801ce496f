"""LAMMPS in this process, with the exported potential and ``pair_style potlearn``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from potlearn.errors import DynamicsError
from potlearn.lammps import write_data, write_lammps
from potlearn.typing import Array, Atoms, Settings
from potlearn.workflows.dynamics.engines.base import Setup, State, arrays_of, forget, placed
from potlearn.workflows.dynamics.engines.instance import Instance, open_lammps, pair_style

LARGEST_SEED = 900_000_000
"""LAMMPS takes no larger one."""
INPUT = """\
units metal
atom_style atomic
atom_modify map array
boundary {boundary}
box tilt large
"""


def _box(atoms: Atoms) -> tuple[Array, Array]:
    """A cell around the atoms, and how they are moved to lie in it (where it is not periodic)."""
    cell = np.array(atoms.cell.complete())
    free = np.flatnonzero(~atoms.pbc)
    cell[free] /= np.linalg.norm(cell[free], axis=1, keepdims=True)
    along = (atoms.positions @ np.linalg.inv(cell))[:, free]
    shift = (1 - along.min(axis=0)) @ cell[free]
    cell[free] *= (np.ptp(along, axis=0) + 2)[:, None]
    return cell, np.asarray(shift, float)


def _masses(atoms: Atoms) -> dict[str, float]:
    """Mass of every element, in amu."""
    found: dict[str, float] = {}
    for symbol, mass in zip(atoms.get_chemical_symbols(), atoms.get_masses().tolist(), strict=True):
        if found.setdefault(symbol, mass) != mass:
            raise DynamicsError(
                f"dynamics: engine: lammps: expected one mass of {symbol}, got {found[symbol]:g} "
                f"and {mass:g}: take engine: ase"
            )
    return found


class LammpsEngine:
    """LAMMPS of the package lammps; every leg starts one anew, from a restart file.

    Raises
    ------
    DynamicsError
        The calculator is not that of a potential, or the start has constraints or isotopes.
    LammpsError
        The pair style cannot be built.
    MissingExtraError
        The package lammps is not installed.
    ModelFileError
        ``pair_style potlearn`` has no such potential.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        potential = getattr(setup.calculator, "potential", None)
        if potential is None:
            raise DynamicsError(
                "dynamics: engine: lammps runs potentials of potlearn; got the calculator "
                f"{type(setup.calculator).__name__}: take engine: ase"
            )
        if setup.start.constraints:
            raise DynamicsError("dynamics: engine: lammps holds no constraints: take engine: ase")
        self._masses = _masses(setup.start)
        self._species = potential.species
        self._plugin = pair_style()
        self._folder = tempfile.TemporaryDirectory(prefix="potlearn-md-")
        (self._file,) = write_lammps(potential, self._place / "model", to="lammps").paths
        self._shift = _box(setup.start)[1]
        self._lammps: Instance | None = None

    @property
    def _place(self) -> Path:
        return Path(self._folder.name)

    @property
    def _instance(self) -> Instance:
        assert self._lammps is not None
        return self._lammps

    def first(self) -> Settings:
        """Nothing: LAMMPS begins from positions and momenta."""
        return {}

    def begin(self, state: State) -> None:
        """Start LAMMPS from a state; the calculator of the frames forgets what it has kept."""
        self._close_instance()
        forget(self._setup.calculator)
        self._step, self._before = state.step, state.unexplained
        lammps = self._lammps = open_lammps()
        lammps.run(f"plugin load {self._plugin}")
        lammps.run(INPUT.format(boundary=self._boundary))
        if "restart" in state.own:
            file = self._place / "restart"
            file.write_bytes(state.own["restart"].tobytes())
            lammps.run(f"read_restart {file}")
        else:
            self._read(lammps, placed(self._setup.start, state))
        lammps.run(self._commands(state.step))
        lammps.run("run 0 post no")
        self._econserve = lammps.thermo("econserve")
        self._look()

    @property
    def _boundary(self) -> str:
        return " ".join("p" if periodic else "s" for periodic in self._setup.start.pbc)

    def _read(self, lammps: Instance, atoms: Atoms) -> None:
        """Positions, cell and velocities of the first leg."""
        boxed = atoms.copy()
        boxed.cell = _box(atoms)[0]
        boxed.positions += self._shift
        write_data(self._place / "start.data", boxed, self._species)
        lammps.run(f"read_data {self._place / 'start.data'}")
        for kind, symbol in enumerate(self._species, 1):
            lammps.run(f"mass {kind} {self._masses.get(symbol, 1.0)!r}")
        lammps.set_velocities(self._turn(atoms.get_velocities(), to_lammps=True))

    def _commands(self, step: int) -> str:
        """Pair style, and the ensemble from here to the next corner of the schedule."""
        settings = self._setup.settings
        self._stop = min((c for c in settings.corners if c > step), default=settings.n_steps)
        self._start = max((c for c in settings.corners if c <= step), default=0)
        ends = settings.target(self._start), settings.target(self._stop)
        seed = np.random.SeedSequence([settings.seed, step]).generate_state(1)[0] % LARGEST_SEED
        lines = [
            f"pair_style potlearn\npair_coeff * * {self._file} {' '.join(self._species)}",
            f"timestep {settings.timestep / 1000!r}",
            *self._setup.ensemble.commands(settings, ends, int(seed) + 1),
            "thermo 1000000000",
            "thermo_style custom step pe econserve",
        ]
        return "\n".join(lines)

    def advance(self, n: int) -> None:
        """Make so many steps.

        Raises
        ------
        DynamicsError
            What LAMMPS says, such as lost atoms.
        """
        self._instance.run(f"run {n} start {self._start} stop {self._stop} pre no post no")
        self._step += n
        self._look()

    def _look(self) -> None:
        """Fetch positions, momenta and the cell."""
        lammps, start = self._instance, self._setup.start
        atoms: Atoms = start.copy()
        positions, box, lowest = lammps.positions()
        if self._setup.ensemble.changes_cell:
            positions = positions - lowest
            atoms.set_cell(start.cell * (box / start.get_volume()) ** (1 / 3))
        atoms.set_positions(self._turn(positions, to_lammps=False) - self._shift)
        atoms.set_velocities(self._turn(lammps.velocities(), to_lammps=False))
        atoms.calc = self._setup.calculator
        self._atoms = atoms

    def _turn(self, vectors: Array, to_lammps: bool) -> Array:
        """Vectors in the axes of the box, or back."""
        from ase.calculators.lammps import Prism

        prism = Prism(_box(self._setup.start)[0], pbc=self._setup.start.pbc)
        turn = prism.vector_to_lammps if to_lammps else prism.vector_to_ase
        turned: Array = turn(vectors, wrap=False)
        return turned

    @property
    def atoms(self) -> Atoms:
        """The atoms now, with potlearn's calculator."""
        return self._atoms

    @property
    def unexplained(self) -> float:
        """Change of LAMMPS's conserved energy in eV."""
        return self._before + self._instance.thermo("econserve") - self._econserve

    def end(self) -> State:
        """Where the next leg begins: LAMMPS's restart file."""
        file = self._place / "restart"
        self._instance.run(f"write_restart {file}")
        own: Settings = {"restart": np.frombuffer(file.read_bytes(), np.uint8)}
        arrays = arrays_of(self._atoms)
        return State(self._step, **arrays, unexplained=self.unexplained, own=own)

    def _close_instance(self) -> None:
        if self._lammps is not None:
            self._lammps.close()
            self._lammps = None

    def close(self) -> None:
        """End LAMMPS, and remove its files."""
        self._close_instance()
        self._folder.cleanup()
