"""Settings that define no basis, or none that every machine would give."""

from __future__ import annotations

import numpy as np

from potlearn.descriptors.pod.program import PodBody
from potlearn.descriptors.pod.radial import PodRadial
from potlearn.errors import BasisError

ORDERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
"""Body orders in LAMMPS's keywords."""
USABLE_EIGENVALUE = 1e-9
"""Least eigenvalue of a radial function, as a part of the largest."""
AMBIGUOUS_SIGN = 1e-6
LARGEST = 1e100
"""Largest value of a snapshot, which is squared and summed."""
MAX_FEATURES = 100_000
"""Most features of a basis: ten times what serves in practice."""


def check_size(n: int, clusters: int) -> None:
    """Refuse a basis with more features than a fit can have."""
    if n * clusters > MAX_FEATURES:
        raise BasisError(
            f"pod: this basis would have {n * clusters} features ({n} descriptors, {clusters} "
            f"environment clusters); the limit is {MAX_FEATURES}: lower the numbers of radial "
            "functions or the angular degrees of the highest body orders"
        )


def check_orders(body: PodBody) -> None:
    """Refuse numbers that grow with the body order, and degrees beyond LAMMPS's.

    Raises
    ------
    BasisError
        Naming the body order.
    """
    n, p = body.radial, body.degree
    for q, bound in ((4, 3), (5, 4), (6, 4), (7, 4)):
        for key, own in (("number_radial_basis_functions", n), ("angular_degree", p)):
            if own[q] > own[bound]:
                raise BasisError(
                    f"pod: {ORDERS[q]}body_{key} must not exceed {ORDERS[bound]}body_{key}: "
                    f"expected at most {own[bound]}, got {own[q]}; in a space, let its range end "
                    "where the other begins"
                )
    if p[3] > 12 or p[4] > 6:
        raise BasisError(
            f"pod: angular degrees go to 12 (threebody) and 6 (fourbody), got {p[3]} and {p[4]}"
        )
    if max(n[2], n[3]) == 0:
        raise BasisError("pod: expected at least one two- or three-body radial function")


def check_radial(radial: PodRadial, n: int) -> None:
    """Refuse more radial functions than the snapshots resolve, or one of ambiguous sign.

    Raises
    ------
    BasisError
        Naming the settings to change.
    """
    if n > radial.n_snapshots:
        raise BasisError(
            f"pod: {n} radial functions from {radial.n_snapshots} snapshots "
            "(3 bessel_polynomial_degree + inverse_polynomial_degree); raise these degrees"
        )
    with np.errstate(all="ignore"):
        snapshots = radial.grid_snapshots()
        finite = float(np.abs(snapshots).max()) < LARGEST
    if not finite:
        raise BasisError(
            f"pod: snapshots of rin {radial.rin}, cutoff {radial.rcut} and degrees "
            f"{radial.bessel_degree}, {radial.inverse_degree} are beyond all numbers; raise rin or "
            "lower a degree"
        )
    phi, eigenvalues = radial.principal_functions()
    usable = int((eigenvalues >= USABLE_EIGENVALUE * eigenvalues[0]).sum())
    if n > usable:
        raise BasisError(
            f"pod: {n} radial functions, but rin {radial.rin}, cutoff {radial.rcut} and degrees "
            f"{radial.bessel_degree}, {radial.inverse_degree} give {usable} "
            "above rounding (eigenvalue 1e-9 of the largest): more would differ by machine"
        )
    diagonal = np.abs(np.diag(phi))[:n]
    if (diagonal < AMBIGUOUS_SIGN * np.abs(phi).max(0)[:n]).any():
        raise BasisError("pod: the sign of a radial function is ambiguous; change rin or a degree")
