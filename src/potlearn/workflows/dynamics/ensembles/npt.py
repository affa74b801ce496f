"""Constant temperature and pressure: Langevin dynamics of the atoms and the volume."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from typing import TYPE_CHECKING, Any, ClassVar

from potlearn.errors import DynamicsError, MissingExtraError
from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    import numpy as np

    from potlearn.workflows.dynamics.settings import DynamicsSettings

BULK_MODULUS = 100.0
"""GPa, of the solid whose volume oscillates with the period ``pressure_tau``."""


class NPT:
    r"""Constant temperature and pressure; the cell keeps its shape.

    The volume V is a particle of mass W with friction and random forces, as the atoms are.  Of a
    solid with bulk modulus B it oscillates with the period

    .. math:: \tau = 2 \pi \sqrt{W / (9 V B)},

    from which W follows with B = 100 GPa; the ensemble depends on neither.

    References
    ----------
    Quigley, Probert, J. Chem. Phys. 120, 11432 (2004)
    """

    conserves_momentum: ClassVar[bool] = False
    changes_cell: ClassVar[bool] = True

    def integrator(
        self, atoms: Atoms, settings: DynamicsSettings, kelvin: float, rng: np.random.Generator
    ) -> Any:
        """Give ASE's ``LangevinBAOAB`` with a hydrostatic barostat.

        Raises
        ------
        DynamicsError
            There is no cell of three periodic vectors, no stress, or no temperature.
        MissingExtraError
            ASE is too old.
        """
        from ase.units import GPa, fs

        _check(atoms, kelvin)
        tau = settings.pressure_tau * fs
        return _baoab()(
            atoms,
            settings.timestep * fs,
            temperature_K=kelvin,
            externalstress=-settings.pressure * GPa,
            hydrostatic=True,
            T_tau=fs / settings.friction,
            P_tau=tau,
            P_mass=9 * atoms.get_volume() * BULK_MODULUS * GPa * (tau / (2 * pi)) ** 2,
            rng=rng,
        )

    def set_temperature(self, integrator: Any, kelvin: float) -> None:
        """Change the random forces."""
        integrator.set_temperature(kelvin)

    def state(self, integrator: Any) -> Settings:
        """Give mass and momentum of the volume."""
        return {
            "mass": float(integrator.barostat_mass),
            "momentum": float(integrator.p_eps),
        }

    def restore(self, integrator: Any, state: Settings) -> None:
        """Set mass and momentum of the volume."""
        integrator.barostat_mass = state["mass"]
        integrator.p_eps = state["momentum"]
        integrator.set_temperature(integrator.temperature_K)

    def commands(
        self, settings: DynamicsSettings, kelvin: tuple[float, float], seed: int
    ) -> Sequence[str]:
        """``fix nph`` beside ``fix langevin``."""
        damping, period = 1e-3 / settings.friction, settings.pressure_tau / 1000
        bar = 1e4 * settings.pressure
        return (
            f"fix move all nph iso {bar!r} {bar!r} {period!r}",
            f"fix bath all langevin {kelvin[0]!r} {kelvin[1]!r} {damping!r} {seed} tally yes",
        )


def _check(atoms: Atoms, kelvin: float) -> None:
    if not atoms.pbc.all() or atoms.cell.rank < 3:
        raise DynamicsError(
            "dynamics: npt: expected a cell of three periodic vectors, got periodicity "
            f"{atoms.pbc.tolist()}; take the ensemble langevin"
        )
    known = getattr(atoms.calc, "implemented_properties", ("stress",))
    if "stress" not in known:
        raise DynamicsError(
            f"dynamics: npt: the calculator {type(atoms.calc).__name__} has no stress; take the "
            "ensemble langevin"
        )
    if not kelvin > 0:
        raise DynamicsError(f"dynamics: npt: expected a temperature above 0, got {kelvin:g} K")


def _baoab() -> Any:
    try:
        from ase.md.langevinbaoab import LangevinBAOAB
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the ensemble npt needs a newer ASE (3.27 has its integrator): pip install -U ase"
        ) from error
    return LangevinBAOAB
