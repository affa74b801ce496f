"""URLs of databases, which may stand where the name of a file may."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

SCHEMES = ("postgresql", "postgres")
_URL = re.compile(rf"(?:.*/)?({'|'.join(SCHEMES)}):/+(.*)", re.DOTALL)
_PARTS = re.compile(r"(?:([^/]*?)@)?([^?@]*)(?:\?(.*))?", re.DOTALL)


def database_url(address: str | os.PathLike[str]) -> str | None:
    """The URL, or None for the name of a file.

    A URL that became a path, which takes a slash away and may put a folder before it, is restored.
    """
    found = _URL.fullmatch(os.fspath(address))
    return None if found is None else f"{found[1]}://{found[2]}"


def shown_address(address: str | os.PathLike[str]) -> str:
    """The name of a file, or a URL without user and password: for messages and files."""
    url = database_url(address)
    return os.fspath(address) if url is None else without_password(url)


def without_password(url: str) -> str:
    """Scheme, place and name of a database; no user, no password, no parameters."""
    return f"{url.partition('://')[0]}://{_parts(url)[1]}"


def kept_address(address: str | os.PathLike[str]) -> str:
    """The name of a file, or a URL without its password, which ``~/.pgpass`` then has to give."""
    url = database_url(address)
    if url is None:
        return os.fspath(address)
    user, place, parameters = _parts(url)
    others = [each for each in parameters.split("&") if each and not each.startswith("password=")]
    name = user.partition(":")[0]
    start = f"{url.partition('://')[0]}://{name}{name and '@'}{place}"
    return f"{start}?{'&'.join(others)}" if others else start


def silent(message: str, url: str) -> str:
    """A message of the database in one line, in which the URL's password is not repeated."""
    user, _, parameters = _parts(url)
    secrets = [user.partition(":")[2], *re.findall(r"password=([^&]*)", parameters)]
    text = " ".join(message.split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "***").replace(unquote(secret), "***")
    return re.sub(r"[^\s\"]+@", "***@", text)


def _parts(url: str) -> tuple[str, str, str]:
    """User with password, place and parameters; of what PostgreSQL cannot read, no place."""
    rest = url.partition("://")[2]
    found = _PARTS.fullmatch(rest)
    if found is None:
        return rest, "...", ""
    user, place, parameters = found.groups(default="")
    return user, place, parameters
