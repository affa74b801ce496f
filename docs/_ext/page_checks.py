"""Checks of the built pages: no network needed, no formula unconverted, no interface page empty.

A page that fails makes the build fail, with or without ``-W``.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# What a browser loads to draw a page; links that a reader follows do not count.
LOADED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^\s\"'>]+"
    r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//[^\s\"'>]+"
)
LOADED_BY_STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//[^\s\"')]+")
RAW_FORMULA = re.compile(r"\\[(\[][^<\n]{0,60}|\$\$[^<\n]{0,60}")
CODE = re.compile(r"<(pre|code|script)\b.*?</\1>", re.DOTALL)
DESCRIBED = '<dt class="sig'


def complaints(page: Path) -> list[str]:
    """What is wrong with one page or style sheet."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".css":
        return [f"loads {found}" for found in LOADED_BY_STYLE.findall(text)]
    found = [f"loads {match}" for match in LOADED.findall(text)]
    found += [f"raw formula {match}" for match in RAW_FORMULA.findall(CODE.sub("", text))]
    if page.parent.name == "api" and page.stem != "index" and DESCRIBED not in text:
        found.append("describes no name: are the room's exports listed in its stub?")
    return found


def check_pages(app: Sphinx, failure: Exception | None) -> None:
    """Fail the build on a page with a complaint."""
    if failure is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [*out.rglob("*.html"), *out.rglob("*.css")]
    found = [f"{page.relative_to(out)}: {text}" for page in pages for text in complaints(page)]
    if found:
        raise ExtensionError("\n".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Check the pages when they are all written."""
    app.connect("build-finished", check_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
