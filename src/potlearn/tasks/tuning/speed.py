"""Force times of a search: the cost model, and what references add to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import ConfigError
from potlearn.potentials import LinearPotential
from potlearn.runtime import content_key, write_json
from potlearn.tune import (
    CostModel,
    NetworkCost,
    calibrate,
    calibrate_networks,
    reference_cost,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from potlearn.fit.beyond import Coverage
    from potlearn.potentials import Potential
    from potlearn.tasks.progress import Stages
    from potlearn.tune import Candidate
    from potlearn.typing import Atoms

ATOMS = 2000
"""Atoms whose forces are timed, about: fewer make too much of what a call costs."""
MODEL, REFERENCES, NETWORKS = "model", "references", "networks"


@dataclass
class Speed:
    """Force times that a study predicts, kept in its folder.

    Attributes
    ----------
    path : Path
        File of the study.
    model : CostModel
    references : dict of str to float
        What a reference potential and the wall add, in µs/atom, by the content of the reference.
    networks : NetworkCost, optional
        What networks add, where trials have any.
    """

    path: Path
    model: CostModel
    references: dict[str, float] = field(default_factory=dict)
    networks: NetworkCost | None = None

    @classmethod
    def of(cls, path: Path, stages: Stages, networks: bool = False) -> Speed:
        """That of a study: calibrated once, on its home machine.

        Raises
        ------
        ConfigError
            The file is of another version.
        """
        if path.is_file():
            found = cls._read(path)
        else:
            with stages("calibrating the cost model"):
                found = cls(path, calibrate())
            found._write()
        if networks and found.networks is None:
            with stages("calibrating the cost of networks"):
                found.networks = calibrate_networks(found.model.home)
            found._write()
        return found

    @classmethod
    def _read(cls, path: Path) -> Speed:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            model, networks = CostModel.from_dict(kept[MODEL]), kept.get(NETWORKS)
            added = None if networks is None else NetworkCost.from_dict(networks)
            return cls(path, model, dict(kept[REFERENCES]), added)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"{path}: damaged, or of another version ({error}); remove it, and it is made again"
            ) from error

    def _write(self) -> None:
        kept = {MODEL: self.model.to_dict(), REFERENCES: self.references}
        if self.networks is not None:
            kept[NETWORKS] = self.networks.to_dict()
        write_json(self.path, kept)

    def of_reference(
        self,
        candidate: Candidate,
        coverage: Coverage,
        protects: bool,
        examples: Sequence[Atoms],
    ) -> float:
        """What the reference of a candidate adds, with a wall if its fit protects; in µs/atom."""
        below = candidate.reference
        if below is None:
            return 0.0
        key = content_key([below.to_dict(), protects], size=8)
        if key not in self.references:
            whole = _with_wall(below, coverage) if protects else below
            small = candidate.descriptor.prune(candidate.descriptor.feature_names[:1])
            coefficients = np.zeros((len(small.species), 2))
            potential = LinearPotential(small, coefficients, whole)
            self.references[key] = reference_cost(potential, examples, home=self.model.home)
            self._write()
        return self.references[key]


def _with_wall(reference: Potential, coverage: Coverage) -> Potential:
    from potlearn.fit.beyond import first_wall
    from potlearn.potentials.sum import SumPotential

    return SumPotential(((1.0, reference), (1.0, first_wall(coverage))))
