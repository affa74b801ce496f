"""The report as a file; what a browser makes of it is in test_in_browser.py."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from evaluations import evaluation

from potlearn.errors import DataError, MissingExtraError
from potlearn.metrics import bootstrap, metrics
from potlearn.report import ReportInfo, SuspiciousLabel, write_report
from potlearn.report.page.numbers import interval, significant

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def written(tmp_path):
    """Writes a report and reads it without its library."""

    def write(evaluations, *args, **options):
        path = tmp_path / "report.html"
        write_report(path, evaluations, *args, **options)
        page = path.read_text(encoding="utf-8")
        return re.sub(r'(id="plotly">)[^<]*', r"\1", page)

    return write


def test_headline_numbers_are_those_of_the_test_set(written):
    sets = {"train": evaluation(n=60), "test": evaluation(n=30, seed=5)}
    page = written(sets)
    numbers = metrics(sets["test"])["all"]
    bounds = bootstrap(sets["test"])["all"]
    for quantity, unit in (("energy", "meV/atom"), ("forces", "meV/Å"), ("stress", "meV/Å³")):
        shown = significant(1e3 * numbers[quantity]["mae"])
        assert f'<div class="value">{shown} <small>{unit}</small>' in page
        assert interval(bounds[quantity]["mae"], 1e3) in page


def test_without_a_test_set_the_last_one_counts(written):
    page = written({"train": evaluation(n=20), "validation": evaluation(n=10, seed=1)})
    assert "Energy MAE, validation" in page
    alone = written({"train": evaluation(n=20), "test": evaluation(n=5).subset([])})
    assert "Energy MAE, train" in alone
    assert 'data-set="test"' not in alone


@pytest.mark.parametrize("labelled", [("energy",), ("forces",), ("energy", "stress"), ()])
def test_one_configuration_with_few_labels(written, labelled):
    page = written({"train": evaluation(n=1, atoms=(1, 2), labelled=labelled)})
    for quantity in ("energy", "forces", "stress"):
        assert (f'data-quantity="{quantity}"' in page) == (quantity in labelled)


def test_nothing_to_report_on_is_refused(written):
    with pytest.raises(DataError, match="every evaluation is empty"):
        written({"train": evaluation(n=2).subset([])})


def test_settings_and_timing_are_listed(written):
    info = ReportInfo(
        "Silicon <POD>",
        "Fitted & checked.",
        {"Descriptor": {"cutoff": "5.5 Å", "radial functions": [8, 6]}, "Fit": {"ridge": 1e-9}},
        {"reading": 0.3, "design rows": 72.0},
    )
    page = written({"train": evaluation(n=3)}, info)
    assert "<h1>Silicon &lt;POD&gt;</h1><p>Fitted &amp; checked.</p>" in page
    assert "<dt>radial functions</dt><dd>8, 6</dd>" in page
    assert "<dt>ridge</dt><dd>1e-09</dd>" in page
    assert '<span>reading</span><i style="width:0.4%"></i><b>0.3 s</b>' in page.replace(
        "0.30", "0.3"
    )


def test_suspicious_labels_are_listed(written):
    records = [
        SuspiciousLabel("a.extxyz:17", "energy", -5.1034, 0.913, 0.0312, "bulk"),
        SuspiciousLabel("a.extxyz:3", "forces", 3.2, 0.2, 0.9, where="atom 12"),
        SuspiciousLabel("a.extxyz:4", "virial", None, 0.2, 0.9),
    ]
    page = written({"train": evaluation(n=3)}, suspicious=records)
    for text in ("a.extxyz:17", "−5.10 eV/atom", "31.2 meV/atom", "0.913", "a.extxyz:3, atom 12"):
        assert text in page
    assert "900 meV" in page
    assert 'id="suspicious"' not in written({"train": evaluation(n=3)})


def test_worst_configurations_come_first(written):
    made = evaluation(n=50)
    energy = made.energy_pred.copy()
    energy[31] += 2.0
    page = written({"train": replace(made, energy_pred=energy)})
    first = re.search(r'id="worst".*?<tbody>\s*<tr><th[^>]*>([^<]*)', page, re.DOTALL)
    assert first is not None
    assert first[1] == "train.extxyz:31"


@pytest.mark.parametrize(
    "name", [EVIL, '"><img src=x onerror=alert(1)>', "a & b", "$title", "</script>"]
)
def test_names_from_files_cannot_become_markup(written, name):
    made = evaluation(n=6, groups=(name, "bulk"), file=f"{name}.extxyz")
    records = [SuspiciousLabel(name, "energy", 1.0, 0.5, 0.1, name, name)]
    info = ReportInfo(name, name, {name: {name: name}}, {name: 1.0})
    page = written({"train": made, name: made}, info, suspicious=records)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("<script") == 3
    assert page.count("</script>") == 3


def test_nothing_is_loaded_from_elsewhere(written):
    page = written({"train": evaluation(n=3)})
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_the_same_input_gives_the_same_file(tmp_path):
    made = {"train": evaluation(n=5)}
    for name in ("one.html", "two.html"):
        write_report(tmp_path / name, made)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_fifteen_thousand_atoms_are_quick_and_small(tmp_path):
    sets = {"train": evaluation(n=480, seed=1), "test": evaluation(n=60, seed=2)}
    assert sets["train"].first[-1] + sets["test"].first[-1] > 15_000
    start = time.process_time()
    write_report(tmp_path / "report.html", sets)
    assert time.process_time() - start < 3
    assert (tmp_path / "report.html").stat().st_size < 3_500_000


def test_size_stays_bounded_with_many_atoms(tmp_path):
    rng = np.random.default_rng(0)
    made = evaluation(n=3000, atoms=(40, 60), seed=int(rng.integers(100)))
    write_report(tmp_path / "report.html", {"train": made})
    assert (tmp_path / "report.html").stat().st_size < 4_000_000


def test_without_plotly_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(MissingExtraError, match=r"report needs plotly.*'potlearn\[report\]'"):
        write_report(tmp_path / "report.html", {"train": evaluation(n=2)})
