"""Which parameters decide over each objective."""

from __future__ import annotations

from html import escape

from potlearn.errors import MissingExtraError
from potlearn.report.page.numbers import counted
from potlearn.report.page.panel import Panel
from potlearn.report.tune.view import TuneView
from potlearn.tune.front.names import named
from potlearn.tune.importance import LEAST, Importances, importances
from potlearn.tune.summary import short_keys

# Parameters with a bar, the most important ones.
MOST = 12
# Below this share explained, the forest knows too little to ask it.
ENOUGH = 0.3
_NOTE = (
    "How much worse a random forest predicts the objective's logarithm when the values of a "
    "parameter are shuffled among the trials to which it applies: the loss of R² on trials that it "
    "has not learned from. A search that has found good regions has seen little of the others."
)


def importance(view: TuneView) -> Panel | None:
    """Bars for each objective."""
    if not view.done:
        return None
    try:
        found = {name: importances(view.done, name) for name in view.tuned.objectives}
    except MissingExtraError as error:
        return Panel("Importance of parameters", f"<p>{escape(str(error))}</p>", link="Importances")
    known = {name: result for name, result in found.items() if result is not None}
    if not known:
        few = f"<p>They need {counted(LEAST, 'trial')}; {len(view.done)} are done.</p>"
        return Panel("Importance of parameters", few, link="Importances")
    blocks = "".join(_block(name, result) for name, result in known.items())
    content = f'<div class="facts">{blocks}</div>'
    return Panel("Importance of parameters", content, _NOTE, link="Importances")


def _block(name: str, found: Importances) -> str:
    shown = {key: max(loss, 0.0) for key, loss in list(found.losses.items())[:MOST]}
    largest, short = max(shown.values(), default=0.0) or 1.0, short_keys(shown)
    rows = "".join(
        f'<span title="{escape(key)}">{escape(short[key])}</span>'
        f'<i style="width:{100 * loss / largest:.1f}%"></i><b>{loss:.2f}</b>'
        for key, loss in shown.items()
    )
    title = f"<h3>{escape(named(name).name)}</h3>"
    if found.explained < ENOUGH:
        share = max(found.explained, 0.0)
        return f"<div>{title}<p>The forest explains {share:.0%} of it: too little.</p></div>"
    text = f'<p class="note">R² {found.explained:.2f} with all parameters</p>'
    return f'<div>{title}{text}<div class="bars">{rows}</div></div>'
