"""What is asked for properties: a potential, or any calculator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from potlearn.errors import SpeciesError, UncertaintyError
from potlearn.runtime import content_key
from potlearn.typing import Atoms, Settings


@dataclass(frozen=True)
class Model:
    """A potential or a calculator by its name.

    Attributes
    ----------
    name : str
        As it is shown.
    content : mapping
        What its results depend on, as plain data.
    potential : Potential, optional
    spec : CalculatorSpec, optional
        Where it is no potential of this package.
    """

    name: str
    content: Settings
    potential: Any = None
    spec: Any = field(default=None, compare=False)

    @classmethod
    def of(cls, name: str, settings: Settings | None = None, python: str | None = None) -> Self:
        """The model of a file (of any format that potlearn reads), or of a calculator's name.

        With ``python`` the calculator is asked in a process of that Python.

        Raises
        ------
        ModelFileError
            The file holds no potential.
        LabellingError
            There is no such file, and no such calculator.
        """
        if Path(name).is_file():
            from potlearn.potentials import load

            key = content_key(Path(name).read_bytes().hex())
            return cls(Path(name).stem, {"file": key}, load(name))
        from potlearn.workflows.labels import CalculatorSpec

        spec = CalculatorSpec(name, settings or {}, python)
        return cls(name, dict(spec.content), None, spec)

    @property
    def species(self) -> tuple[str, ...] | None:
        """Elements that it knows, if it says so."""
        return None if self.potential is None else tuple(self.potential.species)

    @cached_property
    def _calculator(self) -> Any:
        return self.spec.build() if self.potential is None else self.potential.calculator()

    def __getstate__(self) -> Settings:
        """Without the calculator: every process makes its own."""
        return {name: value for name, value in vars(self).items() if name != "_calculator"}

    def calculator(self) -> Any:
        """The ASE calculator, made once."""
        return self._calculator

    def check(self, atoms: Atoms) -> None:
        """Refuse elements that the model does not know.

        Raises
        ------
        SpeciesError
            Naming them.
        """
        unknown = sorted(set(atoms.get_chemical_symbols()) - set(self.species or ()))
        if self.species is not None and unknown:
            raise SpeciesError(
                f"{self.name}: knows {', '.join(self.species)}; the crystal has also "
                f"{', '.join(unknown)}"
            )

    @property
    def has_uncertainty(self) -> bool:
        """Whether potentials can be drawn from a posterior."""
        return getattr(self.potential, "uncertainty", None) is not None

    def sample(self, n: int) -> Sequence[Model]:
        """Models drawn from the posterior of the coefficients.

        Raises
        ------
        UncertaintyError
            The model has no uncertainty.
        """
        if n and not hasattr(self.potential, "sample"):
            raise UncertaintyError(
                f"{self.name}: error bars of a potential need its uncertainty, which this has not; "
                "expected a potential of a fit with the solver 'bayesian', or samples: 0"
            )
        drawn = self.potential.sample(n) if n else []
        return [
            Model(self.name, {**self.content, "sample": k, "of": n}, potential)
            for k, potential in enumerate(drawn)
        ]
