"""Panels and figures of expected errors."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from evaluations import evaluation, with_spreads
from PIL import Image

from potlearn.errors import UncertaintyError
from potlearn.metrics import coverage
from potlearn.report import ReportInfo, figures, write_report
from potlearn.report.fit.uncertainty.against import MOST_POINTS, WORST
from potlearn.report.page.numbers import fixed
from potlearn.uncertainty import Spectrum

PANELS = ("expected", "against", "grades", "spectrum")
EVIL = "<b>evil</b>"


def spreads_of(made, **changes):
    """The evaluation with other spreads."""
    return replace(made, spreads=replace(made.spreads, **changes))


@pytest.fixture
def written(tmp_path):
    """Writes a report; gives its panels of uncertainty as HTML, and the data of its script."""

    def write(sets, info=None):
        path = tmp_path / "report.html"
        write_report(path, sets, info)
        page = path.read_text(encoding="utf-8")
        found = {
            key: re.search(rf'<section id="{key}">.*?</section>', page, re.DOTALL) for key in PANELS
        }
        data = json.loads(re.search(r'id="data"[^>]*>([^<]*)<', page).group(1))
        return {key: match.group() for key, match in found.items() if match}, data

    return write


def rows(panel):
    """Texts of the cells of every row of every table."""
    found = re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", panel, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in found]


def test_without_an_uncertainty_there_is_no_panel(written):
    panels, data = written({"train": evaluation(n=5), "test": evaluation(n=3)})
    assert panels == {}
    assert "against" not in data
    assert "figures" not in data


def test_what_covers_is_said_to_agree(written):
    test = with_spreads(evaluation(n=400))
    panels, _ = written({"test": test})
    share = coverage(test)["all"]["forces"].at[0]
    words = (
        f"{100 * share.share:.0f} % of the force errors of the test set lie within one standard "
        f"deviation (68 % are meant; {100 * share.low:.0f} to {100 * share.high:.0f} %)"
    )
    assert words in panels["expected"]
    assert panels["expected"].count(": agrees with both") == 3
    assert "too few" not in panels["expected"]


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.2, "<b>too few, the standard deviations are too small</b>"),
        (5.0, "more than meant, the standard deviations are too large"),
    ],
)
def test_what_does_not_cover_is_called_so(written, factor, words):
    panels, _ = written({"test": with_spreads(evaluation(n=200), factor=factor)})
    assert panels["expected"].count(words) == 3
    assert "agrees" not in panels["expected"]


def test_groups_that_do_not_cover_are_named(written):
    made = with_spreads(evaluation(n=400))
    energy = np.where(np.array(made.groups) == "md", 0.1, 1.0) * made.spreads.energy
    panels, _ = written({"test": spreads_of(made, energy=energy)})
    assert "<b>Too few in these groups</b>: md (energy). Among" in panels["expected"]
    panels, _ = written({"test": made})
    assert "in these groups" not in panels["expected"]


def test_few_configurations_say_little(written):
    panels, _ = written({"test": with_spreads(evaluation(n=8))})
    assert panels["expected"].count("8 configurations say little") == 3


def test_the_table_has_the_numbers_of_the_metrics(written):
    made = with_spreads(evaluation(n=60))
    zero = made.spreads.forces.copy()
    zero[:30] = 0.0
    made = spreads_of(made, forces=zero)
    panels, _ = written({"test": made})
    found = {(row[0], row[1]): row for row in rows(panels["expected"])}
    for group, quantities in coverage(made).items():
        for quantity, expected in quantities.items():
            row = found["All" if group == "all" else group, quantity]
            assert row[2] == str(expected.configurations)
            assert row[3] == f"{expected.n:,}"
            assert row[4] == f"{100 * expected.at[0].share:.0f}"
            assert row[8] == fixed(expected.rank, 2)
            assert row[9] == str(expected.zero)
    assert found["All", "forces"][9] == "90"


def test_sets_that_were_in_the_fit_are_marked(written):
    made = with_spreads(evaluation(n=30))
    panels, _ = written({"train": made, "test": made}, ReportInfo(in_fit={"train": 30, "test": 2}))
    words = "were in the fit: says nothing of new configurations"
    assert f"<b>Train</b>: all configurations {words}." in panels["expected"]
    assert f"2 of 30 configurations {words}." in panels["expected"]
    assert "<summary>Train (were in the fit)</summary>" in panels["expected"]
    assert words in panels["against"]
    assert {row[1] for row in rows(panels["grades"]) if row[0].startswith("train.")} == {"test"}
    alone, _ = written({"train": made})
    assert "errors of the train set" not in alone["expected"]


def test_curve_and_band(written):
    made = with_spreads(evaluation(n=400))
    _, data = written({"test": made})
    band, _, *curves = data["figures"]["calibration-0"]["traces"]
    assert [curve["name"] for curve in curves] == ["Energy", "Forces", "Stress"]
    n = len(band["x"]) // 2
    low, high = band["y"][:n], band["y"][n:][::-1]
    for curve in curves:
        np.testing.assert_allclose(curve["y"], curve["x"], atol=6)
        assert np.all(np.interp(curve["x"], band["x"][:n], low) <= np.add(curve["x"], 1e-9))
        assert np.all(np.interp(curve["x"], band["x"][:n], high) >= np.subtract(curve["x"], 1e-9))


def test_one_configuration(written, tmp_path):
    made = with_spreads(evaluation(n=1, atoms=(1, 2)))
    panels, data = written({"test": made})
    assert "1 configuration says little" in panels["expected"]
    assert data["against"]["energy"]["sets"]["test"]["bands"]["x"] == []
    assert "nan" not in json.dumps(data).lower()
    assert len(figures({"test": made}, tmp_path, formats=["png"])) == 6


def test_a_set_without_labels_has_grades_only(written, tmp_path):
    made = with_spreads(evaluation(n=5, labelled=()))
    panels, _ = written({"test": made})
    assert set(panels) == {"grades"}
    assert figures({"test": made}, tmp_path) == []
    both, data = written({"train": with_spreads(evaluation(n=30)), "test": made})
    assert set(both) == {"expected", "against", "grades"}
    assert set(data["against"]["forces"]["sets"]) == {"train"}


def test_stress_without_a_volume_is_left_out(written):
    made = with_spreads(evaluation(n=30))
    stress = made.spreads.stress.copy()
    stress[:20] = np.nan
    panels, data = written({"test": spreads_of(made, stress=stress)})
    row = next(r for r in rows(panels["expected"]) if r[:2] == ["All", "stress"])
    assert row[2:4] == ["10", "60"]
    assert len(data["against"]["stress"]["sets"]["test"]["points"]["x"]) == 60
    panels, data = written({"test": spreads_of(made, stress=stress * np.nan)})
    assert "stress" not in data["against"]
    assert not [r for r in rows(panels["expected"]) if r[1] == "stress"]


def test_large_grades_are_listed_with_their_atoms(written):
    made = with_spreads(evaluation(n=30))
    gamma = made.spreads.gamma.copy()
    gamma[made.first[17] + 1], gamma[made.first[3]] = 12.5, 1.5
    panels, data = written({"test": spreads_of(made, gamma=gamma)})
    listed = [row for row in rows(panels["grades"]) if row[0].startswith("train.extxyz")]
    assert listed[0] == ["train.extxyz:17", "test", made.groups[17], "1", "12.5"]
    assert listed[1] == ["train.extxyz:3", "test", made.groups[3], "0", "1.50"]
    assert len(listed) == 5
    assert f"2 of {len(gamma):,} atoms of test are above 1 (" in panels["grades"]
    plot = data["figures"]["grades-0"]
    low, high = plot["x"]["range"]
    assert low < 0 < 1 < high
    # The line at 1 comes last; the others are histograms of shares in percent.
    floor = min(y for trace in plot["traces"][:-1] for y in trace["y"])
    for trace in plot["traces"][:-1]:
        assert sum(y for y in trace["y"] if y > floor) == pytest.approx(100, abs=0.5)
    assert plot["traces"][-1]["x"] == [1.0, 1.0]


def test_infinite_grades_are_counted_and_not_drawn(written):
    made = with_spreads(evaluation(n=10))
    gamma = made.spreads.gamma.copy()
    gamma[made.first[4] : made.first[5]] = np.inf
    panels, data = written({"test": spreads_of(made, gamma=gamma)})
    n = int(made.n_atoms[4])
    assert f"{n} of them infinite: their species has no environment" in panels["grades"]
    listed = [row for row in rows(panels["grades"]) if row[0].startswith("train.extxyz")]
    assert listed[0][0] == "train.extxyz:4"
    assert listed[0][4] == "∞"
    assert "Infinity" not in json.dumps(data)
    panels, data = written({"test": spreads_of(made, gamma=np.full_like(gamma, np.inf))})
    assert "∞" in panels["grades"]
    assert "grades-0" not in data["figures"]


def test_without_grades_there_is_no_panel_of_them(written):
    made = with_spreads(evaluation(n=10))
    panels, _ = written({"test": spreads_of(made, gamma=np.full_like(made.spreads.gamma, np.nan))})
    assert set(panels) == {"expected", "against"}


def test_many_groups_share_a_line(written):
    groups = tuple(f"group {k}" for k in range(12))
    made = with_spreads(evaluation(n=60, groups=groups), groups=groups)
    _, data = written({"test": made})
    names = [trace["name"] for trace in data["figures"]["grades-0"]["traces"]]
    assert len(names) == 6
    assert names[4] == f"{len(set(made.groups)) - 4} other groups"


def test_many_components_are_counts_and_the_most_surprising(written):
    made = with_spreads(evaluation(n=200))
    _, data = written({"test": made})
    part = data["against"]["forces"]["sets"]["test"]
    ratios = np.abs(made.forces_pred - made.forces_ref) / made.spreads.forces
    assert ratios.size > MOST_POINTS
    shown = np.divide(part["points"]["y"], part["points"]["x"])
    np.testing.assert_allclose(np.sort(shown), np.sort(ratios.ravel())[-WORST:], rtol=2e-3)
    assert 0.97 * ratios.size < sum(part["cells"]["count"]) <= ratios.size
    assert part["wide"] == pytest.approx(made.spreads.width("forces", 0.95), rel=1e-3)
    energy = data["against"]["energy"]["sets"]["test"]
    assert len(energy["points"]["x"]) == 200
    # Errors that are what is expected end where they should.
    np.testing.assert_allclose(part["bands"]["most"], part["bands"]["x"], rtol=0.4)


def test_perfect_predictions_have_axes(written, tmp_path):
    made = evaluation(n=30)
    perfect = replace(
        made,
        **{f"{q}_pred": getattr(made, f"{q}_ref") for q in ("energy", "forces", "stress")},
    )
    panels, data = written({"test": with_spreads(perfect)})
    assert "too large" in panels["expected"]
    for part in data["against"].values():
        for low, high in (part["x"], part["y"]):
            assert 0 < low < high
    figures({"test": with_spreads(perfect)}, tmp_path, formats=["png"])


def test_names_of_groups_and_files_are_text(written):
    groups = (EVIL, "b")
    made = with_spreads(evaluation(n=20, groups=groups, file=f"{EVIL}.xyz"), groups=groups)
    panels, data = written({EVIL: made})
    assert not [key for key, panel in panels.items() if EVIL in panel]
    assert EVIL not in [trace["name"] for trace in data["figures"]["grades-0"]["traces"]]


def test_size_stays_about_the_same(tmp_path):
    made = evaluation(n=1000, atoms=(40, 60))
    write_report(tmp_path / "without.html", {"train": made})
    write_report(tmp_path / "with.html", {"train": with_spreads(made)})
    without, with_ = ((tmp_path / f"{n}.html").stat().st_size for n in ("without", "with"))
    assert with_ - without < 400_000


# Spectrum -----------------------------------------------------------------------------------------


def test_combinations_that_the_data_decide_are_counted(written):
    info = ReportInfo(spectrum=Spectrum(np.array([1.0, 10.0, 69.0, 72.0, 99.0]), 100.0))
    panels, data = written({"test": with_spreads(evaluation(n=5))}, info)
    assert "The data decide <b>3 of 5</b> combinations" in panels["spectrum"]
    spectrum, penalty = data["figures"]["covariance"]["traces"]
    assert spectrum["y"] == [1, 10, 69, 72, 99]
    assert penalty["y"] == [100, 100]


def test_without_a_penalty_the_data_decide_all(written):
    info = ReportInfo(spectrum=Spectrum(np.array([1.0, 50.0, 2e7]), None))
    panels, data = written({"test": with_spreads(evaluation(n=5))}, info)
    assert "all <b>3</b> combinations" in panels["spectrum"]
    assert "2.0 × 10<sup>7</sup> times" in panels["spectrum"]
    assert len(data["figures"]["covariance"]["traces"]) == 1


def test_a_spectrum_is_of_positive_numbers():
    with pytest.raises(UncertaintyError, match="expected positive numbers"):
        Spectrum(np.array([1.0, np.inf]), None)


# Figures for papers -------------------------------------------------------------------------------


def test_figures_for_papers(tmp_path):
    sets = {"train": with_spreads(evaluation(n=100)), "test": with_spreads(evaluation(n=20))}
    paths = figures(sets, tmp_path)
    assert [p.name for p in paths[-4:]] == [
        *("calibration.png", "calibration.pdf"),
        *("error_against_std.png", "error_against_std.pdf"),
    ]


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e5])
@pytest.mark.parametrize("labelled", [("energy",), ("energy", "forces", "stress")])
def test_no_label_reaches_the_edge(tmp_path, factor, labelled):
    made = with_spreads(evaluation(n=60, labelled=labelled), factor=factor)
    for path in figures({"test": made}, tmp_path, formats=["png"])[-2:]:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L"))
        edges = (pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:])
        assert min(edge.min() for edge in edges) == 255
