"""URLs of databases, which may stand where the name of a file may."""

from __future__ import annotations

import os
import re

SCHEMES = ("postgresql", "postgres")
_URL = re.compile(rf"(?:.*/)?({'|'.join(SCHEMES)}):/+(.*)", re.DOTALL)


def database_url(address: str | os.PathLike[str]) -> str | None:
    """The URL, or None for the name of a file.

    A URL that was taken for a path, which has lost a slash or got a folder, is whole again.
    """
    found = _URL.fullmatch(os.fspath(address))
    return None if found is None else f"{found[1]}://{found[2]}"


def without_password(url: str) -> str:
    """Scheme, place and name of a database, for messages and files: no user, no password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def silent(message: str, url: str) -> str:
    """A message of the database in one line, in which the URL's password is not repeated."""
    user = url.partition("://")[2].partition("?")[0].rpartition("@")[0]
    secrets = [user.partition(":")[2], *re.findall(r"password=([^&]*)", url)]
    text = " ".join(message.split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text
