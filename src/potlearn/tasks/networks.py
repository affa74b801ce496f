"""Networks beside the linear fit of a task: what they need, and their training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from potlearn.errors import ConfigError, ModelFileError
from potlearn.neural.curve import COLUMNS
from potlearn.runtime import check_installed
from potlearn.tasks.ensemble import check_method
from potlearn.tasks.settings import FamilyConfig, FitConfig, SplitConfig
from potlearn.tasks.settings.networks import NeuralModel, NeuralModelConfig, is_neural
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit import FitResult
    from potlearn.metrics import Measured
    from potlearn.neural import NeuralResult
    from potlearn.potentials import LinearPotential
    from potlearn.potentials.neural import NeuralPotential
    from potlearn.runtime import Runtime

    Trainable: TypeAlias = LinearPotential | NeuralPotential


@dataclass(frozen=True)
class Networks:
    """Training of networks, and the potential that it started from.

    Attributes
    ----------
    before : LinearPotential or NeuralPotential
    called : str
        What that is called beside the potential: ``"linear"`` or, a saved one, ``"start"``.
    result : NeuralResult
    errors : mapping of str to Measured
        Errors of the potential before, by set.
    """

    before: Trainable
    called: str
    result: NeuralResult
    errors: Mapping[str, Measured] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Head, layers, members, parameters and time, as the beginning of a sentence."""
        settings, curve = self.result.settings, self.result.curve
        heads = getattr(self.result.potential, "heads", ())
        layers = ", ".join(map(str, heads[0].hidden if heads else settings.layers))
        members = f"{settings.members} networks" if settings.members > 1 else "One network"
        n = sum(array.size for head in heads for array in head.parameters.values())
        parameters = f", {n} parameters" if n else ""
        return (
            f"{members} with the head {settings.head} and hidden layers of {layers}{parameters}, "
            f"trained in {curve['seconds'][-1]:.3g} s"
        )

    def numbers(self) -> Settings:
        """What ``metrics.json`` holds: errors of the potential before, and the learning curve."""
        curve = self.result.curve
        columns = {name: [_plain(x) for x in curve[name]] for name in COLUMNS}
        training = {"epochs": len(curve) - 1, "chosen": curve.best, "curve": columns}
        return {self.called: dict(self.errors), "training": training}


def _plain(value: float) -> float | None:
    """None in place of NaN, which JSON lacks."""
    return float(value) if isfinite(value) else None


def check_networks(config: FitConfig) -> None:
    """Refuse what cannot be trained, before any work.

    Raises
    ------
    MissingExtraError
        JAX or optax is not installed.
    ConfigError
        Expected errors that the model cannot have.
    """
    check_method(config)
    if is_neural(config.model):
        what = "model: {kind: neural}"
        check_installed("jax", "optax", extra="neural", what=what, instead="take kind: linear")


def with_validation(config: FitConfig) -> tuple[FitConfig, list[str]]:
    """The configuration with a validation set for the training of networks, and a note on it.

    Raises
    ------
    ConfigError
        A validation set that errors alone are to have, and there is none.
    """
    data = config.data
    split = data.split or SplitConfig()
    has_one = data.validation is not None or (data.file is not None and split.validation > 0)
    if has_one or not is_neural(config.model):
        return config, []
    if config.model.validate_on == "training":
        raise ConfigError(
            "model.validate_on: 'training' keeps the validation set for errors alone, and there is "
            "none; leave it out, or name a set in data.validation"
        )
    part = whole = config.model.settings.validation
    if data.file is None:
        update: dict[str, object] = {"validation": part}
    else:
        part = round(part * (1 - split.test), 6)
        update = {"split": split.model_copy(update={"validation": part})}
    note = (
        f"{whole:.0%} of the training set are held out to validate the networks (model.validation);"
        " data.validation names a set of your own"
    )
    return config.model_copy(update={"data": data.model_copy(update=update)}), [note]


def starting(config: FitConfig) -> Trainable | None:
    """The saved potential from which training continues; None: the linear fit.

    Raises
    ------
    ModelFileError
        No such file, or a potential of another kind.
    """
    from potlearn.potentials import LinearPotential, load
    from potlearn.potentials.neural import NeuralPotential

    path = config.model.start if is_neural(config.model) else None
    if path is None:
        return None
    found = load(path)
    if not isinstance(found, LinearPotential | NeuralPotential):
        raise ModelFileError(
            f"{path}: a {type(found).__name__}; expected the model.potl of a fit, linear or "
            "neural, to continue from"
        )
    return found


def continued(config: FitConfig, start: Trainable | None) -> FitConfig:
    """The configuration with the architecture of a saved neural potential, where it gives none."""
    heads = getattr(start, "heads", ())
    if not heads or not is_neural(config.model):
        return config
    head = heads[0]
    own = {"head": head.kind, "hidden": head.hidden, "activation": head.activation}
    own["members"] = len(heads)
    given = config.model.model_dump(exclude_none=True)
    return config.model_copy(update={"model": NeuralModelConfig.of(own | given)})


def descriptor_of(start: Trainable, section: FamilyConfig) -> Descriptor:
    """The descriptor of a saved potential, if the section has nothing else.

    Raises
    ------
    ConfigError
        Naming the keys that differ.
    """
    from potlearn.descriptors import descriptor_from_dict
    from potlearn.runtime import content_key

    own = start.descriptor.to_dict()
    given = section.model_dump(exclude_none=True, include={*section.model_fields_set, "family"})
    merged = descriptor_from_dict(own | given if own["family"] == given["family"] else given)
    found = merged.to_dict()
    differ = [key for key in given if content_key(own.get(key)) != content_key(found.get(key))]
    if differ:
        raise ConfigError(
            f"model.start: the saved potential has another descriptor ({', '.join(differ)}); leave "
            "these keys out, or copy the section descriptor from the config.yaml of its fit"
        )
    return start.descriptor


def train(
    model: NeuralModel,
    linear: FitResult,
    before: Trainable,
    sets: Mapping[str, Dataset],
    runtime: Runtime,
) -> Networks:
    """Networks trained on what a potential leaves, with the weights of the linear fit."""
    from potlearn.neural import fit_neural

    result = fit_neural(
        sets["train"],
        before,
        model.settings,
        validation=sets["validation"] if model.validate_on == "validation" else None,
        fit=linear.settings,
        runtime=runtime,
    )
    return Networks(before, "linear" if model.start is None else "start", result)


def filled_model(config: FitConfig) -> FitConfig:
    """The configuration with the defaults of the section of the model."""
    if not is_neural(config.model):
        return config
    model = config.model
    settings = replace(model.settings, hidden=model.settings.layers)
    given = {key: value for key, value in asdict(settings).items() if value is not None}
    own = model.model_dump(include={"kind", "start", "validate_on"})
    full = NeuralModelConfig.of(own | given)
    return config.model_copy(update={"model": full})
