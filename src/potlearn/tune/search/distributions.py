"""A parameter of a space as Optuna's distribution, and its values as Optuna keeps them.

Optuna's categories are numbers, words and truth values.  A choice that holds anything else is kept
as JSON text, which its dashboard shows as it is.
"""

from __future__ import annotations

import json
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from potlearn.tune.search.parameters import Choice, Parameter, Range
from potlearn.tune.search.space import text_of
from potlearn.tune.trial import Value


def distribution(parameter: Parameter) -> BaseDistribution:
    """Optuna's distribution of a parameter."""
    if isinstance(parameter, Choice):
        return CategoricalDistribution([kept(parameter, value) for value in parameter.values])
    if parameter.integer:
        low, high, step = int(parameter.low), int(parameter.high), int(parameter.step or 1)
        return IntDistribution(low, high, log=parameter.log, step=step)
    return FloatDistribution(
        parameter.low, _last(parameter), log=parameter.log, step=parameter.step
    )


def suggest(trial: Trial, key: str, parameter: Parameter) -> Value:
    """The value that Optuna's sampler chooses for a trial."""
    made = distribution(parameter)
    if isinstance(made, CategoricalDistribution):
        return given(parameter, trial.suggest_categorical(key, made.choices))
    if isinstance(made, IntDistribution):
        return given(
            parameter, trial.suggest_int(key, made.low, made.high, step=made.step, log=made.log)
        )
    assert isinstance(made, FloatDistribution)
    return given(
        parameter, trial.suggest_float(key, made.low, made.high, step=made.step, log=made.log)
    )


def kept(parameter: Parameter, value: Value) -> Any:
    """A value as Optuna keeps it."""
    return text_of(value) if _as_text(parameter) else value


def given(parameter: Parameter, found: Any) -> Value:
    """A value as the space gives it, from what Optuna keeps."""
    if isinstance(parameter, Range):
        return parameter.nearest(found)
    return json.loads(found) if _as_text(parameter) else found


def _as_text(parameter: Parameter) -> bool:
    """Whether Optuna would not keep the choice as it is: 1 and true, 1 and 1.0 are one to it."""
    if isinstance(parameter, Range):
        return False
    kinds = {type(value) for value in parameter.values}
    return not (len(kinds) == 1 and kinds <= {str, int, float, bool})


def _last(parameter: Range) -> float:
    """The last value on the grid, or the upper end."""
    return float(parameter.options()[-1]) if parameter.step else parameter.high
