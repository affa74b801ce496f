"""A panel, or a measure, is its file and one row of a table."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import numpy as np
import pytest
from evaluations import evaluation

from potlearn.cli.console import show_metrics
from potlearn.metrics import MEASURES, Measure, metrics
from potlearn.report import write_report
from potlearn.report.fit.report import PANELS
from potlearn.report.page.numbers import significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import figure, line, place


@pytest.fixture
def toys(monkeypatch):
    """A module of toy parts that can be imported by name, and tables that forget them again."""
    module = ModuleType("toy_parts")
    monkeypatch.setitem(sys.modules, "toy_parts", module)
    for table in (PANELS, MEASURES):
        monkeypatch.setattr(table, "_rows", dict(table._rows))
        monkeypatch.setattr(table, "_loaded", {})
    return module


def test_a_measure_is_everywhere_by_one_row(toys, tmp_path, capsys):
    toys.MEDIAN = Measure(lambda values: float(np.median(np.abs(values.error))), "median")
    MEASURES.add("median", "toy_parts:MEDIAN")
    made = evaluation(n=40)
    errors = metrics(made)
    expected = np.median(np.abs(made.energy_pred - made.energy_ref))
    assert json.loads(json.dumps(errors))["all"]["energy"]["median"] == pytest.approx(expected)
    assert list(errors["bulk"]["stress"])[-1] == "median"
    show_metrics({"test": errors})
    shown = capsys.readouterr().out
    assert "median" in shown
    assert f"{1e3 * expected:.4g}" in shown
    write_report(tmp_path / "report.html", {"test": made})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    by_group = page[page.index('<section id="groups">') : page.index("<details>")]
    assert by_group.count(">median</button>") == 3
    assert f">{significant(1e3 * expected)}<" in by_group
    assert ">median</button>" in page[page.index("<details>") :]


def test_a_panel_is_its_function_and_one_row(toys, tmp_path):
    def volumes(view):
        sizes = view.evaluations[view.first].n_atoms.astype(float).tolist()
        made = figure([line(sizes, sizes, "black", "atoms")], {"title": "n"}, {"title": "n"})
        content = place("figure", "Sizes", "number of atoms", "sizes")
        return Panel("Sizes of configurations", content, figures={"sizes": made})

    toys.volumes = volumes
    toys.nothing = lambda view: None
    PANELS.add("sizes", "toy_parts:volumes")
    PANELS.add("nothing", "toy_parts:nothing")
    write_report(tmp_path / "report.html", {"test": evaluation(n=5)})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<a href="#sizes">Sizes of configurations</a>' in page
    assert page.index('<section id="sizes">') > page.index('<section id="worst">')
    assert '"figures":{"sizes":{"traces"' in page
    assert "nothing" not in page[: page.index('id="plotly"')]
