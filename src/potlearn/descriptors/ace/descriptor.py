"""The atomic cluster expansion (ACE): any order, any number of species."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.ace.basis import Box, Function, Rule, TotalDegree, functions
from potlearn.descriptors.ace.program import Moments, feature_program, folded_program
from potlearn.descriptors.ace.radial import DEFAULT_KIND, AceRadial, make_radial
from potlearn.descriptors.base import DesignRows
from potlearn.engine import Engine, Program, RadialTable, tabulate
from potlearn.errors import BasisError
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms

MAX_ORDER = 5
MAX_DEGREE = 12
DEFAULT_DEGREES: dict[int, tuple[float, ...]] = {
    1: (14.0, 13.0, 12.0, 11.0, 9.0),
    2: (10.0, 7.5, 6.5, 6.0, 5.0),
    3: (9.0, 5.5, 4.5, 4.25, 3.5),
    4: (8.0, 4.0, 3.25, 3.0, 2.75),
    5: (6.0, 3.25, 2.6, 2.25, 2.0),
}
"""Degrees per order by number of species, for wL = 0.75; from five species on the last holds.

One species: of bases of 500 to 1300 functions, wL from 0.4 to 1.25 and orders 3 to 5, among the
least products of held-out energy and force errors on Si and Mo (Zuo et al. 2020), and half as
slow as the best.  More species: some 900 to 1300 columns of a fit.
"""


@dataclass(frozen=True)
class ACE:
    r"""Invariant products of moments, complete and independent up to an order.

    .. math::
        A_{\mu n l m}(i) = \sum_{j: z_j = \mu} R_n(r_{ij}) Y_{lm}(r_{ij}/|r_{ij}|), \qquad
        B_f(i) = \sum_m C_f(m) \prod_{t=1}^{N} A_{\mu_t n_t l_t m_t}(i)

    For every multiset of channels :math:`(\mu_t, n_t, l_t)` that the rule selects there are exactly
    as many functions as there are independent invariants
    (:mod:`~potlearn.descriptors.ace.coupling`).  The functions do not depend on the centre's
    species, only the coefficients do.

    Parameters
    ----------
    species : tuple of str
        Chemical symbols.
    cutoff : float
        Largest distance that matters, in Å.
    order : int
        Largest number of factors, 1 to 5 (body order less one).
    degree : float or one per order, optional
        The total-degree rule: :math:`\sum_t (n_t / Z + w_L l_t)` at most this
        (:class:`~potlearn.descriptors.ace.basis.TotalDegree`).
    wL : float
        Its weight of l.
    nmax, lmax, lmin : int or one per order, optional
        The other rule (:class:`~potlearn.descriptors.ace.basis.Box`): n and l up to these.
    radial : mapping
        ``kind`` and parameters of the radial functions
        (:func:`~potlearn.descriptors.ace.radial.make_radial`).
    pairs : mapping, optional
        By ``"A-B"``, for both orders of the species: ``cutoff``, at most the general one, and
        parameters of ``radial`` that are others for that pair.
    max_functions : int, optional
        Of more functions than this those with the smallest order + sum of n and l are kept.

    Raises
    ------
    BasisError
        Settings that select no function, or that contradict one another.

    References
    ----------
    Drautz, Phys. Rev. B 99, 014104 (2019); Dusson et al., J. Comput. Phys. 454, 110946 (2022).
    """

    species: tuple[str, ...]
    cutoff: float = 5.5
    order: int = 4
    degree: tuple[float, ...] | float | None = None
    wL: float = 0.75  # noqa: N815 (the field's name)
    nmax: tuple[int, ...] | int | None = None
    lmax: tuple[int, ...] | int | None = None
    lmin: tuple[int, ...] | int | None = None
    radial: Mapping[str, Any] = field(default_factory=dict)
    pairs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    max_functions: int | None = None
    threads: int = field(default=1, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "species", tuple(self.species))
        if not self.species or len(set(self.species)) != len(self.species):
            raise BasisError(f"ace: species must be distinct and at least one, got {self.species}")
        if not self.cutoff > 0:
            raise BasisError(f"ace: cutoff must be above 0, got {self.cutoff}")
        if not 1 <= self.order <= MAX_ORDER:
            raise BasisError(f"ace: order goes from 1 to {MAX_ORDER}, got {self.order}")
        object.__setattr__(self, "radial", {"kind": DEFAULT_KIND} | dict(self.radial))
        if not self.wL > 0:
            raise BasisError(f"ace: wL must be above 0, got {self.wL}")
        self._fill_rule()
        if max(self.moments.degrees) > MAX_DEGREE or not self.radials:
            top = max(self.moments.degrees)
            raise BasisError(
                f"ace: angular degrees go to {MAX_DEGREE}; these settings ask for {top}"
            )

    # Settings ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Settings that rebuild the descriptor, ``family`` included."""
        settings = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.compare}
        return {"family": "ace"} | settings

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> ACE:
        """The inverse of :meth:`to_dict` (without ``family``)."""
        settings = {k: v for k, v in settings.items() if k != "family"}
        unknown = sorted(set(settings) - {f.name for f in fields(cls)})
        if unknown:
            raise BasisError(f"ace: unknown setting {unknown[0]!r}")
        return cls(**settings)

    def _fill_rule(self) -> None:
        """One rule, its numbers per order."""
        if self.degree is not None and self.nmax is not None:
            raise BasisError("ace: 'degree' and 'nmax' are two rules; give one of them")
        if (self.nmax is None) != (self.lmax is None):
            raise BasisError("ace: 'nmax' and 'lmax' go together")
        if self.degree is None and self.nmax is None:
            default = DEFAULT_DEGREES[min(len(self.species), max(DEFAULT_DEGREES))]
            object.__setattr__(self, "degree", default[: self.order])
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
                f"ace: {name} needs {self.order} numbers that are not negative, got {value}"
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
        return functions(self.rule, self.order, self.max_functions)

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
            raise BasisError(f"ace: pairs: {unknown[0]!r} is no pair of {', '.join(self.species)}")
        return {
            (i, j): self._radial(a, b)
            for (i, a), (j, b) in product(enumerate(self.species), repeat=2)
        }

    def _radial(self, a: str, b: str) -> AceRadial:
        own = dict(self.pairs.get(f"{a}-{b}", self.pairs.get(f"{b}-{a}", {})))
        cutoff = float(own.pop("cutoff", self.cutoff))
        if not 0 < cutoff <= self.cutoff:
            raise BasisError(
                f"ace: cutoff of {a}-{b} is {cutoff}; the general one is {self.cutoff}"
            )
        return make_radial({**self.radial, **own}, cutoff, (a, b))

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return len(self.functions)

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Identity of each feature."""
        return tuple(f.name(self.species) for f in self.functions)

    @property
    def smoothness(self) -> Array:
        r"""Penalty of each feature, :math:`\gamma = \sum_t (\tfrac32 l_t)^4 + n_t^4`, (M,).

        Witt et al., J. Chem. Phys. 159, 164101 (2023), equation 24.
        """
        return np.array(
            [float(sum((1.5 * c.l) ** 4 + c.n**4 for c in f.channels)) for f in self.functions]
        )

    @cached_property
    def engine(self) -> Engine:
        """Tables and the feature program, compiled."""
        program = feature_program(self.functions, self.moments, self.species)
        return self.engine_of(program)

    def engine_of(self, program: Program | Sequence[Program]) -> Engine:
        """Engine of a program, or of one per centre species, over this descriptor's moments."""
        return Engine(self.moments.degrees, *self.tables(), program, lowest=self.moments.lowest)

    def tables(self) -> tuple[list[RadialTable], NDArray[np.int32]]:
        """Tables of the radial functions, and which of them serves (centre, neighbour)."""
        different = list(dict.fromkeys(self.radials.values()))
        n = len(self.moments.degrees)
        found = [tabulate(partial(x.functions, n=n), x.cutoff) for x in different]
        table_of = np.zeros((len(self.species),) * 2, np.int32)
        for pair, radial in self.radials.items():
            table_of[pair] = different.index(radial)
        return found, table_of

    def folded(self, coefficients: Array) -> list[Program]:
        """Per centre species the program of its energy without the one-body part.

        ``coefficients`` are those of :meth:`linear_model`, (n_species, 1 + M).
        """
        return [
            folded_program(self.functions, row[None, 1:], self.moments, ["energy"])
            for row in np.asarray(coefficients, float)
        ]

    @cached_property
    def _latest(self) -> dict[str, Any]:
        """The coefficients that were folded last, and their engine."""
        return {}

    def _folded_engine(self, coefficients: Array) -> Engine:
        if not np.array_equal(self._latest.get("coefficients", ()), coefficients):
            engine = self.engine_of(self.folded(coefficients))
            self._latest.update(coefficients=coefficients.copy(), engine=engine)
        found: Engine = self._latest["engine"]
        return found

    # Evaluation ----------------------------------------------------------------------------------

    def descriptors(self, atoms: Atoms, neighbors: Neighbors | None = None) -> Array:
        """Features of every atom, (N, M)."""
        return self.engine.features(self._system(atoms, neighbors), self.threads)

    def design(
        self, atoms: Atoms, neighbors: Neighbors | None = None, virial: bool = True
    ) -> DesignRows:
        """Rows of the linear model (:class:`~potlearn.descriptors.DesignRows`)."""
        return DesignRows(*self.engine.rows(self._system(atoms, neighbors), virial=virial))

    def linear_model(
        self, atoms: Atoms, coefficients: Array, neighbors: Neighbors | None = None
    ) -> tuple[Array, Array, Array]:
        """Energies (N,), forces (N, 3), virial (6,) of coefficients (n_species, 1 + M).

        The coefficients are folded into one polynomial per species, kept for the next call.
        """
        c = np.asarray(coefficients, float)
        per_atom = np.column_stack([c[:, 0], np.ones(len(c))])
        system = self._system(atoms, neighbors)
        return self._folded_engine(c).energy_forces(system, per_atom, self.threads)

    def _system(self, atoms: Atoms, list_: Neighbors | None) -> System:
        return System.of(atoms, self.species, self.cutoff, list_)


def _plain(value: Any) -> Any:
    """Lists for tuples, dictionaries for mappings."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value
