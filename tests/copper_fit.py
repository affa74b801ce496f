"""A small fit that several tests look at."""

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.io import write

CONFIG = """\
data:
  file: copper.extxyz
  split: {test: 0.25, seed: 1}
descriptor:
  family: pod
  species: [Cu]
  cutoff: 4.5
  rin: 0.9
  twobody_number_radial_basis_functions: 5
  threebody_number_radial_basis_functions: 3
  threebody_angular_degree: 2
  fourbody_number_radial_basis_functions: 0
  fourbody_angular_degree: 0
  fivebody_number_radial_basis_functions: 0
  fivebody_angular_degree: 0
  sixbody_number_radial_basis_functions: 0
  sixbody_angular_degree: 0
  sevenbody_number_radial_basis_functions: 0
  sevenbody_angular_degree: 0
output:
  folder: fitted
"""


@pytest.fixture(scope="session")
def copper(tmp_path_factory) -> Path:
    """Folder with ``fit.yaml`` and 24 labelled configurations of copper in two groups."""
    folder = tmp_path_factory.mktemp("copper")
    rng = np.random.default_rng(0)
    configurations = []
    for index in range(24):
        atoms = bulk("Cu", "fcc", a=3.6 * rng.uniform(0.96, 1.05), cubic=index % 2 == 0)
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        atoms.info["config_type"] = "cubic" if index % 2 == 0 else "primitive"
        atoms.calc = EMT()
        atoms.get_stress()
        configurations.append(atoms)
    write(folder / "copper.extxyz", configurations)
    (folder / "fit.yaml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="session")
def fitted(copper) -> Path:
    """Output folder of ``potlearn fit fit.yaml --no-report``."""
    from potlearn import tasks
    from potlearn.cli.config_file import load_config

    return tasks.fit(load_config(copper / "fit.yaml", ["output.report=false"])).folder
