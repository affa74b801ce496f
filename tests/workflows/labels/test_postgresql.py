"""Labels in a database of PostgreSQL."""

import pytest

from potlearn.errors import OutputError
from potlearn.workflows.labels import CalculatorSpec, label, summarise


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_labels_are_kept_and_found(url, frames):
    spec = CalculatorSpec("calculators:faulty", {"fault": "nan"})
    first = label(frames, spec, url)
    assert (first.n_calculated, len(first.failed)) == (5, 1)
    again = label(frames, spec, url)
    assert (again.n_calculated, again.frames, again.failed) == (0, first.frames, first.failed)
    found = summarise(url)
    assert (found.n_done, found.n_failed, found.n_planned) == (4, 1, 0)


def test_a_server_that_does_not_answer_is_named_without_its_password(frames):
    pytest.importorskip("psycopg2")
    with pytest.raises(OutputError, match=r"postgresql://127\.0\.0\.1:1/x: .*refused") as caught:
        label(frames, CalculatorSpec("emt"), "postgresql://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)
