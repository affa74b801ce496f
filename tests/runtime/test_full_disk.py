"""What cannot be written: the error names the file, and comes before the work where it can."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from potlearn.errors import OutputError
from potlearn.features.mapped import new_matrix
from potlearn.runtime import check_folder, check_output, replacing, reserve, write_json, write_text

FULL = Path("/dev/full")


def below_a_file(tmp_path):
    (tmp_path / "file").write_text("content")
    return tmp_path / "file" / "out"


def limited(code, tmp_path, size=20_000):
    """Python code in a process whose files cannot grow beyond a size."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
        preexec_fn=limit, timeout=60,
    )  # fmt: skip


def test_a_full_device_is_named():
    with pytest.raises(OutputError, match="/dev/full: cannot be written: No space left on device"):
        write_text(FULL, "x" * 100_000)


def test_other_files_errors_are_theirs(tmp_path):
    def reading_while_writing():
        with replacing(tmp_path / "a.txt"):
            (tmp_path / "absent").read_text()

    with pytest.raises(FileNotFoundError, match="absent"):
        reading_while_writing()


WRITERS = {
    "text": "write_text('out.txt', 'x' * 100_000)",
    "archive": "Archive('model', ModelFileError).write('out.txt', {'a': np.arange(9e4)})",
    "matrix": "new_matrix('out.txt', (300, 300))",
    "rows": "RowFile(Path('out.txt'), 300, np.full((9, 3), 30)).create()",
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_no_space_names_the_file_and_leaves_nothing(tmp_path, writer):
    code = (
        "from pathlib import Path\nimport numpy as np\n"
        "from potlearn.errors import ModelFileError, OutputError\n"
        "from potlearn.features.mapped import new_matrix\n"
        "from potlearn.fit.rows.file import RowFile\n"
        "from potlearn.runtime import Archive, write_text\n"
        f"try: {writer}\nexcept OutputError as error: print(error)"
    )
    done = limited(code, tmp_path)
    assert "out.txt: cannot be written: File too large" in done.stdout, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_reserved_file_keeps_its_content(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    reserve(path, 10_000)
    assert path.read_bytes() == b"abc" + bytes(9_997)
    assert 512 * path.stat().st_blocks >= 10_000


def test_a_new_matrix_is_what_numpy_reads(tmp_path):
    rows = new_matrix(tmp_path / "a.npy", (3, 4))
    rows[:] = np.arange(12.0).reshape(3, 4)
    rows.flush()
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.arange(12.0).reshape(3, 4))


def test_output_is_tried_before_the_work(tmp_path):
    check_output(tmp_path / "new" / "a.txt")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="is a folder; expected the name of a file"):
        check_output(tmp_path)
    with pytest.raises(OutputError, match=r"file: no file can be written in this folder"):
        check_output(below_a_file(tmp_path))
    with pytest.raises(OutputError, match=r"out: no file can be written in this folder"):
        check_folder(tmp_path / "file" / "out")


def test_writing_over_a_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match="is a folder; expected the name of a file"):
        write_json(tmp_path, {})
