"""Settings of the trials of a search: those of a fit, with the values of the space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from potlearn.compress import COMPRESSORS
from potlearn.compress.registry import DEFAULT
from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig, Section
from potlearn.tasks.settings.descriptor import DEFAULT_FAMILY, family_section
from potlearn.tasks.settings.keys import Place, places, value_at, with_values
from potlearn.tasks.settings.networks import DEFAULT_KIND, KINDS, AnyModel, LinearModelConfig
from potlearn.tasks.settings.tables import NameIn
from potlearn.tasks.settings.tune import ParameterConfig, TuneConfig
from potlearn.tune import Choice, Range, Space, Value
from potlearn.typing import ByLedger, Settings

FAMILY, KIND = "descriptor.family", "model.kind"
DEFAULTS = {FAMILY: DEFAULT_FAMILY, KIND: DEFAULT_KIND}
"""What a key is that chooses a section, where it is absent."""
OURS = {
    "model.start": "networks of a trial start from its own linear fit; expected no such key",
    "model.validate_on": "the validation set judges trials, so that a part of the training set "
    "(model.validation) chooses the epoch; expected no such key",
}
"""Keys of a model that a search decides, and why."""
FIXED = ("data.split", "data.validation")
"""Keys that decide the validation set."""


class CompressionOfTrial(Section):
    """A fit with fewer functions than its descriptor has."""

    method: Annotated[str, NameIn(lambda: ("none", *COMPRESSORS))] = "none"
    """Which functions are kept; none: all of them."""
    part: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Part of the functions that is kept."""


class TrialConfig(FitConfig):
    """Everything that a trial needs: a fit, and its compression."""

    compress: Annotated[CompressionOfTrial, ByLedger()] = CompressionOfTrial()
    """Compression of the fit."""
    model: Annotated[AnyModel, ByLedger()] = LinearModelConfig()
    """As in a fit: networks are trained on what the linear fit of the pass leaves."""

    def fit_config(self, kept: tuple[str, ...] | None = None) -> FitConfig:
        """The fit that repeats the trial; ``kept``: names of the functions after compression."""
        settings = self.model_dump(mode="json", exclude_none=True, exclude={"compress"})
        if kept is not None:
            settings["descriptor"]["kept"] = list(kept)
        return FitConfig.of(settings)


@dataclass(frozen=True)
class TrialSettings:
    """Complete settings of trials.

    Attributes
    ----------
    base : dict
        Plain data of all keys that are not searched.
    source : str
        Where they come from, for messages.
    """

    base: Settings
    source: str = "settings"

    def of(self, parameters: Mapping[str, Value]) -> TrialConfig:
        """Settings of a trial.

        Raises
        ------
        ConfigError
            The values do not go together.
        """
        settings = with_values(self.base, parameters, self.source)
        if FAMILY in parameters:
            settings["descriptor"] = _of_family(settings["descriptor"])
        if "model" in settings:
            settings["model"] = _of_kind(settings["model"], KIND in parameters)
        return TrialConfig.of(settings, self.source)


def _of_family(section: Settings) -> Settings:
    """A descriptor's section without keys that other families alone have."""
    own = family_section(section["family"]).model_fields
    known = {p for name in _families() for p in family_section(name).model_fields}
    return {key: value for key, value in section.items() if key in own or key not in known}


def _of_kind(section: Settings, searched: bool) -> Settings:
    """A model's section: networks are validated on a part of the training set.

    Where kinds are searched, keys that another kind alone has are left out.
    """
    kind = section.get("kind", DEFAULT_KIND)
    if kind == "neural":
        return {**section, "validate_on": "training"}
    if not searched or kind not in KINDS:
        return section
    own, others = KINDS[kind].model_fields, {k for s in KINDS.values() for k in s.model_fields}
    return {key: value for key, value in section.items() if key in own or key not in others}


def has_networks(base: Settings, space: Mapping[str, ParameterConfig]) -> bool:
    """Whether a trial may have networks."""
    searched = space.get(KIND)
    kinds = [value_at(base, KIND)] if searched is None else searched.values or ()
    return "neural" in kinds


def _families() -> tuple[str, ...]:
    from potlearn.descriptors.families import FAMILIES

    return tuple(FAMILIES)


def space_of(
    parameters: Mapping[str, ParameterConfig], base: Settings, source: str = "settings"
) -> Space:
    """The space of a configuration: every key exists, conditions follow from the schema.

    A key that only one part has, such as the degree of ACE, applies where that part is chosen.

    Raises
    ------
    ConfigError
        A key that no fit has, or that the parts of the other settings do not have.
    """
    found: dict[str, Choice | Range] = {}
    when: dict[str, dict[str, tuple[Value, ...]]] = {}
    for key, parameter in parameters.items():
        _check_searchable(key, f"{source}: space: {key}")
        at = places(TrialConfig, key, f"{source}: space")
        found[key] = _parameter(parameter, at, f"{source}: space: {key}")
        conditions = {name: tuple(values) for name, values in parameter.when.items()}
        when[key] = conditions | _conditions(key, at, parameters, base, source)
    return Space(found, {key: conditions for key, conditions in when.items() if conditions})


def _check_searchable(key: str, where: str) -> None:
    if key.partition(".")[0] == "output":
        raise ConfigError(f"{where}: the output is not a part of a trial")
    if key in OURS:
        raise ConfigError(f"{where}: {OURS[key]}")
    if key.startswith(FIXED):
        raise ConfigError(f"{where}: all trials are judged on the same validation set")


def _parameter(config: ParameterConfig, at: tuple[Place, ...], where: str) -> Choice | Range:
    try:
        if config.values is not None:
            return Choice(tuple(config.values))
        assert config.low is not None
        assert config.high is not None
        whole = all(place.whole(config.low, config.high) for place in at)
        return Range(config.low, config.high, config.step, config.log, whole)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def _conditions(
    key: str,
    at: tuple[Place, ...],
    parameters: Mapping[str, ParameterConfig],
    base: Settings,
    source: str,
) -> dict[str, tuple[Value, ...]]:
    """Choices of other keys under which a key exists, where these are searched."""
    found: dict[str, tuple[Value, ...]] = {}
    for chooser in dict.fromkeys(name for place in at for name in place.when):
        allowed = tuple(dict.fromkeys(p.when[chooser] for p in at if chooser in p.when))
        if key == chooser:
            continue
        searched = parameters.get(chooser)
        if searched is None:
            given = value_at(base, chooser) or DEFAULTS.get(chooser)
            if given not in allowed:
                raise ConfigError(
                    f"{source}: space: {key}: {given} has no such key; it belongs to "
                    f"{', '.join(allowed)}"
                )
        elif not set(searched.values or ()) <= set(allowed):
            found[chooser] = allowed
    return found


def base_of(config: TuneConfig, source: str = "settings") -> Settings:
    """Plain data of all that is not searched.

    Raises
    ------
    ConfigError
        A key of the model that a search decides.
    """
    settings = config.fit_settings()
    for key, why in OURS.items():
        if value_at(settings, key) is not None:
            raise ConfigError(f"{source}: {key}: {why}")
    if config.compress:
        settings["compress"] = {"method": DEFAULT, **config.compress}
    return settings
