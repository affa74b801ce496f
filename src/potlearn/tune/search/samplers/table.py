"""Every sampler by name."""

from __future__ import annotations

from potlearn.errors import ConfigError
from potlearn.registry import Registry
from potlearn.tune.search.samplers.sampler import Sampler

SAMPLERS: Registry[type[Sampler]] = Registry(
    "sampler",
    ConfigError,
    {
        "random": "potlearn.tune.search.samplers.uniform:Random",
        "qmc": "potlearn.tune.search.samplers.qmc:QMC",
        "tpe": "potlearn.tune.search.samplers.tpe:TPE",
        "nsga2": "potlearn.tune.search.samplers.genetic:NSGA2",
        "nsga3": "potlearn.tune.search.samplers.genetic:NSGA3",
        "gp": "potlearn.tune.search.samplers.gp:GP",
    },
)
