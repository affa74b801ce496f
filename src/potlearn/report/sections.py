"""Parts of the page, each a piece of HTML in which every name from a file is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from potlearn.metrics import Evaluation
from potlearn.metrics.errors import COSINE_THRESHOLD, EVERYTHING
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.numbers import counted, interval, natural, plain, seconds, significant, words
from potlearn.report.payload import MOST_POINTS, WORST
from potlearn.report.quantities import ALL, GPA, MILLI, Quantity
from potlearn.report.tables import (
    Intervals,
    Measures,
    group_table,
    labelled,
    measures_table,
    suspicious_table,
    worst_table,
)

TITLES = {
    "groups": ("Groups", "Accuracy by group"),
    "parity": ("Parity", "Prediction against reference"),
    "errors": ("Errors", "Distribution of errors"),
    "angles": ("Directions", "Directions of forces"),
    "worst": ("Largest errors", "Largest errors"),
    "suspicious": ("Suspicious labels", "Suspicious labels"),
    "fitted": ("Fit", "What was fitted"),
    "timing": ("Timing", "Timing"),
    "settings": ("Settings", "How it was made"),
    "map": ("Map", "Where the chosen configurations are"),
    "coverage": ("Groups", "Coverage of the groups"),
    "spread": ("Spread", "How the choice covers the features"),
    "curves": ("Errors", "Errors against the number of configurations"),
    "table": ("Table", "All methods"),
    "savings": ("Savings", "Where half the configurations are enough"),
    "search": ("Search", "The search"),
    "test": ("Test", "On the test set, looked at once"),
}
"""Name in the navigation, and heading."""


def section(key: str, note: str, content: str) -> str:
    """A titled part that the navigation can jump to."""
    said = f'<p class="note">{note}</p>\n' if note else ""
    return f'<section id="{key}"><h2>{TITLES[key][1]}</h2>\n{said}{content}\n</section>'


def header(info: ReportInfo, keys: Sequence[str]) -> str:
    """Title, summary, and links to the parts."""
    links = "".join(f'<a href="#{key}">{TITLES[key][0]}</a>' for key in keys)
    summary = f"<p>{escape(info.summary)}</p>" if info.summary else ""
    return f"<header><h1>{escape(info.title)}</h1>{summary}<nav>{links}</nav></header>"


def cards(first: str, measures: Mapping[str, Measures], intervals: Mapping[str, Intervals]) -> str:
    """Mean absolute errors of the set that counts, with their intervals."""
    others = [name for name in measures if name != first]
    made = [_card(q, first, others, measures, intervals[first]) for q in labelled(measures[first])]
    return f'<div class="cards">{"".join(made)}</div>'


def _card(
    quantity: Quantity,
    first: str,
    others: Sequence[str],
    measures: Mapping[str, Measures],
    intervals: Intervals,
) -> str:
    """One headline number."""
    numbers = measures[first][EVERYTHING][quantity.key]
    facts = {"95 % interval": interval(intervals[EVERYTHING][quantity.key]["mae"], MILLI)}
    facts["RMSE"] = _milli(numbers["rmse"])
    if numbers["rsq"] is not None:
        facts["R²"] = f"{numbers['rsq']:.5f}"
    if numbers.get("mean_cos") is not None:
        facts["mean cosine"] = f"{numbers['mean_cos']:.4f}"
    if quantity.key == "stress" and numbers["mae"] is not None:
        facts["MAE in GPa"] = significant(numbers["mae"] * GPA)
    facts |= {
        f"MAE, {name}": _milli(measures[name][EVERYTHING][quantity.key]["mae"]) for name in others
    }
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items() if v)
    return (
        f'<div class="card"><h2>{quantity.name}, MAE on {escape(first)}</h2>'
        f'<div class="value">{_milli(numbers["mae"])} <small>{quantity.error_unit}</small></div>'
        f"<dl>{rows}</dl></div>"
    )


def _milli(value: float | int | None) -> str:
    """A number in thousandths."""
    return significant(None if value is None else MILLI * value)


def groups(
    evaluations: Mapping[str, Evaluation],
    measures: Mapping[str, Measures],
    intervals: Mapping[str, Intervals],
) -> str:
    """A table of the groups for each set, and every number in a fold."""
    parts = [
        f"<h3>{escape(name.capitalize())}</h3>"
        + group_table(evaluation, measures[name], intervals[name]).html()
        for name, evaluation in evaluations.items()
    ]
    every = (
        "<details><summary>Every number (eV/atom, eV/Å, eV/Å³ and their squares)</summary>"
        f"{measures_table(measures).html()}</details>"
    )
    note = (
        "Below each MAE its 95 % interval from resampling whole configurations. Cosine: mean over "
        f"atoms whose reference force exceeds {COSINE_THRESHOLD:g} eV/Å. Click a heading to sort."
    )
    return section("groups", note, "".join(parts) + every)


def parity(evaluations: Mapping[str, Evaluation], measures: Mapping[str, Measures]) -> str:
    """A row of plots for each set."""
    names = sorted({name for e in evaluations.values() for name in e.groups}, key=natural)
    options = "".join(f'<option value="{escape(n)}">{escape(n)}</option>' for n in names)
    choice = (
        f'<label>Highlight <select class="group"><option value="">every group</option>{options}'
        "</select></label>"
        if len(names) > 1
        else ""
    )
    controls = (
        '<div class="controls"><span class="switch" role="group" aria-label="Vertical axis">'
        '<button type="button" data-view="parity" aria-pressed="true">Prediction</button>'
        '<button type="button" data-view="error" aria-pressed="false">Error</button></span>'
        f"{choice}</div>"
    )
    rows = "".join(
        '<div class="plots">'
        + "".join(
            plot("parity", f"{q.name}, {name}", _measured(q, measures[name]), q.key, name)
            for q in labelled(measures[name])
        )
        + "</div>"
        for name in evaluations
    )
    note = (
        "Point at a mark to see its configuration. With more than "
        f"{MOST_POINTS:,} components, shading shows their density (darker: more, logarithmic) "
        f"and the {WORST} largest errors are marked one by one."
    )
    return section("parity", note, controls + rows)


def _measured(quantity: Quantity, measures: Measures) -> str:
    """Line below the title of a parity plot."""
    numbers = measures[EVERYTHING][quantity.key]
    return (
        f"MAE {_milli(numbers['mae'])}, RMSE {_milli(numbers['rmse'])} {quantity.error_unit}, "
        f"{counted(int(numbers['n'] or 0), quantity.one)}"
    )


def plot(kind: str, title: str, line: str, quantity: str = "", name: str = "") -> str:
    """A place where the page's script draws."""
    caption = f"<figcaption><b>{escape(title)}</b><span>{escape(line)}</span></figcaption>"
    return (
        f'<figure>{caption}<div class="plot" data-plot="{kind}" data-quantity="{quantity}" '
        f'data-set="{escape(name)}" role="img" aria-label="{escape(title)}: {escape(line)}">'
        "</div></figure>"
    )


def errors(payload_quantities: Mapping[str, Mapping[str, object]]) -> str:
    """One histogram per quantity."""
    plots = []
    for q in ALL:
        if q.key not in payload_quantities:
            continue
        histogram = payload_quantities[q.key]["histogram"]
        assert isinstance(histogram, Mapping)
        beyond = (f"{100 * s:.2g} % of {name}" for name, s in histogram["outside"].items())
        plots.append(plot("errors", q.name, f"outside: {', '.join(beyond)}", q.key))
    note = "Prediction minus reference, on a logarithmic scale so that the tails show."
    return section("errors", note, f'<div class="plots">{"".join(plots)}</div>')


def angles(payload_angles: Mapping[str, Mapping[str, object]]) -> str:
    """Angle against force, one plot per set."""
    plots = "".join(
        plot("angles", f"Forces, {name}", counted(int(str(part["n"])), "atom"), name=name)
        for name, part in payload_angles.items()
    )
    note = (
        "Angle between predicted and reference force against the size of the reference force "
        f"(above {COSINE_THRESHOLD:g} eV/Å). Solid: median; dashed: 90 % of the forces lie below."
    )
    return section("angles", note, f'<div class="plots two">{plots}</div>')


def worst(evaluations: Mapping[str, Evaluation]) -> str:
    """Configurations to look at first."""
    note = (
        "Root-mean-square errors of single configurations. “× typical” is the largest of their "
        "ratios to the rms error of the whole set. The number after the colon is the frame in the "
        "file, counted from 0."
    )
    return section("worst", note, worst_table(evaluations).html())


def suspicious(records: Sequence[SuspiciousLabel]) -> str:
    """Labels to check."""
    note = (
        "Labels that the other labels contradict: the residual is the prediction by a fit without "
        "the label, minus the label (its length, for the force on an atom); a leverage near 1 "
        "means that the fit follows this label whatever it says."
    )
    return section("suspicious", note, suspicious_table(records).html())


def fitted(info: ReportInfo, key: str = "fitted") -> str:
    """Settings and results, section by section."""
    blocks = "".join(
        f"<div><h3>{escape(title)}</h3><dl>"
        + "".join(
            f"<dt>{escape(words(str(key)))}</dt><dd>{escape(plain(value))}</dd>"
            for key, value in entries.items()
        )
        + "</dl></div>"
        for title, entries in info.sections.items()
    )
    return section(key, "", f'<div class="facts">{blocks}</div>')


def timing(info: ReportInfo) -> str:
    """Seconds of each stage, as bars."""
    longest = max(info.timing.values()) or 1.0
    rows = "".join(
        f'<span>{escape(words(name))}</span><i style="width:{100 * value / longest:.1f}%"></i>'
        f"<b>{seconds(value)}</b>"
        for name, value in info.timing.items()
    )
    return section("timing", "", f'<div class="bars">{rows}</div>')
