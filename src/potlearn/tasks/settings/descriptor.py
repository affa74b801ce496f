"""Sections of the descriptor families."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.section import Count, Names, NonNegative, Positive, Section, as_tuple


class FamilyConfig(Section):
    """What the sections of all descriptor families have."""

    family: str
    """The descriptor family."""
    species: Names
    """Chemical symbols; their order is that of the elements in LAMMPS files."""
    cutoff: Positive
    """Distance up to which an atom sees its neighbours, Å."""

    @field_validator("species")
    @classmethod
    def _know_the_elements(cls, species: tuple[str, ...]) -> tuple[str, ...]:
        from ase.data import chemical_symbols

        for symbol in species:
            if symbol not in chemical_symbols[1:] or species.count(symbol) > 1:
                problem = "given twice" if species.count(symbol) > 1 else "no chemical symbol"
                raise PydanticCustomError("species", f"{symbol!r} is {problem}")
        return species

    def keywords(self) -> dict[str, Any]:
        """The family's keywords that are given; the others keep the family's defaults."""
        given = self.model_dump(exclude={"family", "species", "cutoff"}, exclude_none=True)
        return dict(given)


class PodConfig(FamilyConfig):
    """Proper orthogonal descriptors, under the keywords of LAMMPS's ``pair_style pod``."""

    family: Literal["pod"] = "pod"
    """The descriptor family."""
    rin: Positive | None = None
    """Inner radius of the radial basis, Å, below every distance in the data."""
    bessel_polynomial_degree: Count | None = None
    """Number of Bessel snapshots per shape parameter."""
    inverse_polynomial_degree: Count | None = None
    """Number of inverse-power snapshots."""
    twobody_number_radial_basis_functions: Count | None = None
    """Radial functions of the two-body descriptors."""
    threebody_number_radial_basis_functions: Count | None = None
    """Radial functions of the three-body descriptors."""
    threebody_angular_degree: Count | None = None
    """Highest power of cos θ in the three-body descriptors."""
    fourbody_number_radial_basis_functions: Count | None = None
    """Radial functions of the four-body descriptors."""
    fourbody_angular_degree: Count | None = None
    """Highest total degree of the four-body angular functions."""
    fivebody_number_radial_basis_functions: Count | None = None
    """Bound on the radial indices of the five-body products."""
    fivebody_angular_degree: Count | None = None
    """Bound on the degrees of the five-body products."""
    sixbody_number_radial_basis_functions: Count | None = None
    """Bound on the radial indices of the six-body products."""
    sixbody_angular_degree: Count | None = None
    """Bound on the degrees of the six-body products."""
    sevenbody_number_radial_basis_functions: Count | None = None
    """Bound on the radial indices of the seven-body products."""
    sevenbody_angular_degree: Count | None = None
    """Bound on the degrees of the seven-body products."""
    number_of_environment_clusters: Annotated[int, Field(ge=1)] | None = None
    """Number of environment clusters per species."""
    number_of_principal_components: Annotated[int, Field(ge=1)] | None = None
    """Number of principal components in which the clusters are told apart."""


PerOrder = Annotated[tuple[NonNegative, ...] | NonNegative, BeforeValidator(as_tuple)]
CountPerOrder = Annotated[tuple[Count, ...] | Count, BeforeValidator(as_tuple)]


class RadialConfig(Section):
    """Radial functions of ACE."""

    kind: Literal["sbessel", "cheb_exp_cos", "cheb_pow", "cheb_linear", "agnesi_jacobi"] | None = (
        None
    )
    """sbessel (the default): spherical Bessel functions; cheb_exp_cos, cheb_pow, cheb_linear:
    Chebyshev polynomials of a stretched distance; agnesi_jacobi: Jacobi polynomials of Agnesi's
    transform."""
    decay: Positive | None = None
    """cheb_exp_cos: how much faster than linear the distance is stretched at short distances."""
    dcut: NonNegative | None = None
    """cheb_exp_cos: width of a further switch at the cutoff, Å."""
    power: Positive | None = None
    """cheb_pow: power of the approach to the cutoff."""
    r0: Positive | None = None
    """agnesi_jacobi: distance of best resolution, Å; the sum of the covalent radii if absent."""
    p: Positive | None = None
    """agnesi_jacobi: power of the transform at long distances."""
    q: Positive | None = None
    """agnesi_jacobi: power of the transform at short distances."""
    p1: Count | None = None
    """agnesi_jacobi: power of the envelope at distance zero."""
    p2: Count | None = None
    """agnesi_jacobi: power of the envelope at the cutoff."""
    inner: NonNegative | None = None
    """Distance below which an inner cutoff takes the radial functions to zero, Å."""
    width: Positive | None = None
    """Width of the inner cutoff, Å."""


class PairConfig(RadialConfig):
    """What is other for one pair of species."""

    cutoff: Positive | None = None
    """Cutoff of the pair, at most the general one, Å."""


class AceConfig(FamilyConfig):
    """Atomic cluster expansion: ``degree``, or ``nmax`` and ``lmax``, say which functions."""

    family: Literal["ace"]
    """The descriptor family."""
    order: Annotated[int, Field(ge=1, le=5)] | None = None
    """Largest number of neighbours in one function (body order less one)."""
    degree: PerOrder | None = None
    """Bound on the sum of n + wL l over the factors, for all orders or one for each."""
    wL: NonNegative | None = None  # noqa: N815 (the field's name)
    """Weight of l in the degree."""
    nmax: CountPerOrder | None = None
    """Number of radial functions, for all orders or one for each."""
    lmax: CountPerOrder | None = None
    """Highest angular degree, for all orders or one for each."""
    lmin: CountPerOrder | None = None
    """Lowest angular degree, for all orders or one for each."""
    radial: RadialConfig | None = None
    """Radial functions."""
    pairs: dict[str, PairConfig] | None = None
    """By A-B: cutoff and radial functions of that pair of species, where they are others."""
    max_functions: Annotated[int, Field(ge=1)] | None = None
    """Of more functions than this those with the smallest order + sum of n and l are kept."""


def _family(section: Any) -> str:
    """Family of a section, plain or parsed; sections of unknown kind are told as POD's."""
    family = section.get("family", "pod") if isinstance(section, dict) else "pod"
    return str(getattr(section, "family", family))


DescriptorConfig = Annotated[
    Annotated[PodConfig, Tag("pod")] | Annotated[AceConfig, Tag("ace")], Discriminator(_family)
]
"""Any family's section, told apart by ``family``."""
