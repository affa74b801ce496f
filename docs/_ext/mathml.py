"""Formulas as MathML, made while the pages are built: no script, no network, errors at build time.

math-core converts the LaTeX; the font is STIX Two Math (SIL Open Font License 1.1), which the
package ziamath carries.  A formula that cannot be converted is a warning with its place in the
source, which ``sphinx-build -W`` makes an error.
"""

from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
converter = LatexToMathML(fancy_error=False)


def aligned(latex: str) -> str:
    r"""Lines of a formula (``\\\\`` or an empty line ends one) aligned at ``&``, as Sphinx does."""
    lines = [line.strip() for line in latex.split("\n\n") if line.strip()]
    joined = r" \\ ".join(lines)
    return rf"\begin{{aligned}}{joined}\end{{aligned}}" if r"\\" in joined else joined


def mathml(latex: str, node: nodes.Element, *, display: bool) -> str:
    """MathML of a formula; a warning and the source where it cannot be converted."""
    try:
        text = converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        logger.warning("formula %r, character %s", latex, error, location=node)
        return f"<code>{latex}</code>"
    # The style sheet draws primes in their full size.
    return text.replace("<mo>′</mo>", '<mo class="prime">′</mo>')


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node.astext().strip(), node, display=False))
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(mathml(aligned(node.astext()), node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def add_font(app: Sphinx, config: Config) -> None:
    """Copy the font with the static files."""
    package = find_spec("ziamath")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("ziamath, which carries the font of the formulas")
    font = Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    config.html_static_path.append(str(font))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("config-inited", add_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
