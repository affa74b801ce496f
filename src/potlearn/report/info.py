"""Title, settings and timing of a report, and suspicious labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potlearn.fit import Contradiction
    from potlearn.fit.beyond import BeyondCheck
    from potlearn.metrics import Measured
    from potlearn.neural import LearningCurve
    from potlearn.uncertainty import Spectrum


@dataclass(frozen=True)
class TrainingInfo:
    """Training of the networks of a potential.

    Attributes
    ----------
    curve : LearningCurve
        Losses and errors of every epoch.
    before : mapping of str to Measured
        Errors of the potential before the training, by set.
    called : str
        What that potential is called: ``"linear"`` or ``"start"``.
    words : str
        Head, layers, members, parameters and time, as the beginning of a sentence.
    """

    curve: LearningCurve
    before: Mapping[str, Measured]
    called: str
    words: str


@dataclass(frozen=True)
class ReportInfo:
    """Title, settings and timing of a report.

    Attributes
    ----------
    title : str
        Heading of the report.
    summary : str
        A sentence below the title.
    sections : mapping of str to mapping
        Settings and results by section, for example
        ``{"Descriptor": {"family": "pod", "cutoff": "5.5 Å"}, "Data": {"train": "si.extxyz"}}``.
        Values may be text, numbers, logicals, None, or lists and mappings of these.
    timing : mapping of str to float
        Seconds of each stage.
    contradictions : sequence of Contradiction
        Stress of groups that contradicts energies and forces.
    beyond : BeyondCheck, optional
        What the potential does beyond its data.
    spectrum : Spectrum, optional
        Standard deviations of the combinations of coefficients, of a fit with an uncertainty.
    in_fit : mapping of str to int
        By name of the set, how many of its configurations the potential was fitted to; expected
        errors are not tested by these.  A set that is missing here counts as none, ``"train"`` as
        all.
    training : TrainingInfo, optional
        Training of the networks, of a neural potential.
    """

    title: str = "Interatomic potential"
    summary: str = ""
    sections: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    timing: Mapping[str, float] = field(default_factory=dict)
    contradictions: Sequence[Contradiction] = ()
    beyond: BeyondCheck | None = None
    spectrum: Spectrum | None = None
    in_fit: Mapping[str, int] = field(default_factory=dict)
    training: TrainingInfo | None = None


@dataclass(frozen=True)
class SuspiciousLabel:
    """A label that disagrees with the others.

    Attributes
    ----------
    source : str
        Configuration, ``"file.extxyz:17"``.
    quantity : str
        ``"energy"`` (eV/atom), ``"forces"`` (eV/Å), ``"stress"`` (eV/Å³) or ``"virial"``
        (eV/atom).
    value : float or None
        The label, or the length of a vector of labels.
    leverage : float
        Influence of the label on its own prediction, 0 to 1.
    residual : float
        Prediction by a fit without the label, minus the label (or the length of that vector).
    group : str
        Group of the configuration.
    where : str
        Which atom or component, for example ``"atom 12, x"``.
    """

    source: str
    quantity: str
    value: float | None
    leverage: float
    residual: float
    group: str = ""
    where: str = ""
