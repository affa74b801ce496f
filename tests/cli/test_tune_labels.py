"""``potlearn tune`` for data without a configuration: how labels are read, sets that are small."""

import numpy as np
import pytest
from ase.build import bulk
from ase.io import write


@pytest.fixture
def one(tmp_path):
    """A file of one configuration with NaN in its stress."""
    atoms = bulk("Cu", cubic=True)
    atoms.info |= {"REF_energy": -14.0, "REF_stress": np.full(6, np.nan)}
    atoms.arrays["REF_forces"] = np.zeros((4, 3))
    path = tmp_path / "one.extxyz"
    write(path, atoms)
    return path


def test_what_nan_means_is_an_option(run, one, tmp_path):
    refused = run("tune", one, "--output", tmp_path / "out")
    assert refused.exit_code != 0
    assert "--nan missing" in refused.output
    read = run("tune", one, "--nan", "missing", "--output", tmp_path / "out")
    assert "one configuration cannot be split" in read.output


def test_a_configuration_says_itself_how_labels_are_read(run, one, tmp_path):
    config = tmp_path / "tune.yaml"
    config.write_text(f"data: {{file: {one.name}}}\n")
    refused = run("tune", config, "--nan", "missing")
    assert refused.exit_code != 0
    assert "section data" in refused.output
