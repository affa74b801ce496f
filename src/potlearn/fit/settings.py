"""Everything that decides a linear fit beside its data and its descriptor, in one frozen value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from numpy.typing import ArrayLike

from potlearn.errors import FitError
from potlearn.fit.ledger.one_body import OneBody, resolve
from potlearn.fit.rows.names import Label
from potlearn.fit.solve.problem import Solver
from potlearn.fit.solve.registry import DEFAULT, SOLVERS, make_solver
from potlearn.fit.weights import Weights

if TYPE_CHECKING:
    from potlearn.data import Dataset

OnContradiction: TypeAlias = Literal["leave_out", "report", "keep"]
"""What a fit does with stress that contradicts energies and forces."""
Noise: TypeAlias = Literal["fixed", "quantity", "group"]
"""Weights as given, or noise levels by evidence for each quantity, or each group and quantity."""


@dataclass(frozen=True, eq=False)
class FitSettings:
    """Settings of :func:`~potlearn.fit.fit_linear`; fits from a ledger take the same value.

    Parameters
    ----------
    weights : Weights
        Weights per quantity and group.
    solver : str or Solver, optional
        Name in :data:`~potlearn.fit.SOLVERS` or a solver; by default the penalty is chosen by the
        evidence.
    ridge : float, optional
        Penalty of the solver ``"ridge"`` (which it implies), without unit.
    smoothness : bool
        Whether a penalty weighs coefficients by the descriptor's smoothness, where it states one;
        else by the norms of their columns.
    e0 : str or mapping
        ``"isolated"``: energies of the dataset's isolated atoms; ``"fitted"``: free coefficients;
        ``"auto"``: the first where every species has one, else the second; or eV by species.
    intercept : bool
        Add a free constant per atom to given one-body energies.
    exclude : collection of (configuration, quantity, atom)
        Labels to leave out; atom -1 means the whole quantity of the configuration.
    configuration_weights : array, optional
        Further weight of every configuration, (n,), or of its energy, forces and stress, (n, 3).
    n_folds : int, optional
        Folds of configurations kept apart in the ledger; by default what the solver wants.
    keep_groups : bool
        Keep every group apart in the ledger, not only those with weights of their own.
    contradictions : str
        Stress of groups that contradicts energies and forces
        (:func:`~potlearn.fit.find_contradictions`): ``"leave_out"`` of the fit and say so;
        ``"report"`` it and keep it; ``"keep"`` it and do not look.
    noise : str
        ``"fixed"``: the weights as they are; ``"quantity"`` or ``"group"``: weights from noise
        levels of largest evidence (:func:`~potlearn.fit.noise_levels`), which often ruin energies.

    Raises
    ------
    FitError
        An unknown solver, a ridge beside another solver than ``"ridge"``, or an unknown word.
    """

    weights: Weights = field(default_factory=Weights)
    solver: str | Solver | None = None
    ridge: float | None = None
    smoothness: bool = True
    e0: str | Mapping[str, float] = "auto"
    intercept: bool = False
    exclude: Collection[Label] = frozenset()
    configuration_weights: ArrayLike | None = None
    n_folds: int | None = None
    keep_groups: bool = False
    contradictions: OnContradiction = "leave_out"
    noise: Noise = "fixed"

    def __post_init__(self) -> None:
        if isinstance(self.solver, str):
            SOLVERS.load(self.solver)
        if self.ridge is not None and self.solver not in (None, "ridge"):
            raise FitError(f"'ridge' is the penalty of the solver 'ridge', not of {self.solver!r}")
        if self.contradictions not in get_args(OnContradiction):
            words = ", ".join(get_args(OnContradiction))
            raise FitError(f"contradictions is {self.contradictions!r}; expected one of {words}")
        if self.noise not in get_args(Noise):
            words = ", ".join(get_args(Noise))
            raise FitError(f"noise is {self.noise!r}; expected one of {words}")
        object.__setattr__(self, "exclude", frozenset(self.exclude))

    def make_solver(self) -> Solver:
        """The solver that is asked for."""
        if self.ridge is not None:
            return make_solver("ridge", ridge=self.ridge)
        return make_solver(DEFAULT if self.solver is None else self.solver)

    @property
    def one_body(self) -> OneBody:
        """One-body energies: given or fitted.

        Raises
        ------
        FitError
            They depend on a dataset; :meth:`resolved` looks them up.
        """
        return OneBody.of(self.e0, self.intercept)

    def resolved(
        self, dataset: Dataset, species: tuple[str, ...], cutoff: float = 0.0
    ) -> tuple[FitSettings, str]:
        """The same settings with one-body energies given or fitted, and a note on the choice.

        An atom with a periodic image within ``cutoff`` (Å) is not taken for an isolated one.

        Raises
        ------
        FitError
            A species has no isolated atom or is not in the table; an unknown word; an intercept
            beside fitted one-body energies, which hold it already.
        """
        found, note = resolve(self.e0, dataset, species, self.intercept, cutoff)
        return replace(self, e0=found), note
