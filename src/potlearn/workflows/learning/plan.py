"""What decides the course of active learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from potlearn.errors import LearningError
from potlearn.fit import FitSettings
from potlearn.runtime import content_key
from potlearn.typing import Settings
from potlearn.uncertainty import METHODS
from potlearn.workflows.learning.choose import Choice
from potlearn.workflows.learning.stops.base import Stop
from potlearn.workflows.learning.stops.budget import Budget
from potlearn.workflows.learning.stops.rounds import Rounds
from potlearn.workflows.learning.triggers.base import Trigger
from potlearn.workflows.learning.triggers.gamma import Gamma

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

WHOLE = ("exclude", "configuration_weights")
"""Settings of a fit that a growing fit does not take."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes
    ----------
    descriptor : Descriptor
        Of the potential.
    fit : FitSettings
        As of :class:`~potlearn.fit.GrowingFit`.
    repulsion : bool
        Whether a screened nuclear repulsion (ZBL) is under the fit; its radii are those of the
        first set.
    uncertainty : str
        Way to expected errors, a name in :data:`~potlearn.uncertainty.METHODS`; with too few labels
        for it the plain posterior takes its place.
    triggers : mapping of str to Trigger
    choice : Choice
        How candidates are chosen.
    batch : int
        Most labels of a round.
    most : int
        Most candidates of a run.
    stops : sequence of Stop
        The first rule that is reached ends learning.  A hundred rounds end it in any case.
    protect : bool
        Whether rounds run with a wall around the set, and the last potential is protected beyond
        the data (:func:`~potlearn.protect`).
    seed : int
        Of all choices; runs draw theirs from the conditions' seeds.

    Raises
    ------
    LearningError
        Nothing triggers, or numbers below 1.
    """

    descriptor: Descriptor
    fit: FitSettings = field(default_factory=FitSettings)
    repulsion: bool = True
    uncertainty: str = "calibrated"
    triggers: Mapping[str, Trigger] = field(default_factory=lambda: {"gamma": Gamma()})
    choice: Choice = field(default_factory=Choice)
    batch: int = 5
    most: int = 20
    stops: Sequence[Stop] = (Rounds(),)
    protect: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        METHODS.load(self.uncertainty)
        if not self.triggers:
            raise LearningError("triggers: expected at least one, got none")
        for name in ("batch", "most"):
            if getattr(self, name) < 1:
                raise LearningError(f"{name}: expected 1 or more, got {getattr(self, name)}")

    @property
    def rules(self) -> tuple[Stop, ...]:
        """The stop rules, and the one that ends learning in any case."""
        given = tuple(self.stops)
        return given if any(isinstance(stop, Rounds) for stop in given) else (*given, Rounds())

    @property
    def budget(self) -> int | None:
        """Most labels that may be spent; None: no rule limits them."""
        limits = [stop.labels for stop in self.stops if isinstance(stop, Budget)]
        return min(limits, default=None)

    def content(self) -> Settings:
        """What the course depends on, as content keys; rules that end it do not belong to it."""
        fit = {f.name: getattr(self.fit, f.name) for f in fields(self.fit) if f.name not in WHOLE}
        others = [self.repulsion, self.uncertainty, self.batch, self.most, self.protect, self.seed]
        return {
            "descriptor": content_key(self.descriptor.to_dict()),
            "fit": content_key(fit),
            "triggers": content_key(dict(self.triggers)),
            "choice": content_key(self.choice),
            "numbers": content_key(others),
        }
