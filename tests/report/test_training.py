"""The panel and the figure of the training of networks."""

import math

import pytest
from evaluations import evaluation

from potlearn.metrics import metrics
from potlearn.neural import LearningCurve
from potlearn.report import ReportInfo, TrainingInfo, figures, write_report
from potlearn.report.fit.training import courses, training
from potlearn.report.fit.view import FitView


def curve_of(losses, *, stress=0.01):
    """A curve whose errors follow the square root of the loss."""
    curve = LearningCurve()
    for epoch, loss in enumerate(losses):
        errors = [loss, 0.01 * loss**0.5, 0.1 * loss**0.5, stress]
        curve.add([0.5 * value for value in errors], errors, 2.0 * epoch, 1e-3)
    return curve


def info_of(curve, **before):
    words = "2 networks <of> 8"
    return ReportInfo(training=TrainingInfo(curve, before, "linear", words))


def test_the_panel_marks_the_chosen_epoch_beside_the_linear_fit():
    worse, better = evaluation(n=60, noise=2.0), evaluation(n=60)
    info = info_of(curve_of([1.0, 0.8, 0.5, 0.7]), test=metrics(worse))
    panel = training(FitView.of({"test": better}, info))
    assert "2 networks &lt;of&gt; 8" in panel.content
    assert "Of 3 epochs, <b>2</b> has the smallest validation loss, 50% below" in panel.content
    assert set(panel.figures) == {f"training-{k}" for k in ("loss", "energy", "forces", "stress")}
    drawn = {t["name"]: t for t in panel.figures["training-forces"]["traces"] if t["name"]}
    assert drawn["linear, validation"]["y"] == pytest.approx([100.0, 100.0])
    assert drawn["epoch 2"]["x"] == [2]
    assert drawn["epoch 2"]["y"] == pytest.approx([100 * math.sqrt(0.5)], rel=1e-3)
    assert drawn["validation"]["x"] == [1, 2, 3]
    table = panel.content[panel.content.index("<table") :]
    mae = 1e3 * metrics(worse)["all"]["energy"]["mae"]
    assert f">{mae:.3g}<" in table
    assert table.count("Change") == 3


def test_where_no_epoch_was_better_it_says_so_and_shows_no_table():
    info = info_of(curve_of([1.0, 1.2]), test=metrics(evaluation(n=20)))
    panel = training(FitView.of({"test": evaluation(n=20)}, info))
    assert "the potential is the linear one, without networks" in panel.content
    assert "<table" not in panel.content
    assert training(FitView.of({"test": evaluation(n=20)})) is None


def test_quantities_without_labels_have_no_curve():
    made = info_of(curve_of([1.0, 0.5], stress=float("nan"))).training
    assert [course.column.key for course in courses(made)] == ["loss", "energy", "forces"]
    assert not list(courses(info_of(curve_of([1.0])).training))


def test_long_trainings_are_thinned_and_keep_the_chosen_epoch():
    losses = [1.0, *(0.5 + abs(k - 1237) / 1e4 for k in range(1, 3001))]
    shown = next(courses(info_of(curve_of(losses)).training))
    assert len(shown.epochs) < 600
    assert shown.chosen == 1237
    assert {1, 1237, 3000} <= set(shown.epochs)


def test_report_and_figure_are_written(tmp_path):
    made = evaluation(n=30)
    info = info_of(curve_of([1.0, 0.5, 0.6]), test=metrics(made))
    write_report(tmp_path / "report.html", {"test": made}, info)
    assert '<section id="training">' in (tmp_path / "report.html").read_text(encoding="utf-8")
    paths = figures({"test": made}, tmp_path, ("png",), info.training)
    assert tmp_path / "training.png" in paths
    assert (tmp_path / "training.png").stat().st_size > 10_000
