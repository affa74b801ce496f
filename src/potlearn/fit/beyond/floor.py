r"""A lower bound for the energy of any state, from the most stable configurations of the data.

At volume v per atom, for a mixture :math:`x = \sum_k \lambda_k x_k` of phases of the data that
has the least energy (the convex hull),

.. math::

    E \ge e_0 + \phi \, \Delta(\min(v, v_0)) - \tau, \qquad
    \Delta(v) = \frac{9 B v_0}{\eta^2} \big( 1 - (1 - \eta (1 - u)) e^{\eta (1 - u)} \big),
    \quad u = (v / v_0)^{1/3}, \; \eta = \tfrac32 (B' - 1)

with :math:`e_0, v_0, B` averaged over the phases with weights :math:`\lambda`, and Vinet's
equation of state :math:`\Delta` of the most stable phase.  Denser phases are less costly to
compress: silicon has 0.29 of the energy of compressed diamond at 64 % of its volume.  So
:math:`\phi` is 0.15, and :math:`\tau` is 0.1 eV.

References
----------
Vinet et al., J. Phys.: Condens. Matter 1, 1941 (1989).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from potlearn.fit.beyond.cells import Cells, deformed
from potlearn.fit.beyond.coverage import Coverage, Phase
from potlearn.potentials.base import ForSystems
from potlearn.structure.units import GPA
from potlearn.typing import Array

SHARE = 0.15
TOLERANCE = 0.1
"""In eV/atom; the phases of the data need not be relaxed."""
SLOPE = 4.0
"""Derivative B' of the bulk modulus with pressure: about this in most solids."""
SOFTEST = 1 / GPA
"""Smallest bulk modulus that is believed: 1 GPa in eV/Å³."""
STRAIN = 0.015
"""Change of length between the three cells that give a bulk modulus."""
_NONE = np.full(3, np.nan)


def compression_energy(volume: Array, at_rest: Array, modulus: Array) -> Array:
    """Vinet's energy of compression, zero at rest, in eV/atom; volumes in Å³, moduli in eV/Å³."""
    eta = 1.5 * (SLOPE - 1)
    t = eta * (1 - np.cbrt(volume / at_rest))
    return 9 * modulus * at_rest / eta**2 * (1 - (1 - t) * np.exp(t))


@dataclass(frozen=True)
class Floor:
    """The bound for every composition that the data's phases can mix to.

    Attributes
    ----------
    compositions : (K, S)
    energies, volumes, moduli : (K,)
        Of the phases, in eV/atom, Å³/atom, eV/Å³.
    """

    compositions: Array
    energies: Array
    volumes: Array
    moduli: Array
    _known: dict[tuple[float, ...], Array] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, coverage: Coverage, potential: ForSystems) -> Floor:
        """The bound, with bulk moduli from a potential; those below 1 GPa are taken as 1 GPa.

        Phases with vacuum, such as slabs, count as if compression cost nothing: the volume of
        their atoms is not known.
        """
        phases, n = coverage.phases, len(coverage.species)
        moduli = [
            max(bulk_modulus(potential, phase), SOFTEST) if phase.filled else 0.0
            for phase in phases
        ]
        return cls(
            np.array([p.composition for p in phases]).reshape(-1, n),
            np.array([p.energy for p in phases]),
            np.array([p.volume for p in phases]),
            np.array(moduli, float),
        )

    def __call__(self, cells: Cells) -> Array:
        """Least energy in eV/atom, (B,); NaN where the data have no phases of the composition."""
        compositions = cells.compositions(self.compositions.shape[1])
        mixed = np.array(self._mixtures(compositions)).reshape(-1, 3)
        e0, v0, modulus = mixed.T
        volume = np.where(cells.periodic, np.minimum(cells.volumes, v0), v0)
        return e0 + SHARE * compression_energy(volume, v0, modulus) - TOLERANCE

    def covers(self, composition: Array) -> bool:
        """Whether phases of the data mix to a composition (S,)."""
        return bool(np.isfinite(self.mixture(composition)[0]))

    def mixture(self, composition: Array) -> Array:
        """Energy, volume and modulus of the mixture of phases of least energy, (3,), or NaN."""
        return self._mixtures(composition[None])[0]

    def _mixtures(self, compositions: Array) -> list[Array]:
        """The mixtures of several compositions (B, S); each is looked for once."""
        keys = [tuple(key) for key in np.round(compositions, 6).tolist()]
        for key, composition in zip(keys, compositions, strict=True):
            if key not in self._known:
                self._known[key] = self._mix(composition)
        return [self._known[key] for key in keys]

    def _mix(self, composition: Array) -> Array:
        k = len(self.energies)
        if k == 0:
            return _NONE
        if k == 1:  # nothing to mix
            same = np.allclose(composition, self.compositions[0], rtol=0, atol=1e-6)
            return self._weighted(np.ones(1)) if same else _NONE
        from scipy.optimize import linprog

        constraints = np.vstack([self.compositions.T, np.ones(k)])
        found = linprog(self.energies, A_eq=constraints, b_eq=[*composition, 1.0], method="highs")
        if not found.success:
            return _NONE
        return self._weighted(found.x)

    def _weighted(self, weights: Array) -> Array:
        """Energy, volume and modulus of phases with weights (K,)."""
        return np.array([values @ weights for values in (self.energies, self.volumes, self.moduli)])


def bulk_modulus(potential: ForSystems, phase: Phase) -> float:
    """Bulk modulus of a phase from its energies at three volumes, in eV/Å³."""
    one = Cells.of([phase.atoms], potential.species)
    lengths = np.array([1 - STRAIN, 1.0, 1 + STRAIN])
    three = deformed(Cells.joined([one] * 3), np.eye(3) * lengths[:, None, None])
    energies = potential.of_system(three.system(potential.cutoff)).energies
    a, b, c = three.sums(energies) / three.sizes
    return float((a - 2 * b + c) / STRAIN**2 / (9 * phase.volume))
