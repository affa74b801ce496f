"""What a candidate needs of a pass, and whether a pass has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from potlearn import __version__
from potlearn.runtime import content_key
from potlearn.tune.passes.candidate import Candidate
from potlearn.tune.passes.declared import pass_settings
from potlearn.typing import Settings


@dataclass(frozen=True)
class Data:
    """Content keys of the training and validation data."""

    train: str
    validation: str

    def shared(self, candidate: Candidate) -> str:
        """Key of all that candidates of one pass have in common."""
        settings = candidate.settings
        rows = [sorted(settings.exclude), settings.configuration_weights]
        family = type(candidate.descriptor).__qualname__
        basis = [family, pass_settings(candidate.descriptor)]
        return content_key([__version__, self.train, self.validation, basis, rows])


@dataclass(frozen=True)
class Needs:
    """What of a pass a candidate uses.

    Attributes
    ----------
    functions : frozenset of str
        Names of the features.
    quantities : frozenset of str
        Training rows of energy, forces, stress.
    groups : frozenset of str
        Groups that have weights of their own.
    judged : bool
        Whether the stress of groups is compared.
    all_groups : bool
        Whether every group is apart.
    folds : int
        Number of folds; 0: none, which any pass can serve.
    reference : str
        Content key of the potential under the fit; empty: none, which any pass can serve.
    """

    functions: frozenset[str]
    quantities: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    judged: bool = False
    all_groups: bool = False
    folds: int = 0
    reference: str = ""

    @classmethod
    def of(cls, candidate: Candidate) -> Needs:
        """The needs of a candidate."""
        settings, reference = candidate.settings, candidate.reference
        folds = settings.n_folds
        if folds is None:
            folds = settings.make_solver().n_folds
        return cls(
            functions=frozenset(candidate.descriptor.feature_names),
            quantities=frozenset(settings.weights.used),
            groups=frozenset(settings.weights.groups),
            judged=settings.contradictions != "keep",
            all_groups=settings.keep_groups,
            folds=folds,
            reference="" if reference is None else content_key(reference.to_dict()),
        )

    def fits(self, other: Needs) -> bool:
        """Whether one pass can serve both."""
        folds, references = {self.folds, other.folds} - {0}, {self.reference, other.reference}
        return len(folds) < 2 and len(references - {""}) < 2

    def with_(self, other: Needs) -> Needs:
        """What both need."""
        return Needs(
            functions=self.functions | other.functions,
            quantities=self.quantities | other.quantities,
            groups=self.groups | other.groups,
            judged=self.judged or other.judged,
            all_groups=self.all_groups or other.all_groups,
            folds=max(self.folds, other.folds),
            reference=max(self.reference, other.reference),
        )

    def covers(self, other: Needs) -> bool:
        """Whether a pass made for these needs serves the others."""
        return self.fits(other) and self.with_(other) == self

    def to_dict(self) -> Settings:
        """Plain data."""
        sets = ("functions", "quantities", "groups")
        found: dict[str, Any] = {name: sorted(getattr(self, name)) for name in sets}
        rest = ("judged", "all_groups", "folds", "reference")
        return found | {name: getattr(self, name) for name in rest}

    @classmethod
    def from_dict(cls, settings: Settings) -> Needs:
        """The inverse of :meth:`to_dict`."""
        found = dict(settings)
        for name in ("functions", "quantities", "groups"):
            found[name] = frozenset(settings[name])
        return cls(**found)
