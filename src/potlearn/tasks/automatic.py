"""A configuration that is found: cutoff, basis and weights by held-out errors of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from potlearn.errors import ConfigError, PotlearnError
from potlearn.runtime import check_output, write_text
from potlearn.tasks.automatic_text import Searched
from potlearn.tasks.data import read_with_notes, split_sets
from potlearn.tasks.initial import InitOutcome
from potlearn.tasks.initial_text import initial_text, nearest_neighbors
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.reference import make_reference
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.initial import FindConfig
from potlearn.tasks.settings.yaml_text import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from potlearn.data import Dataset
    from potlearn.tune.automatic.search import Search
    from potlearn.typing import Settings

_MARK = "# Search of the data and settings "
_SIZE = 8


def find(
    settings: FindConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> InitOutcome:
    """Find the configuration of a fit, and write it with comments that say why.

    Where nothing can be searched (too few configurations, or a basis that is given), it is that of
    :func:`~potlearn.tasks.init`, and the summary says so.  The same data and settings again give
    the file that is there.

    Parameters
    ----------
    settings : FindConfig or mapping
        ``{"files": "data.extxyz", "output": "fit.yaml"}``.
    progress : bool or function
        As of :func:`~potlearn.tasks.fit`.

    Raises
    ------
    ConfigError
        An unknown key or a value of a wrong kind; or the file exists with other content.
    DataError
        A file of data cannot be read.
    """
    config = FindConfig.of(settings)
    check_output(config.output)
    dataset, notes = read_with_notes(config.files, config)
    key = _key(config, dataset)
    known = None if config.force else _known(config.output, key)
    if known is not None:
        return InitOutcome(config.output, known, tuple(notes), ())
    searched = _searched(config, dataset, stages_of(progress))
    text = _marked(initial_text(config, dataset, searched), key)
    write_text(config.output, text)
    return InitOutcome(config.output, text, tuple(notes), tuple(searched.summary))


def _key(config: FindConfig, dataset: Dataset) -> str:
    """Content key of all that decides what is found."""
    from potlearn import __version__
    from potlearn.runtime import content_key

    kept = config.model_dump(mode="json", exclude={"output", "folder", "force", "workers"})
    return content_key([dataset.content_key(), kept, __version__], size=_SIZE)


def _marked(text: str, key: str) -> str:
    """The text with a last line that tells whether both data and text are still the same."""
    from potlearn.runtime import content_key

    return f"{text}{_MARK}{key}, text {content_key(text, size=_SIZE)}\n"


def _known(path: Path, key: str) -> str | None:
    """Text of a file that an earlier search of the same data wrote; None if there is no file."""
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    body, mark, _ = text.rpartition(_MARK)
    if not mark or text != _marked(body, key):
        raise ConfigError(
            f"{path}: exists and has other content; use it (potlearn fit {path}), "
            "name another --output, or delete it to search again"
        )
    return text


def _searched(config: FindConfig, dataset: Dataset, stages: Stages) -> Searched:
    """The search, or in words why there was none."""
    descriptor = config.given.get("descriptor", {})
    given = sorted(set(descriptor) - {"cutoff"}) if isinstance(descriptor, dict) else ["descriptor"]
    if given:
        return Searched(None, f"{', '.join(f'descriptor.{key}' for key in given)} given")
    try:
        return Searched(_search(config, dataset, stages).found())
    except PotlearnError as error:
        return Searched(None, str(error))


def _search(config: FindConfig, dataset: Dataset, stages: Stages) -> Search:
    """The search that the configuration of ``init`` starts from."""
    from potlearn.descriptors import ACE
    from potlearn.fit.beyond import Coverage
    from potlearn.runtime import Runtime
    from potlearn.tasks.descriptor import make_descriptor
    from potlearn.tune.automatic.search import Search

    base = _base(config, dataset)
    train = dataset if base.data.split is None else split_sets(dataset, base.data.split)["train"]
    start = make_descriptor(base.descriptor, None)
    if not isinstance(start, ACE):
        raise ConfigError(f"the family {base.descriptor.family} is not searched")
    coverage = Coverage.of(train, start.species)
    fit = config.given.get("fit", {})
    return Search(
        train,
        start,
        linear_settings(base.fit, train),
        make_reference(base.reference, coverage.shortest, start.species),
        nearest_neighbors(train),
        any_cutoff="cutoff" not in config.given.get("descriptor", {}),
        any_weights="weights" not in fit and base.fit.noise == "fixed",
        runtime=Runtime(base.fit.workers),
        stages=stages,
    )


def _base(config: FindConfig, dataset: Dataset) -> FitConfig:
    """The configuration of ``init``, with the settings that are given."""
    defaults: Settings = parse_yaml(initial_text(config, dataset), "defaults")
    raw = _joined(defaults, config.given)
    return FitConfig.of(raw, folder=config.output.absolute().parent)


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> Settings:
    """Nested settings, those of ``second`` before those of ``first``."""
    joined = dict(first)
    for key, value in second.items():
        own = joined.get(key)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            joined[key] = _joined(own, value)
        else:
            joined[key] = value
    return joined
