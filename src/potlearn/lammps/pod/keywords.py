"""Keywords of ``*_param.pod``."""

from __future__ import annotations

from potlearn.typing import Settings

LAMMPS_DEFAULTS: Settings = {
    "rin": 0.5,
    "rcut": 5.0,
    "bessel_polynomial_degree": 4,
    "inverse_polynomial_degree": 8,
    "onebody": 1,
    "twobody_number_radial_basis_functions": 8,
    "threebody_number_radial_basis_functions": 6,
    "threebody_angular_degree": 4,
    "fourbody_number_radial_basis_functions": 4,
    "fourbody_angular_degree": 3,
    **{
        f"{n}body_{what}": 0
        for n in ("five", "six", "seven")
        for what in ("number_radial_basis_functions", "angular_degree")
    },
    "number_of_environment_clusters": 1,
    "number_of_principal_components": 1,
}
"""What LAMMPS assumes for a keyword that the file lacks."""
OLDER_KEYWORDS = (
    "threebody_number_angular_basis_functions",
    "fourbody_snap_twojmax",
    "fourbody_snap_chemflag",
    "fourbody_snap_rfac0",
    "fourbody_snap_neighbor_weight1",
    "quadratic_pod_potential",
    "quadratic22_number_twobody_basis_functions",
    "quadratic23_number_twobody_basis_functions",
)
OLDER = (
    "belongs to an older ML-POD format with other descriptors, which LAMMPS 22Jul2025 does not "
    "have either; fit the potential again"
)
"""What is said of files for earlier versions of LAMMPS."""
REAL = ("rin", "rcut")
"""Keywords whose value is a real number; the others are integers."""
