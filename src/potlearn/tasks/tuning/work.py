"""What a worker does with a trial: a fit from the ledger, its errors, its force time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from potlearn.errors import FitError, PotlearnError
from potlearn.tune import Candidate, CostModel, Outcome, Worker
from potlearn.tune.objectives import load_own

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential
    from potlearn.tune import Neighborhood


class Item(NamedTuple):
    """A trial for a worker."""

    number: int
    sets: str
    candidate: Candidate
    added: float = 0.0
    """Force time of its reference potential, in µs/atom."""


@dataclass(frozen=True, eq=False)
class Known:
    """What trials of one training set share.

    Attributes
    ----------
    worker :
        Answers candidates.
    validation : Dataset, optional
        For objectives of the user.
    near : Neighborhood
        Neighbours in some of the training configurations.
    """

    worker: Worker
    validation: Dataset | None
    near: Neighborhood


@dataclass(frozen=True, eq=False)
class Work:
    """Evaluation of trials; a trial that fails has a reason and ends nothing.

    Attributes
    ----------
    known : mapping of str to Known
        By key of the training set.
    cost : CostModel
    own : tuple of str
        Objectives of the user.
    """

    known: Mapping[str, Known]
    cost: CostModel
    own: tuple[str, ...] = ()

    def __call__(self, item: Item) -> Outcome:
        """What comes out of a trial."""
        start = perf_counter()
        try:
            values, notes = self._values(item)
        except Exception as error:
            return Outcome(item.number, reason=reason_of(error), seconds=perf_counter() - start)
        return Outcome(item.number, values, seconds=perf_counter() - start, notes=notes)

    def _values(self, item: Item) -> tuple[dict[str, float], dict[str, str]]:
        known = self.known[item.sets]
        answer = known.worker(item.candidate)
        values = {name: float(value) for name, value in answer.errors.items()}
        values["n_functions"] = float(answer.descriptor.n_features)
        values["n_coefficients"] = float(answer.coefficients.size)
        values["force_time"] = item.added + self.cost.predict(answer.descriptor, known.near)
        for name in self.own:
            assert known.validation is not None
            values[name] = own_value(name, answer.potential, known.validation)
        return values, {"notes": "; ".join(answer.notes)} if answer.notes else {}


def own_value(name: str, potential: Potential, validation: Dataset) -> float:
    """Value of a function of the user.

    Raises
    ------
    FitError
        The function fails, or its value is not a number.
    """
    try:
        return float(load_own(name)(potential, validation))
    except PotlearnError:
        raise
    except Exception as error:
        raise FitError(f"objective {name}: {type(error).__name__}: {error}") from error


def reason_of(error: BaseException) -> str:
    """An error in one line; what is not one of ours is named."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if isinstance(error, PotlearnError) else f"{type(error).__name__}: {text}"
