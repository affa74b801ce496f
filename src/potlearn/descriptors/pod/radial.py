r"""Radial functions of POD (Nguyen & Rohskopf, J. Comput. Phys. 480, 112030 (2023), section 3).

Snapshots: with :math:`t = r - r_\mathrm{in}`, :math:`L = r_\mathrm{cut} - r_\mathrm{in}`,
:math:`y = t / L`,

.. math::
    f_c &= \exp(1 - 1/\sqrt{(1 - y^3)^2 + 10^{-6}}), \qquad
    x_b = \frac{1 - e^{-\beta_b y}}{1 - e^{-\beta_b}}, \quad \beta = (10^{-3}, 2, 4) \\
    \xi_{bn} &= \frac{1}{n} \sqrt{\frac{2}{L}} f_c \frac{\sin n \pi x_b}{t}, \qquad
    \xi_{n} = f_c\, r^{-n}

and their leading principal functions :math:`R_m = \sum_l \xi_l \Phi_{lm}` on a grid of 2000 points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.engine import Jet
from potlearn.typing import Array

SHAPES = (1e-3, 2.0, 4.0)
GRID_POINTS = 2000


@dataclass(frozen=True)
class PodRadial:
    """The radial settings that LAMMPS reads, under its names in short.

    Attributes
    ----------
    rin, rcut : float
        Inner and outer radius in Å.
    bessel_degree, inverse_degree : int
        Numbers of Bessel and inverse-power snapshots per shape.
    """

    rin: float
    rcut: float
    bessel_degree: int
    inverse_degree: int

    @property
    def n_snapshots(self) -> int:
        """Number of snapshots, the most radial functions that there can be."""
        return len(SHAPES) * self.bessel_degree + self.inverse_degree

    def snapshots(self, r: Array) -> Jet:
        """Snapshots and derivatives at distances ``r`` (K,): jet of shape (K, n_snapshots)."""
        length = self.rcut - self.rin
        x = Jet.variable(r)
        y = (x - self.rin) / length
        cut = (1.0 - ((1.0 - y * y * y) ** 2 + 1e-6) ** -0.5).exp()
        columns = []
        for beta in SHAPES:
            # sin(n pi x_b) / t = n pi sinc(n x_b) (x_b / t): smooth through r = rin.
            ratio = (y * beta).decay_ratio() * (beta / -np.expm1(-beta) / length)
            stretched = ratio * (x - self.rin)
            columns += [
                cut * (stretched * n).sinc() * ratio * (np.pi * np.sqrt(2 / length))
                for n in range(1, self.bessel_degree + 1)
            ]
        columns += [cut * x ** -float(n) for n in range(1, self.inverse_degree + 1)]
        return Jet(*(np.stack([getattr(c, d) for c in columns], -1) for d in _DERIVATIVES))

    def functions(self, r: Array, n: int) -> Jet:
        """The leading ``n`` radial functions at distances ``r``: jet of shape (K, n)."""
        phi = self.principal_functions()[0][:, :n]
        s = self.snapshots(r)
        return Jet(s.value @ phi, s.first @ phi, s.second @ phi)

    def principal_functions(self) -> tuple[Array, Array]:
        r"""Columns :math:`\Phi` (n_snapshots, n_snapshots) and their eigenvalues, descending.

        Eigenvectors of the plain mean of :math:`\xi\xi^T`, each scaled to unit norm by the
        trapezoid rule and signed so that its diagonal entry is positive.
        """
        grid, s = self.grid, self.grid_snapshots()
        eigenvalues, phi = np.linalg.eigh(s.T @ s / GRID_POINTS)
        eigenvalues, phi = eigenvalues[::-1], phi[:, ::-1]
        phi = phi / np.sqrt(np.trapezoid((s @ phi) ** 2, grid, axis=0))
        return phi * np.where(np.diag(phi) < 0, -1.0, 1.0), eigenvalues

    @property
    def grid(self) -> Array:
        """Distances at which snapshots are sampled, (2000,), in Å."""
        start = self.rin + 1e-6
        return start + (self.rcut - start) * np.arange(GRID_POINTS) / (GRID_POINTS - 1)

    def grid_snapshots(self) -> Array:
        """Snapshots on the grid, (2000, n_snapshots)."""
        # LAMMPS subtracts 1 - exp(-beta y) plainly, and the rounding of that reaches the
        # eigenvectors: the same expression is used here so that the functions are the same.
        r, length = self.grid, self.rcut - self.rin
        t = r - self.rin
        y = t / length
        cut = np.exp(1 - 1 / np.sqrt((1 - y**3) ** 2 + 1e-6))
        columns = []
        for beta in SHAPES:
            x = (1 - np.exp(-beta * y)) / (1 - np.exp(-beta))
            columns += [
                np.sqrt(2 / length) / n * cut * np.sin(n * np.pi * x) / t
                for n in range(1, self.bessel_degree + 1)
            ]
        columns += [cut / r**n for n in range(1, self.inverse_degree + 1)]
        return np.stack(columns, -1)


_DERIVATIVES = ("value", "first", "second")
