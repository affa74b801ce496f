"""The curve of a compression as a page and as a figure."""

import json
import re

import pytest
from PIL import Image

from potlearn.compress import Curve
from potlearn.report import ReportInfo, curve_figure, write_curve_report


@pytest.fixture
def curve():
    """Errors that fall with size."""
    sizes = (2, 20, 60, 200)
    errors = tuple({"energy": 0.1 / k, "forces": 2 / k + 0.1} for k in sizes)
    return Curve(
        method="backward",
        by="error",
        what="functions",
        sizes=sizes,
        train=errors,
        held_out=tuple({q: 1.2 * e for q, e in row.items()} for row in errors),
        held_out_on="5 folds",
        times=(1.0, 1.5, 2.0, 4.0),
        names=tuple(tuple(f"f{j}" for j in range(k)) for k in sizes),
    )


def test_numbers(curve):
    assert curve.gains == (4.0, pytest.approx(8 / 3), 2.0, 1.0)
    assert curve.losses[-1] == 0
    assert curve.losses[1] == pytest.approx(0.2 / 0.11 - 1)
    kept = curve.to_dict()["rows"][1]["kept"]
    assert kept == list(range(20))
    json.dumps(curve.to_dict(), allow_nan=False)


def test_the_page_has_a_plot_for_each_quantity_and_all_numbers(curve, tmp_path):
    write_curve_report(tmp_path / "curve.html", ReportInfo("<small>"), curve)
    page = (tmp_path / "curve.html").read_text()
    assert "&lt;small&gt;" in page
    places = re.findall(r'data-quantity="([^"]+)"', page)
    assert places == ["time", "size-energy", "size-forces"]
    assert "5 folds" in page
    assert len(re.findall(r'<th scope="row"', page)) == 4


def test_the_figure_is_not_empty(curve, tmp_path):
    paths = curve_figure(curve, tmp_path / "figures", formats=("png",))
    with Image.open(paths[0]) as image:
        assert len(image.convert("L").getcolors(256) or range(256)) > 2
        assert image.width > image.height
