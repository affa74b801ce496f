"""Bar charts of published numbers, drawn from the tables that publish them.

The README's table of speed and the table of docs/accuracy.md are read from their Markdown, so a
chart and its table cannot differ.  Each chart is drawn for light and for dark pages.
"""

import re
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

DOCS = Path(__file__).parents[1]
BLUE, ORANGE = "#3b82c4", "#d97a2b"
STYLES = {"light": ("#333333", "#d0d0d0"), "dark": ("#d6d6d6", "#555555")}  # ink, grid


def table_rows(page: Path, start: str) -> list[list[str]]:
    """Cells of the Markdown table whose head begins with ``start``."""
    lines = page.read_text(encoding="utf-8").splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith(start)]
    if len(heads) != 1:
        raise ExtensionError(f"{page}: expected one table that begins with {start!r}")
    rows = []
    for line in lines[heads[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("| ").split("|")])
    return rows


def plain(text: str) -> str:
    """Markdown without its marks and without what is in brackets."""
    return re.sub(r"\s*\([^)]*\)|[`*]", "", text)


def speed(axes: Axes, ink: str) -> None:
    """Ratios of the README's table."""
    rows = table_rows(DOCS.parent / "README.md", "| what | other code |")[::-1]
    ratios = [float(row[-1]) for row in rows]
    axes.barh(range(len(rows)), ratios, color=BLUE, height=0.62)
    axes.set_yticks(range(len(rows)), [plain(row[0]) for row in rows])
    for place, (row, ratio) in enumerate(zip(rows, ratios, strict=True)):
        text = f" {row[-1]}×  {plain(row[1])}"
        axes.text(ratio, place, text, va="center", color=ink, fontsize=9)
    axes.set(xscale="log", xlim=(1, 700), xlabel="times faster")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])


def accuracy(axes: Axes, ink: str) -> None:
    """Force errors on silicon against the number of functions, beside published ones."""
    rows = table_rows(DOCS / "accuracy.md", "| | functions |")
    split = next(i for i, row in enumerate(rows) if "published" in row[0])
    ours = [row for row in rows[:split] if "degree" in row[0]]
    sizes = [float(row[1]) for row in ours]
    errors = [float(row[3].split()[0]) for row in ours]
    axes.plot(sizes, errors, "o-", color=BLUE, label="ACE, potlearn")
    names, values = rows[split][0].split(":")[1], rows[split][3]
    published: dict[str, str] = {}
    for name, value in zip(names.split("/"), values.split("/"), strict=True):
        published[value.strip()] = ", ".join(
            filter(None, [published.get(value.strip()), name.strip()])
        )
    for value, name in published.items():
        axes.axhline(float(value), color=ORANGE, lw=1.2, ls="--")
        axes.text(45, float(value) - 1, f"{name}, published", color=ORANGE, va="top", fontsize=9)
    axes.set(
        xscale="log", xlabel="functions", ylabel="force error on silicon (meV/Å)", ylim=(45, 108)
    )
    axes.set_xticks([50, 100, 200, 500, 1000, 2000], ["50", "100", "200", "500", "1000", "2000"])
    axes.legend(frameon=False, labelcolor=ink)


CHARTS = {"speed": (speed, (8.0, 3.8)), "accuracy": (accuracy, (5.6, 3.8))}


def draw(folder: Path) -> None:
    """Write every chart in both styles."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (chart, size) in CHARTS.items():
        for style, (ink, grid) in STYLES.items():
            colours = dict.fromkeys(
                ("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), ink
            )
            settings = {**colours, "axes.edgecolor": grid, "svg.hashsalt": name, "font.size": 10}
            with matplotlib.rc_context(settings):
                figure = Figure(figsize=size, layout="constrained")
                axes = figure.add_subplot()
                axes.spines[["top", "right"]].set_visible(False)
                axes.minorticks_off()
                chart(axes, ink)
                axes.minorticks_off()
                file = folder / f"{name}-{style}.svg"
                figure.savefig(file, transparent=True, metadata={"Date": None})


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw before the pages are read."""
    app.connect("builder-inited", lambda app: draw(Path(app.srcdir, "images", "generated")))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
