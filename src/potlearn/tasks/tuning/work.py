"""What a worker does with a trial: a fit from the ledger, its errors, its force time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from potlearn.errors import FitError, PotlearnError
from potlearn.tasks.tuning.training import MODEL, kind_of, measured, trained
from potlearn.tune import Candidate, CostModel, Outcome, Worker
from potlearn.tune.objectives import load_own

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.neural import NeuralSettings
    from potlearn.potentials import Potential
    from potlearn.tasks.networks import Trainable
    from potlearn.tune import Neighborhood, NetworkCost

TRAINING = "training"
"""Folder of checkpoints, beside that of the passes."""


class Item(NamedTuple):
    """A trial for a worker."""

    number: int
    sets: str
    candidate: Candidate
    added: float = 0.0
    """Force time of its reference potential, in µs/atom."""
    networks: NeuralSettings | None = None
    """Of networks on what the linear fit leaves."""


@dataclass(frozen=True, eq=False)
class Known:
    """What trials of one training set share.

    Attributes
    ----------
    worker :
        Answers candidates.
    train : Dataset, optional
        For networks.
    validation : Dataset, optional
        For errors of networks, and for objectives of the user.
    near : Neighborhood
        Neighbours in some of the training configurations.
    """

    worker: Worker
    train: Dataset | None
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
    networks : NetworkCost, optional
        What networks add to force times, where there are any.
    """

    known: Mapping[str, Known]
    cost: CostModel
    own: tuple[str, ...] = ()
    networks: NetworkCost | None = None

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
        potential: Trainable = answer.potential
        notes, texts = dict[str, str](), list(answer.notes)
        if item.networks is not None:
            assert known.train is not None
            folder = known.worker.cache.folder.with_name(TRAINING)
            potential, said = trained(answer, item.networks, known.train, folder)
            values |= self._of_networks(potential, known, values["force_time"])
            notes, texts = {MODEL: kind_of(potential)}, [*texts, *said]
        for name in self.own:
            assert known.validation is not None
            values[name] = own_value(name, potential, known.validation)
        return values, notes | ({"notes": "; ".join(texts)} if texts else {})

    def _of_networks(self, potential: Trainable, known: Known, linear: float) -> dict[str, float]:
        """What differs from the linear fit, whose force time is given; nothing where it is that."""
        from potlearn.potentials.neural import NeuralPotential

        if not isinstance(potential, NeuralPotential):
            return {}
        assert known.validation is not None
        assert self.networks is not None
        added = self.networks.predict(potential.network(), potential.species, known.near)
        return measured(potential, known.validation) | {"force_time": linear + added}


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
