"""Progress: a bar on a terminal only, a function, or nothing; optional packages."""

import os
import pty
import subprocess
import sys

import pytest

from potlearn.errors import MissingExtraError
from potlearn.runtime import Runtime, check_installed, package_folder, reporting, require

BAR = """
import sys
from potlearn.runtime import reporting
with reporting(True, "the work") as report:
    if report:
        for k in range(1, 4):
            report(k, 3)
print("report" if report else "nothing")
"""


def test_a_function_is_called():
    seen = []
    with reporting(lambda *x: seen.append(x), "work") as report:
        report(1, 2)
    with Runtime(progress=lambda *x: seen.append(x)).reporting("work") as report:
        report(2, 2)
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("progress", [None, False])
def test_nothing(progress):
    with reporting(progress, "work") as report:
        assert report is None


def test_no_bar_where_there_is_no_terminal():
    run = subprocess.run([sys.executable, "-c", BAR], capture_output=True, text=True, check=True)
    assert run.stdout == "nothing\n"
    assert run.stderr == ""


def test_a_bar_on_a_terminal():
    main, terminal = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-c", BAR],
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        check=True,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = os.read(main, 100_000).decode()
    os.close(main)
    assert run.stdout == "report\n"
    assert "the work" in shown
    assert "3/3" in shown


def test_a_package_that_is_there():
    assert require("json.decoder", "report", "the report").JSONDecoder
    check_installed("json", extra="report", what="the report")
    assert (package_folder("json", "report", "the report") / "decoder.py").exists()


@pytest.mark.parametrize(
    ("module", "extra", "message"),
    [
        (
            "nothere.inside",
            "report",
            r"the report needs nothere, which is not installed: pip install 'potlearn\[report\]'",
        ),
        ("nothere", None, r"the report needs nothere, which is not installed: pip install nothere"),
    ],
)
def test_a_package_that_is_missing(module, extra, message):
    with pytest.raises(MissingExtraError, match=message + "$"):
        require(module, extra, "the report")
    with pytest.raises(MissingExtraError, match=message + "$"):
        package_folder(module.partition(".")[0], extra, "the report")
    with pytest.raises(MissingExtraError, match=message + ", or take --no-report$"):
        check_installed("json", module, extra=extra, what="the report", instead="take --no-report")


def test_the_name_to_install_is_not_always_that_of_the_module(monkeypatch):
    for module in ("sklearn", "sklearn.cluster"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("potlearn.runtime.packages.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="this needs scikit-learn, which"):
        check_installed("sklearn", extra="select", what="this")
    with pytest.raises(MissingExtraError, match="this needs scikit-learn, which"):
        require("sklearn.cluster", "select", "this")


def test_a_package_that_lacks_another_one_says_so_itself(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there_at_all")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        require("half_there", "report", "the report")
