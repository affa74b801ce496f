"""How numbers and settings are shown."""

from __future__ import annotations

import numpy as np
import pytest

from potlearn.report.page.numbers import counted, interval, natural, plain, seconds, significant


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.1049, "3.10"),
        (0.77731, "0.777"),
        (137.2, "137"),
        (1638.0, "1,640"),
        (9.999, "10.0"),
        (0.00123, "0.00123"),
        (1.5e-7, "1.50e−07"),
        (2.5e9, "2.50e+09"),
        (-0.5, "−0.500"),
        (0, "0"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_three_significant_digits(value, shown):
    assert significant(value) == shown


def test_interval_is_scaled_and_may_be_absent():
    assert interval((0.00219, 0.00411), 1e3) == "2.19 to 4.11"
    assert interval(None) == ""


def test_tiny_numbers_are_not_spelt_out():
    assert significant(-3e-5, least=1e-3) == "<0.001"
    assert significant(2e-3, least=1e-3) == "0.00200"
    assert significant(0.0, least=1e-3) == "0"
    assert interval((1e-13, 5e-5), 1.0, 1e-3) == ""
    assert interval((1e-13, 5e-2), 1.0, 1e-3) == "<0.001 to 0.0500"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.31, "0.31 s"), (4.7, "4.7 s"), (42.4, "42 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_times(value, shown):
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "none"),
        (True, "yes"),
        (5.5, "5.5"),
        (1e-9, "1e-09"),
        (658, "658"),
        (25_422, "25,422"),
        (["Si", "Ge"], "Si, Ge"),
        (["two words", "three more words"], "two words; three more words"),
        ([], "none"),
        ({"energy": 100.0, "groups": {"md": 2}}, "energy 100, groups (md 2)"),
        (np.arange(3), "0, 1, 2"),
        (np.float64(0.25), "0.25"),
        (
            range(100),
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, … (100 in all)",
        ),
    ],
)
def test_settings_as_text(value, shown):
    assert plain(value) == shown


def test_counts_have_a_plural():
    assert [counted(n, "atom") for n in (0, 1, 2000)] == ["0 atoms", "1 atom", "2,000 atoms"]


def test_names_sort_by_the_numbers_in_them():
    names = ["md_10", "bulk", "md_2", "md", "2x2", "10x1", "", "²"]
    assert sorted(names, key=natural) == ["", "2x2", "10x1", "bulk", "md", "md_2", "md_10", "²"]
