"""The schema of a fit configuration: what may stand in ``fit.yaml``, with units and defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


def _as_list(value: Any) -> Any:
    """One item where a list is allowed means a list of one."""
    return (value,) if isinstance(value, (str, Path)) else value


def _as_path(value: Any, info: ValidationInfo) -> Any:
    """Path from the context's ``folder`` (where the configuration file lies), if there is one."""
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        return value
    return Path((info.context or {}).get("folder", ""), value)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


FilePath = Annotated[Path, BeforeValidator(_as_path), WithJsonSchema({"type": "string"})]
Paths = Annotated[
    tuple[FilePath, ...],
    BeforeValidator(_as_tuple),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Keys = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Names = Annotated[Keys, Field(min_length=1)]


class Section(BaseModel):
    """Part of a configuration: frozen, typed strictly, no other keys than its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        for key in data if isinstance(data, dict) else ():
            if key not in cls.model_fields:
                known = tuple(cls.model_fields)
                raise PydanticCustomError(
                    "unknown_key", "unknown key", {"key": str(key), "known": known}
                )
        return data


class KeysConfig(Section):
    """Names of the labels in the files, where they are not the usual ones."""

    energy: Keys | None = None
    """Key of the total energy, eV; of several, the first that is present; [] turns it off."""
    forces: Keys | None = None
    """Key of the forces, eV/Å."""
    stress: Keys | None = None
    """Key of the stress, eV/Å³, tensile positive."""
    virial: Keys | None = None
    """Key of the virial, eV; virial = -volume * stress."""
    force_mask: Keys | None = None
    """Key of the atoms whose forces count, true or false each."""


class SplitConfig(Section):
    """How one file is parted into training, test and validation configurations."""

    test: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Fraction of the configurations held back for the test."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Fraction held back for validation."""
    seed: Count = 0
    """Seed of the random split."""
    kind: Literal["random", "stratified", "grouped"] = "random"
    """random; stratified: the fraction within every group; grouped: whole groups are held back."""

    @model_validator(mode="after")
    def _leave_something_to_train(self) -> Self:
        if self.test + self.validation >= 1:
            raise PydanticCustomError("split", "test and validation leave nothing to train on")
        return self


class DataConfig(Section):
    """Which labelled configurations to use: ``train`` (and ``test``), or one ``file`` to split."""

    train: Paths | None = None
    """File or files to train on, anything that ASE reads, compressed or not."""
    test: Paths | None = None
    """File or files to test on."""
    validation: Paths | None = None
    """File or files that are neither trained nor tested on, evaluated as a third set."""
    file: FilePath | None = None
    """One file, parted by `split`."""
    split: SplitConfig | None = None
    """How `file` is parted."""
    keys: KeysConfig = KeysConfig()
    """Names of the labels."""
    groups: str = "config_type"
    """Key that names the group of a configuration."""

    @model_validator(mode="after")
    def _choose_one_source(self) -> Self:
        if (self.file is None) == (self.train is None):
            raise PydanticCustomError("source", "give either 'train' or 'file' (one of the two)")
        if self.file is not None and (self.test or self.validation):
            raise PydanticCustomError("source", "'file' is parted by 'split'; remove 'test'")
        if self.file is None and self.split is not None:
            raise PydanticCustomError("source", "'split' parts one 'file'; there is none here")
        if self.train == ():
            raise PydanticCustomError("source", "'train' names no file")
        return self


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


PerOrder = Annotated[tuple[NonNegative, ...] | NonNegative, BeforeValidator(_as_tuple)]
CountPerOrder = Annotated[tuple[Count, ...] | Count, BeforeValidator(_as_tuple)]


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


PairValue = Positive | dict[str, Positive]
_PAIR_PARAMETERS = {
    "lj": ("epsilon", "sigma"),
    "morse": ("depth", "alpha", "r0"),
    "born_mayer": ("amplitude", "rho"),
    "coulomb": ("charges",),
}


class PairPotentialConfig(Section):
    """A pair potential, cut with shifted force; a parameter is a number, or one per pair (Si-O)."""

    kind: Literal["lj", "morse", "born_mayer", "coulomb"]
    """lj: 4 epsilon ((sigma/r)^12 - (sigma/r)^6); morse: depth ((1 - exp(-alpha (r - r0)))^2 - 1);
    born_mayer: amplitude exp(-r/rho); coulomb: between `charges`, without Ewald sum."""
    cutoff: Positive
    """Distance where it ends, Å."""
    weight: float = 1.0
    """Factor of the whole potential."""
    epsilon: PairValue | None = None
    """Depth of lj, eV."""
    sigma: PairValue | None = None
    """Distance where lj crosses zero, Å."""
    depth: PairValue | None = None
    """Depth of morse, eV."""
    alpha: PairValue | None = None
    """Inverse width of morse, 1/Å."""
    r0: PairValue | None = None
    """Distance of the minimum of morse, Å."""
    amplitude: PairValue | None = None
    """Strength of born_mayer, eV."""
    rho: PairValue | None = None
    """Decay length of born_mayer, Å."""
    charges: dict[str, float] | None = None
    """Charge of every species, e."""

    @model_validator(mode="after")
    def _match_parameters_and_kind(self) -> Self:
        wanted = _PAIR_PARAMETERS[self.kind]
        names = {name for group in _PAIR_PARAMETERS.values() for name in group}
        given = {name for name in names if getattr(self, name) is not None}
        if given != set(wanted):
            problem = f"the parameters of {self.kind} are {', '.join(wanted)}; {{0}}"
            odd = sorted(given ^ set(wanted))[0]
            state = "is missing" if odd in wanted else "is none of them"
            raise PydanticCustomError("parameters", problem.format(f"{odd!r} {state}"))
        return self


class ReferenceConfig(Section):
    """Pair potentials under the fit, for a core that repels where there are no data."""

    kind: Literal["zbl", "none"] = "zbl"
    """zbl: screened nuclear repulsion, switched off smoothly; none: no such repulsion. A kind of
    `add` in this place, with its parameters, is that potential alone."""
    add: Annotated[tuple[PairPotentialConfig, ...], BeforeValidator(_as_tuple)] = ()
    """Pair potentials added to it."""
    inner: Positive | None = None
    """Distance where the switch begins, Å; chosen from the data where absent."""
    outer: Positive | None = None
    """Distance where the pair potential has vanished, Å; chosen from the data where absent."""
    repulsive: bool = True
    """Whether the fit is held to repel below the shortest distances in the data."""

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"kind": data}
        if not isinstance(data, dict) or data.get("kind") not in (*_PAIR_PARAMETERS,):
            return data
        own = {k: v for k, v in data.items() if k in ("repulsive", "add")}
        alone = {k: v for k, v in data.items() if k not in own}
        more = own.get("add") or ()
        if not isinstance(more, (list, tuple)):
            return data
        return own | {"kind": "none", "add": (alone, *more)}

    @model_validator(mode="after")
    def _order_radii(self) -> Self:
        if self.kind == "none" and (self.inner or self.outer):
            raise PydanticCustomError("radii", "'inner' and 'outer' need kind 'zbl'")
        if self.inner and self.outer and self.inner >= self.outer:
            raise PydanticCustomError("radii", "'inner' must be below 'outer'")
        return self


class GroupWeights(Section):
    """Weights of one group; what is absent keeps the general weight."""

    energy: NonNegative | None = None
    """Weight of the squared errors of energies per atom, 1/eV²."""
    forces: NonNegative | None = None
    """Weight of the squared errors of force components, Å²/eV²."""
    stress: NonNegative | None = None
    """Weight of the squared errors of virial components per atom, 1/eV²."""


class WeightsConfig(GroupWeights):
    """Weights of energies, forces and stresses, with overrides per group."""

    groups: dict[str, GroupWeights] = Field(default_factory=dict)
    """Overrides, by group."""


class SolverConfig(Section):
    """How the linear system is weighted and solved."""

    solver: Literal["qr", "svd", "ridge", "gcv", "evidence", "cv"] | None = None
    """qr, svd: least squares; ridge: with the penalty `ridge`; gcv, evidence, cv: with a penalty
    from generalised cross-validation, Bayesian evidence, or held-out folds."""
    ridge: Positive | None = None
    """Penalty of the solver ridge, without unit (columns are scaled to norm one)."""
    smoothness: bool = True
    """Whether penalties weigh coefficients by the smoothness that the descriptor states (ace)."""
    e0: Literal["auto", "isolated", "fitted"] | dict[str, float] = "auto"
    """Energies of the free atoms, eV: isolated takes them from IsolatedAtom configurations, fitted
    makes them coefficients, auto is the first where there are such and else the second."""
    intercept: bool = False
    """Whether a free constant per atom is added to given energies of the free atoms."""
    weights: WeightsConfig = WeightsConfig()
    """Weights of energies, forces and stresses."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Processes that make and reduce design rows; the result does not depend on their number."""

    @model_validator(mode="after")
    def _match_ridge_and_solver(self) -> Self:
        if self.ridge is not None and self.solver not in ("ridge", None):
            problem = f"'ridge' is the penalty of the solver ridge, not of {self.solver}"
            raise PydanticCustomError("ridge", problem)
        return self


class OutputConfig(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("potential")
    """Folder of everything that the fit writes; made if absent."""
    report: bool = True
    """Whether to write report.html and the figures."""
    check_labels: bool = True
    """Whether the report lists suspicious labels; they cost some two more fits."""


class FitConfig(Section):
    """Everything that a fit needs: data, descriptor, reference potential, solver and output."""

    data: DataConfig
    """Labelled configurations."""
    descriptor: DescriptorConfig
    """What an atom sees of its neighbours."""
    reference: ReferenceConfig = ReferenceConfig()
    """Pair potential under the fit."""
    fit: SolverConfig = SolverConfig()
    """Weights and solver."""
    output: OutputConfig = OutputConfig()
    """Folder and files."""
