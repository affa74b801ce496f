"""A configuration that is found: cutoff, basis and weights by held-out errors of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from potlearn.errors import BasisError, DataError, FitError, SpeciesError
from potlearn.runtime import check_output
from potlearn.tasks.automatic_file import SearchFile
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
    from potlearn.data import Dataset
    from potlearn.tune.automatic.search import Search
    from potlearn.typing import Settings

SIZE = 8
"""Bytes of a content key."""


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
    defaults = initial_text(config, dataset)
    base = _base(config, defaults)
    file = _file(config, dataset)
    known = None if config.force else file.known(defaults)
    if known is not None:
        return InitOutcome(config.output, known, tuple(notes))
    searched = _searched(config, base, dataset, stages_of(progress))
    text = file.write(initial_text(config, dataset, searched))
    return InitOutcome(config.output, text, tuple(notes), tuple(searched.summary))


def _file(config: FindConfig, dataset: Dataset) -> SearchFile:
    """The file, with keys of all that decides what is found."""
    from potlearn import __version__
    from potlearn.runtime import content_key

    fit = {k: v for k, v in config.given.get("fit", {}).items() if k != "workers"}
    given = {k: v for k, v in config.given.items() if k in ("data", "descriptor", "reference")}
    given |= {"fit": fit}
    read = config.model_dump(mode="json", exclude={"output", "folder", "force", "given"})
    data = content_key([dataset.content_key(), read], size=SIZE)
    return SearchFile(config.output, data, content_key([given, __version__], size=SIZE))


def _searched(config: FindConfig, base: FitConfig, dataset: Dataset, stages: Stages) -> Searched:
    """The search, or in words why there was none."""
    given = sorted({*config.given.get("descriptor", {})} - {"cutoff", "species"})
    if given:
        return Searched(None, f"{', '.join(f'descriptor.{key}' for key in given)} given")
    try:
        return Searched(_search(config, base, dataset, stages).found())
    except (DataError, SpeciesError, BasisError, FitError) as error:
        return Searched(None, str(error).rstrip("."))


def _search(config: FindConfig, base: FitConfig, dataset: Dataset, stages: Stages) -> Search:
    """The search that the configuration of ``init`` starts from."""
    from potlearn.descriptors import ACE
    from potlearn.fit.beyond import Coverage
    from potlearn.runtime import Runtime
    from potlearn.tasks.descriptor import make_descriptor
    from potlearn.tune.automatic.search import Search

    train = dataset if base.data.split is None else split_sets(dataset, base.data.split)["train"]

    def basis(cutoff: float) -> ACE:
        section = base.descriptor.model_copy(update={"cutoff": cutoff})
        descriptor = make_descriptor(section, train)
        if not isinstance(descriptor, ACE):
            raise BasisError(f"the family {base.descriptor.family} is not searched")
        return descriptor

    species = base.descriptor.species
    coverage = Coverage.of(train, species)
    fit = config.given.get("fit", {})
    return Search(
        train,
        basis,
        base.descriptor.cutoff,
        linear_settings(base.fit, train),
        make_reference(base.reference, coverage.shortest, species),
        nearest_neighbors(train),
        any_cutoff="cutoff" not in config.given.get("descriptor", {}),
        any_weights="weights" not in fit and base.fit.noise == "fixed",
        runtime=Runtime(base.fit.workers),
        stages=stages,
    )


def _base(config: FindConfig, defaults: str) -> FitConfig:
    """The configuration of ``init``, with the settings that are given."""
    raw: Settings = parse_yaml(defaults, "defaults")
    joined = _joined(raw, config.given)
    return FitConfig.of(joined, "settings", config.output.absolute().parent)


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
