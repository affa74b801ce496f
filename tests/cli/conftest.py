"""What several tests of commands use: a small fit, and a way to run a command."""

import pytest
from copper_fit import copper, fitted
from typer.testing import CliRunner

from potlearn.cli.app import app

__all__ = ["copper", "fitted"]


@pytest.fixture
def run():
    """Runs ``potlearn`` with the given arguments in this process."""

    def invoke(*arguments):
        return CliRunner().invoke(app, [str(a) for a in arguments])

    return invoke
