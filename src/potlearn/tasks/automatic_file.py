"""The file of a search: written once, and known again by its last line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import ConfigError
from potlearn.runtime import content_key, write_text

_MARK = "# Search of data "
_SIZE = 8


@dataclass(frozen=True)
class SearchFile:
    """A configuration that a search writes.

    Attributes
    ----------
    path : Path
    data, settings : str
        Content keys of what was searched on, and with what given.
    """

    path: Path
    data: str
    settings: str

    def write(self, text: str) -> str:
        """Write the text and a last line with the keys; what was written."""
        marked = _marked(text, self.data, self.settings)
        write_text(self.path, marked)
        return marked

    def known(self, defaults: str) -> str | None:
        """Text of an earlier search of the same data and settings; None: a search may write.

        Files of the same data that nobody has changed may be overwritten: those of a search with
        other settings, and the ``defaults``.

        Raises
        ------
        ConfigError
            The file exists with other content.
        """
        if not self.path.exists():
            return None
        text = (
            self.path.read_text(encoding="utf-8", errors="replace") if self.path.is_file() else ""
        )
        if text == defaults:
            return None
        body, _, keys = text.rpartition(_MARK)
        data, _, rest = keys.partition(", settings ")
        settings = rest.partition(",")[0]
        if data != self.data or text != _marked(body, data, settings):
            raise ConfigError(
                f"{self.path}: exists and has other content; use it (potlearn fit {self.path}), "
                "name another --output, or delete it to search again"
            )
        return text if settings == self.settings else None


def _marked(text: str, data: str, settings: str) -> str:
    """The text with a line that tells whether data, settings and text are still the same."""
    own = content_key(text, size=_SIZE)
    return f"{text}{_MARK}{data}, settings {settings}, text {own}\n"
