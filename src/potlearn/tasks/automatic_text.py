"""What a search found, in words and small tables, for comments and for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potlearn.fit import Weights
    from potlearn.tune.automatic.errors import HeldOut
    from potlearn.tune.automatic.found import Found
    from potlearn.tune.automatic.ladder import Rung

UNITS = {"energy": "meV/atom", "forces": "meV/Å", "stress": "meV/atom (virial)"}
INDENT = "  "


@dataclass(frozen=True)
class Searched:
    """A search: what it found, or why there was none.

    Attributes
    ----------
    found : Found or None
    reason : str
        Why there was no search; empty where there was one.
    """

    found: Found | None
    reason: str = ""

    @property
    def header(self) -> list[str]:
        """Comments at the head of the file."""
        return ["", *self.summary]

    @property
    def summary(self) -> list[str]:
        """A few lines: what was chosen and why."""
        if self.found is None:
            return [f"Not searched: {self.reason}. These are the defaults."]
        return [*_basis_words(self.found), *_weights_words(self.found), *_data_words(self.found)]

    @property
    def why_cutoff(self) -> str:
        """Words beside the cutoff."""
        found = self._found
        trial = found.cutoffs[found.cutoff]
        return f"{trial.neighbors:.0f} neighbours within it"

    @property
    def size(self) -> list[str]:
        """Order and degrees, how they were found, and alternatives."""
        found = self._found
        rung = found.rungs[found.chosen]
        return [
            *_comments(_cutoff_table(found)),
            f"  order: {rung.order}",
            f"  degree: {_degrees(rung)}    # {len(rung.features)} functions",
            *_comments(_ladder_table(found)),
            *_alternative("Faster", found, found.fast),
            *_alternative("More accurate", found, found.accurate),
        ]

    @property
    def why_weights(self) -> list[str]:
        """Comments above the weights."""
        if self.found is None or not self.found.trials:
            return []
        return _comments(_weights_table(self.found), 2 * INDENT)

    @property
    def _found(self) -> Found:
        assert self.found is not None
        return self.found


def _basis_words(found: Found) -> list[str]:
    rung, errors = found.rungs[found.chosen], found.errors[found.chosen]
    cutoff = found.cutoffs[found.cutoff]
    compared = ", ".join(f"{trial.cutoff:g}" for trial in found.cutoffs)
    change = found.change
    return [
        f"Found by held-out errors (five folds of {found.sampled} of {found.configurations} "
        "training configurations):",
        f"cutoff {cutoff.cutoff:g} Å ({cutoff.neighbors:.0f} neighbours), of {compared} Å;",
        f"order {rung.order}, degrees {', '.join(f'{d:g}' for d in rung.degree)}: "
        f"{len(rung.features)} functions, of {len(found.rungs)} sizes from "
        f"{len(found.rungs[0].features)} to {max(len(r.features) for r in found.rungs)};",
        f"held-out errors {_errors(errors)}"
        + ("" if change is None else f", {change} of the default's"),
    ]


def _weights_words(found: Found) -> list[str]:
    if not found.trials:
        return []
    same = found.weights == found.trials[0][0]
    n = len(found.trials)
    why = f"the default's, no others of {n} are surely better" if same else f"the best of {n}"
    return [f"weights {_weights(found.weights)} ({why})"]


def _data_words(found: Found) -> list[str]:
    groups = ", ".join(item.group for item in found.contradictions if item.left_out)
    left_out = f"stress of {groups} contradicts energies and forces: left out" if groups else ""
    return [text for text in (left_out, *found.notes) if text]


def _cutoff_table(found: Found) -> list[str]:
    rows = [
        (_mark(i == found.cutoff), f"{t.cutoff:g}", f"{t.neighbors:.0f}", *_numbers(t.errors))
        for i, t in enumerate(found.cutoffs)
    ]
    title = f"Cutoffs, compared with some {found.cutoffs[found.cutoff].functions} functions:"
    return [title, *_table(("", "Å", "neighbours", *_names(found.cutoffs[0].errors)), rows)]


def _ladder_table(found: Found) -> list[str]:
    unit = found.rungs[found.chosen].cost
    rows = [
        (
            _mark(i == found.chosen),
            str(rung.order),
            _degrees(rung),
            str(len(rung.features)),
            f"{rung.cost / unit:.2f}",
            *_numbers(errors),
        )
        for i, (rung, errors) in enumerate(zip(found.rungs, found.errors, strict=True))
        if i in found.shown
    ]
    names = ("", "order", "degree", "functions", "force time", *_names(found.errors[0]))
    return [
        "Of those with no more functions than the default, and no larger errors, that for which a",
        "doubling of the force time saves less than 10 %:",
        *_table(names, rows),
    ]


def _weights_table(found: Found) -> list[str]:
    rows = [
        (
            _mark(weights == found.weights),
            *(f"{w:g}" for w in (weights.energy, weights.forces, weights.stress)),
            *_numbers(errors),
        )
        for weights, errors in found.trials
    ]
    names = ("", "energy", "forces", "stress", *_names(found.trials[0][1]))
    return [f"Weights, compared with {found.weighed} functions:", *_table(names, rows)]


def _alternative(name: str, found: Found, index: int | None) -> list[str]:
    """A commented alternative to the order and degrees."""
    if index is None:
        return []
    rung, chosen = found.rungs[index], found.rungs[found.chosen]
    return _comments(
        [
            f"{name}: {rung.cost / chosen.cost:.2f} of the force time, "
            f"held-out errors {_errors(found.errors[index])}:",
            f"order: {rung.order}",
            f"degree: {_degrees(rung)}    # {len(rung.features)} functions",
        ]
    )


def _comments(lines: Iterable[str], indent: str = INDENT) -> list[str]:
    return [f"{indent}# {line}".rstrip() for line in lines]


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Right-aligned columns."""
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    return [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in (names, *rows)
    ]


def _mark(chosen: bool) -> str:
    return "->" if chosen else ""


def _names(errors: HeldOut) -> list[str]:
    return [f"{quantity} {UNITS[quantity]}" for quantity in errors.pooled]


def _numbers(errors: HeldOut) -> list[str]:
    return [_number(1e3 * value) for value in errors.pooled.values()]


def _errors(errors: HeldOut) -> str:
    return ", ".join(f"{_number(1e3 * e)} {UNITS[q]}" for q, e in errors.pooled.items())


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _degrees(rung: Rung) -> str:
    return f"[{', '.join(f'{degree:g}' for degree in rung.degree)}]"


def _weights(weights: Weights) -> str:
    values: Mapping[str, float] = {q: getattr(weights, q) for q in ("energy", "forces", "stress")}
    return ", ".join(f"{name} {value:g}" for name, value in values.items())
