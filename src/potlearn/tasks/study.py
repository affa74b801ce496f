"""Studies of selection: a comparison of methods, or a search of the best one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.runtime import SERIAL, Runtime
from potlearn.tasks.comparison import CompareOutcome, compare
from potlearn.tasks.progress import Stages
from potlearn.tasks.search import SearchOutcome, search_method
from potlearn.tasks.settings.study import CompareConfig, SearchConfig, StudyConfig, kind_of_study


def study(
    settings: StudyConfig | Mapping[str, Any],
    *,
    runtime: Runtime = SERIAL,
    progress: bool | Stages = False,
) -> CompareOutcome | SearchOutcome:
    """Compare ways to select, or search the best one; ``study`` or the other keys say which.

    Parameters
    ----------
    settings : CompareConfig, SearchConfig or mapping
        What a configuration file of ``potlearn study`` holds.
    runtime : Runtime
        Workers.
    progress : bool or function
        As for :func:`~potlearn.tasks.fit`.

    Raises
    ------
    ConfigError
        Settings of no study, an unknown key, or a value of a wrong kind.
    PotlearnError
        As :func:`~potlearn.tasks.comparison.compare` and
        :func:`~potlearn.tasks.search.search_method` do.
    """
    if isinstance(settings, Mapping):
        settings = kind_of_study(settings).of(settings)
    if isinstance(settings, SearchConfig):
        return search_method(settings, runtime=runtime, progress=progress)
    return compare(CompareConfig.of(settings), runtime=runtime, progress=progress)
