"""Figures for papers."""

from __future__ import annotations

import struct
import subprocess
import sys
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from evaluations import evaluation
from PIL import Image

from potlearn.errors import MissingExtraError
from potlearn.report import figures

NAMES = ["parity_energy", "parity_forces", "parity_stress", "errors"]


def inches(path):
    """Width and height of a PNG drawn at 300 dots per inch."""
    return [size / 300 for size in struct.unpack(">II", path.read_bytes()[16:24])]


def test_files_of_a_usual_fit(tmp_path):
    sets = {"train": evaluation(n=200), "test": evaluation(n=20, seed=1)}
    paths = figures(sets, tmp_path / "figures")
    assert [p.name for p in paths] == [f"{n}.{e}" for n in NAMES for e in ("png", "pdf")]
    for path in paths:
        start = path.read_bytes()[:5]
        assert start == (b"%PDF-" if path.suffix == ".pdf" else b"\x89PNG\r")
    assert inches(paths[0]) == pytest.approx([3.37, 3.37], abs=0.01)
    assert inches(paths[-2])[0] == pytest.approx(6.74, abs=0.01)


def test_many_points_stay_a_small_file(tmp_path):
    made = {"train": evaluation(n=600, atoms=(40, 60))}
    paths = figures(made, tmp_path, formats=("pdf",))
    assert max(path.stat().st_size for path in paths) < 500_000


@pytest.mark.parametrize(
    ("labelled", "expected"),
    [
        (("energy",), ["parity_energy", "errors"]),
        (("forces",), ["parity_forces", "errors"]),
        ((), []),
    ],
)
def test_one_configuration_with_few_labels(tmp_path, labelled, expected):
    made = {"test": evaluation(n=1, atoms=(1, 2), labelled=labelled)}
    assert [p.stem for p in figures(made, tmp_path, formats=["png"])] == expected


@pytest.mark.parametrize(("shift", "factor"), [(0, 1), (-15_800, 1), (-5, 1e-4), (0, 1e4)])
def test_no_label_reaches_the_edge(tmp_path, shift, factor):
    made = evaluation(n=40, labelled=("energy",))
    energies = {k: shift + factor * getattr(made, k) for k in ("energy_ref", "energy_pred")}
    for path in figures({"test": replace(made, **energies)}, tmp_path, formats=["png"]):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L"))
        edges = (pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:])
        assert min(edge.min() for edge in edges) == 255


def test_settings_of_matplotlib_stay_as_they_were(tmp_path):
    before = dict(matplotlib.rcParams)
    figures({"test": evaluation(n=2)}, tmp_path, formats=["png"])
    assert dict(matplotlib.rcParams) == before


def test_importing_the_room_loads_no_plotting():
    code = "import sys, potlearn.report; print({'plotly', 'matplotlib'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_without_matplotlib_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        MissingExtraError, match=r"the figure needs matplotlib.*pip install 'potlearn\[report\]'"
    ):
        figures({"test": evaluation(n=2)}, tmp_path)
