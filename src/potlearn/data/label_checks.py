"""The check of an inspection that looks at labels and their keys."""

from __future__ import annotations

from potlearn.data.findings import Finding
from potlearn.data.label_notes import label_notes
from potlearn.data.survey import Survey


def labels(s: Survey) -> list[Finding]:
    """Absent, recognised, converted and mixed labels, weights and charges; keys not used."""
    return [*label_notes(s.dataset), *_unused(s)]


def _unused(s: Survey) -> list[Finding]:
    """Keys of labels that are present and give nothing."""
    report = s.dataset.label_report()
    others = {
        key: n
        for quantity, keys in report.candidates.items()
        if report.found[quantity]
        for key, n in keys.items()
    }
    return [
        Finding(
            "info",
            "unused_key",
            "all",
            f"key {key} is present in {n} configurations and not used",
            float(n),
        )
        for key, n in (report.unused | others).items()
    ]
