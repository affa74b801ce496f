"""Check of the built pages: they need no network, and no formula is left unconverted."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# What a browser fetches to draw a page; links that a reader follows are no part of it.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^\s\"'>]+"
    r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//[^\s\"'>]+",
)
FETCHED_BY_STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//[^\s\"')]+")
RAW_FORMULA = re.compile(r"\\[(\[][^<\n]{0,60}")
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)


def complaints(page: Path) -> list[str]:
    """What is wrong with one page or style sheet."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".css":
        return FETCHED_BY_STYLE.findall(text)
    return FETCHED.findall(text) + RAW_FORMULA.findall(CODE.sub("", text))


def check_pages(app: Sphinx, failure: Exception | None) -> None:
    """Fail the build on a page that fetches something or shows the source of a formula."""
    if failure is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [*out.rglob("*.html"), *out.rglob("*.css")]
    found = [f"{page.relative_to(out)}: {text}" for page in pages for text in complaints(page)]
    if found:
        raise ExtensionError("pages that need a network or show raw formulas:\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Check the pages when they are all written."""
    app.connect("build-finished", check_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
