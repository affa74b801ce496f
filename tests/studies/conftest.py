"""A labelled set and its rows, made once."""

import pytest
from alloys import ACE, labelled

import potlearn as pl
from potlearn.fit import store_rows


@pytest.fixture(scope="session")
def dataset():
    """Sixty labelled configurations."""
    return pl.from_atoms(labelled())


@pytest.fixture(scope="session")
def store(dataset, tmp_path_factory):
    """Their rows."""
    return store_rows(dataset, ACE, tmp_path_factory.mktemp("rows") / "store")
