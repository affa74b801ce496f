"""URLs of databases in messages and files: never a password."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from potlearn.cli.app import app
from potlearn.data.formats.urls import database_url, kept_address, shown_address, silent

PLACES = {
    "postgresql://host/db": "postgresql://host/db",
    "postgres://me@host:1/db": "postgres://host:1/db",
    "postgresql://me:secret@host/db?a=b@c": "postgresql://host/db",
    "postgresql://me:secret?x@host/db": "postgresql://host/db",
    "postgresql://me:more@secret@host/db": "postgresql://host/db",
    "postgresql://host/db?user=me&password=a@secret": "postgresql://host/db",
    "postgresql://me:secret/x@host/db": "postgresql://...",
}


@pytest.mark.parametrize("url", PLACES)
def test_the_place_of_a_database_is_shown_alone(url):
    assert shown_address(url) == PLACES[url]
    assert shown_address(Path("folder") / Path(url)) == PLACES[url]
    assert database_url(Path(url)) == url


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://me:secret@host/db", "postgresql://me@host/db"),
        ("postgresql://me:@/db?password=secret&host=/a/b", "postgresql://me@/db?host=/a/b"),
    ],
)
def test_a_configuration_keeps_all_but_the_password(url, kept):
    assert kept_address(Path(url)) == kept


def test_a_file_is_shown_as_it_is():
    assert shown_address("a/b@c?d.db") == "a/b@c?d.db"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://me:secret@host/db", 'no password like "secret"'),
        ("postgresql://me:%73ecret@host/db", 'no password like "secret" or "%73ecret"'),
        ("postgresql://host/db?password=%73ecret", "no secret"),
        ("postgresql://me:more@secret@host/db", 'could not translate host name "secret@host"'),
    ],
)
def test_a_message_of_the_database_has_no_password(url, message):
    assert "ecret" not in silent(message, url)


def test_a_database_that_is_read_is_no_output():
    url = "postgresql://me:secret@127.0.0.1:1/x"
    done = CliRunner().invoke(app, ["label", url, "--calculator", "emt", "--output", url])
    assert done.exit_code == 2
    assert "output: postgresql://127.0.0.1:1/x is a file that is read" in " ".join(
        done.output.split()
    )
    assert "secret" not in done.output
