"""The atomic cluster expansion (ACE): any order, any number of species."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from itertools import product
from typing import Annotated, Any, TypeAlias

import numpy as np
from annotated_types import Ge, Gt, Le
from typing_extensions import override

from potlearn.descriptors.ace.basis import Box, Function, Rule, TotalDegree, functions
from potlearn.descriptors.ace.defaults import ORDER, choose, default_degrees
from potlearn.descriptors.ace.limits import check_tables, check_work
from potlearn.descriptors.ace.program import Moments, feature_program, folded_program
from potlearn.descriptors.ace.radial import (
    DEFAULT_KIND,
    AceRadial,
    PairSettings,
    RadialSettings,
    make_radial,
)
from potlearn.descriptors.compiled import (
    CompiledDescriptor,
    FoldedModel,
    Outline,
    checked,
    positions_of,
)
from potlearn.engine import Basis, Engine, Program, RadialTable, tabulate
from potlearn.errors import BasisError
from potlearn.runtime import check_fields, shown
from potlearn.structure.bonds import Bonds
from potlearn.structure.species import check_species
from potlearn.typing import Array, Atoms, ByLedger, Length, RadialCount, Settings, Species

MAX_ORDER = 5
MAX_DEGREE = 12
Degree: TypeAlias = Annotated[float, Ge(0), Le(100)]
Angular: TypeAlias = Annotated[int, Ge(0), Le(MAX_DEGREE)]
MOST_FOLDED = 4
"""Models of which each gets a polynomial of its own: measured, of more of them it takes longer."""
BY_DATA = -1
"""Default of the order: what suits the data, 4 without data."""


@dataclass(frozen=True)
class ACE(CompiledDescriptor):
    r"""Atomic cluster expansion: invariant products of moments, complete up to an order.

    .. math::
        A_{\mu n l m}(i) = \sum_{j: z_j = \mu} R_n(r_{ij}) Y_{lm}(r_{ij}/|r_{ij}|), \qquad
        B_f(i) = \sum_m C_f(m) \prod_{t=1}^{N} A_{\mu_t n_t l_t m_t}(i)

    For every multiset of channels :math:`(\mu_t, n_t, l_t)` that the rule selects there are exactly
    as many functions as there are independent invariants
    (:mod:`~potlearn.descriptors.ace.coupling`).  The functions do not depend on the centre's
    species, only the coefficients do.

    One of two rules selects channels: ``degree`` bounds :math:`\sum_t (n_t / Z + w_L l_t)` for Z
    species (:class:`~potlearn.descriptors.ace.basis.TotalDegree`), ``nmax`` and ``lmax`` bound n
    and l (:class:`~potlearn.descriptors.ace.basis.Box`).  ``radial`` and ``pairs`` are settings of
    :func:`~potlearn.descriptors.ace.radial.make_radial`.

    Raises
    ------
    BasisError
        Settings that select no function, or that contradict one another.

    References
    ----------
    Drautz, Phys. Rev. B 99, 014104 (2019); Dusson et al., J. Comput. Phys. 454, 110946 (2022).
    """

    species: tuple[str, ...]
    """Chemical symbols."""
    cutoff: Length = 5.5
    """Distance up to which an atom sees its neighbours, Å."""
    order: Annotated[int, Ge(1), Le(MAX_ORDER), ByLedger()] = BY_DATA
    """Largest number of neighbours in one function (body order less one); 4, and 3 for molecules,
    if absent."""
    degree: Annotated[tuple[Degree, ...] | Degree | None, ByLedger()] = None
    """Bound on the sum of n/Z + wL l over the factors of a function, for Z species; one for all
    orders, or one for each."""
    wL: Annotated[float, Gt(0), Le(100), ByLedger()] = 0.75  # noqa: N815 (the field's name)
    """Weight of l in the degree."""
    nmax: Annotated[tuple[RadialCount, ...] | RadialCount | None, ByLedger()] = None
    """Number of radial functions, for all orders or one for each; with `lmax` instead of
    `degree`."""
    lmax: Annotated[tuple[Angular, ...] | Angular | None, ByLedger()] = None
    """Highest angular degree, for all orders or one for each."""
    lmin: Annotated[tuple[Angular, ...] | Angular | None, ByLedger()] = None
    """Lowest angular degree, for all orders or one for each."""
    radial: RadialSettings = field(default_factory=RadialSettings)
    """Radial functions."""
    pairs: Mapping[str, PairSettings] = field(default_factory=dict)
    """By A-B, for both orders of the species: cutoff and radial functions of that pair, where they
    differ."""
    max_functions: Annotated[Annotated[int, Ge(1)] | None, ByLedger()] = None
    """If the rule selects more functions than this, those with the smallest order + sum of n and l
    are kept."""
    kept: Annotated[tuple[str, ...] | None, ByLedger()] = None
    """Names of the functions to keep, in this order, of those that the rule selects; all of them if
    absent."""
    reason: str = field(default="", compare=False, repr=False)
    """What the data decided (:meth:`prepared`), and why, for notes."""
    left_open: frozenset[str] = field(init=False, compare=False, repr=False)
    """Settings that were not given, of those that data may decide."""

    def __post_init__(self) -> None:
        given = self.order
        if given == BY_DATA:
            object.__setattr__(self, "order", ORDER)
        check_fields(self, "ace", BasisError)
        object.__setattr__(self, "species", tuple(self.species))
        check_species(self.species, "ace", BasisError)
        object.__setattr__(self, "left_open", self._left_open(given))
        object.__setattr__(self, "radial", {"kind": DEFAULT_KIND} | dict(self.radial))
        if self.kept is not None:
            object.__setattr__(self, "kept", tuple(self.kept))
        self._fill_rule()
        if max(self.moments.degrees) > MAX_DEGREE or not self.radials:
            top = max(self.moments.degrees)
            raise BasisError(
                f"ace: angular degrees go to {MAX_DEGREE}; these settings ask for {top}"
            )
        check_work({f.pattern for f in self.functions})

    # Settings ------------------------------------------------------------------------------------

    def to_dict(self) -> Settings:
        """Settings that rebuild the descriptor, ``family`` included."""
        settings = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.compare}
        if self.kept is None:
            del settings["kept"]
        return {"family": "ace"} | settings

    @classmethod
    def from_dict(cls, settings: Settings) -> ACE:
        """The inverse of :meth:`to_dict` (without ``family``)."""
        settings = {k: v for k, v in settings.items() if k != "family"}
        unknown = sorted(set(settings) - {f.name for f in fields(cls) if f.compare})
        if unknown:
            raise BasisError(f"ace: unknown setting {shown(unknown[0])}")
        return cls(**settings)

    def prepared(self, configurations: Iterable[Atoms]) -> ACE:
        """The descriptor with radial functions, order and degrees that suit the bonds of the data.

        Given settings stay; without short bonds all of them do
        (:mod:`~potlearn.descriptors.ace.defaults`).

        Raises
        ------
        SpeciesError
            An element of the configurations that the descriptor does not know.
        """
        if not self.left_open:
            return self
        bonds = Bonds.of(configurations, self.species, self.cutoff)
        settings = {name: getattr(self, name) for name in ("cutoff", "order", "wL", "pairs")}
        choice = choose(bonds, self.species, settings, self.left_open)
        return replace(self, **choice.settings, reason=choice.reason) if choice.settings else self

    def _left_open(self, order: int) -> frozenset[str]:
        """Nothing is open where functions are named, and no order where a rule is given."""
        if self.kept is not None:
            return frozenset()
        ruled = self.degree is not None or self.nmax is not None
        absent = {
            "radial": "kind" not in self.radial,
            "degree": not ruled,
            "order": not ruled and order == BY_DATA,
        }
        return frozenset(name for name, is_open in absent.items() if is_open)

    def _fill_rule(self) -> None:
        """One rule, its numbers per order."""
        if self.degree is not None and self.nmax is not None:
            raise BasisError("ace: 'degree' and 'nmax' are two rules; give one of them")
        if (self.nmax is None) != (self.lmax is None):
            raise BasisError("ace: 'nmax' and 'lmax' go together")
        if self.degree is None and self.nmax is None:
            object.__setattr__(self, "degree", default_degrees(len(self.species), self.order))
        if self.nmax is not None and self.lmin is None:
            object.__setattr__(self, "lmin", 0)
        for name in ("degree", "nmax", "lmax", "lmin"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, self._per_order(name))

    def _per_order(self, name: str) -> tuple[Any, ...]:
        value = getattr(self, name)
        values = tuple(value) if isinstance(value, Sequence) else (value,) * self.order
        if len(values) != self.order or min(values) < 0:
            raise BasisError(
                f"ace: {name} needs {self.order} numbers that are not negative, got {shown(value)}"
            )
        return values

    @property
    def rule(self) -> Rule:
        """What selects the functions."""
        if self.degree is not None:
            return TotalDegree(self._per_order("degree"), self.wL, len(self.species))
        nmax, lmax, lmin = (self._per_order(name) for name in ("nmax", "lmax", "lmin"))
        return Box(nmax, lmax, lmin, len(self.species))

    # Functions -----------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions, in the order of the features."""
        selected = functions(self.rule, self.order, self.max_functions)
        if self.kept is None:
            return selected
        names = [f.name(self.species) for f in selected]
        return tuple(selected[k] for k in positions_of(self.kept, names, "ace"))

    @cached_property
    def moments(self) -> Moments:
        """The moments that they need."""
        return Moments.of(self.functions, len(self.species))

    @cached_property
    def radials(self) -> dict[tuple[int, int], AceRadial]:
        """Radial functions by (centre, neighbour)."""
        known = {f"{a}-{b}" for a, b in product(self.species, repeat=2)}
        unknown = sorted(set(self.pairs) - known)
        if unknown:
            raise BasisError(
                f"ace: pairs: {shown(unknown[0])} is not a pair of {', '.join(self.species)}"
            )
        return {
            (i, j): self._radial(a, b)
            for (i, a), (j, b) in product(enumerate(self.species), repeat=2)
        }

    def _radial(self, a: str, b: str) -> AceRadial:
        own: dict[str, Any] = {**self.pairs.get(f"{a}-{b}", self.pairs.get(f"{b}-{a}", {}))}
        cutoff = float(own.pop("cutoff", self.cutoff))
        if not 0 < cutoff <= self.cutoff:
            raise BasisError(
                f"ace: cutoff of {a}-{b} is {cutoff}; the general one is {self.cutoff}"
            )
        return make_radial({**self.radial, **own}, cutoff, (a, b))

    @property
    @override
    def n_features(self) -> int:
        return len(self.functions)

    @cached_property
    @override
    def feature_names(self) -> tuple[str, ...]:
        return tuple(f.name(self.species) for f in self.functions)

    @property
    @override
    def smoothness(self) -> Array:
        r"""Penalty of each feature, :math:`\gamma = \sum_t (\tfrac32 l_t)^4 + n_t^4`, (M,).

        Witt et al., J. Chem. Phys. 159, 164101 (2023), equation 24.
        """
        return np.array(
            [float(sum((1.5 * c.l) ** 4 + c.n**4 for c in f.channels)) for f in self.functions]
        )

    @override
    def prune(self, names: Sequence[str]) -> ACE:
        return replace(self, kept=tuple(names))

    # Engines -------------------------------------------------------------------------------------

    @cached_property
    def engine(self) -> Engine:
        """Tables and the feature program, compiled."""
        return self.engine_of([feature_program(self.functions, self.moments, self.species)])

    def engine_of(self, programs: Sequence[Program]) -> Engine:
        """Engine of a program, or of one per centre species, over this descriptor's moments."""
        moments = self.moments
        return Engine(Basis(moments.degrees, *self._tables, tuple(programs), moments.lowest))

    @cached_property
    def _tables(self) -> tuple[tuple[RadialTable, ...], Species]:
        """Tables of the radial functions, and which of them serves (centre, neighbour)."""
        different = list(dict.fromkeys(self.radials.values()))
        n = len(self.moments.degrees)
        check_tables(len(different), n)
        found = tuple(tabulate(partial(x.functions, n=n), x.cutoff) for x in different)
        table_of = np.zeros((len(self.species),) * 2, np.int32)
        for pair, radial in self.radials.items():
            table_of[pair] = different.index(radial)
        return found, table_of

    @override
    def outline(self) -> Outline:
        """That of the folded program; no table is made for it."""
        every = np.ones((1, self.n_features))
        program = folded_program(self.functions, every, self.moments, ("energy",))
        cutoffs = np.zeros((len(self.species),) * 2)
        for pair, radial in self.radials.items():
            cutoffs[pair] = radial.cutoff
        return Outline(self.moments.lowest, self.moments.degrees, cutoffs, program)

    def folded(self, coefficients: Array) -> list[Program]:
        """Per centre species a program of S features: the models' energies without one-body parts.

        ``coefficients`` are (n_species, 1 + M), or (S, n_species, 1 + M).
        """
        c = checked(coefficients, len(self.species), self.n_features)
        several = c[None] if c.ndim == 2 else c
        names = [f"energy {s}" for s in range(len(several))]
        return [
            folded_program(self.functions, several[:, e, 1:], self.moments, names)
            for e in range(len(self.species))
        ]

    @override
    def fold(self, coefficients: Array) -> FoldedModel:
        """The linear model of coefficients (n_species, 1 + M) or (S, n_species, 1 + M).

        Up to MOST_FOLDED models are folded into one polynomial per species and model, which share
        their products.  More of them share the values of the features.
        """
        c = checked(coefficients, len(self.species), self.n_features)
        if c.ndim == 3 and len(c) > MOST_FOLDED:
            return FoldedModel(self.engine, c, self.species, self.cutoff)
        several = c[None] if c.ndim == 2 else c
        own = np.broadcast_to(
            np.eye(len(several))[:, None], (len(several), *c.shape[-2:-1], len(several))
        )
        folded = np.concatenate([several[:, :, :1], own], axis=2)
        engine = self.engine_of(self.folded(c))
        return FoldedModel(engine, folded[0] if c.ndim == 2 else folded, self.species, self.cutoff)


def _plain(value: Any) -> Any:
    """Lists for tuples, dictionaries for mappings."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value
