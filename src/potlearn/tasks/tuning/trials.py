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
from potlearn.tasks.settings.tables import NameIn
from potlearn.tasks.settings.tune import ParameterConfig, TuneConfig
from potlearn.tune import Choice, Range, Space, Value
from potlearn.typing import ByLedger, Settings

FAMILY = "descriptor.family"
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
        return TrialConfig.of(settings, self.source)


def _of_family(section: Settings) -> Settings:
    """A descriptor's section without keys that other families alone have."""
    own = family_section(section["family"]).model_fields
    known = {p for name in _families() for p in family_section(name).model_fields}
    return {key: value for key, value in section.items() if key in own or key not in known}


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
    if key.partition(".")[0] == "model":
        raise ConfigError(
            f"{where}: trials are linear fits; search the descriptor, then train networks on a "
            "point of the front (model: {kind: neural} in its fit.yaml)"
        )
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
            given = value_at(base, chooser) or DEFAULT_FAMILY
            if given not in allowed:
                raise ConfigError(
                    f"{source}: space: {key}: {given} has no such key; it belongs to "
                    f"{', '.join(allowed)}"
                )
        elif not set(searched.values or ()) <= set(allowed):
            found[chooser] = allowed
    return found


def base_of(config: TuneConfig) -> Settings:
    """Plain data of all that is not searched."""
    settings = config.fit_settings()
    if config.compress:
        settings["compress"] = {"method": DEFAULT, **config.compress}
    return settings
