"""Two commands in one folder at once: the second one is refused, and nothing is damaged."""

import json
import subprocess
import sys
import time

from argon import ARGON, RUN


def test_the_second_run_in_a_folder_is_refused(tmp_path):
    ARGON.save(tmp_path / "argon.potl")
    config = {"steps": 200_000, "every": 1000, "checkpoint": 100, "output": {"figure": False}}
    (tmp_path / "md.yaml").write_text(json.dumps(RUN | config))
    command = [sys.executable, "-m", "potlearn.cli", "md", str(tmp_path / "md.yaml"), "--output"]

    def started(out):
        return subprocess.Popen(
            [*command, str(tmp_path / out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    first = started("run")
    while not (tmp_path / "run" / "checkpoint").exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.01)
    second = started("run")
    said = second.communicate()[1]
    assert first.poll() is None
    assert second.returncode == 2, said
    words = f"{tmp_path / 'run'}: another process works in this folder (process {first.pid} on"
    assert words in " ".join(said.split())
    first.kill()
    first.communicate()
    third = started("run")
    while (third_is_over := third.poll()) is None and str(third.pid) not in _holder(tmp_path):
        time.sleep(0.01)
    assert third_is_over is None, third.communicate()
    third.kill()
    third.communicate()


def _holder(tmp_path):
    path = tmp_path / "run" / ".lock"
    return path.read_text() if path.exists() else ""
