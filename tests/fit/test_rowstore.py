"""The row store gives back the rows that were made, and remakes what was not finished."""

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, PairPotential, configurations, crystal, labelled

import potlearn as pl
from potlearn.errors import FitError
from potlearn.fit import RowStore, fit_linear
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.store import row_counts

PAIR = PairDescriptor()
CHUNKS = ((0, 4), (4, 8), (8, 10))


def partly_labelled():
    rng, truth = np.random.default_rng(0), PairPotential(PAIR, (-5.0, 1, -2, 30, 4))
    frames = [labelled(crystal(rng), truth) for _ in range(10)]
    frames[1] = labelled(frames[1], truth, energy=None)
    frames[2] = labelled(frames[2], truth, forces=None, stress=None)
    frames[5].arrays["force_mask"] = np.arange(8) % 2 == 0
    return pl.from_atoms(frames)


def open_store(folder, data, content=None):
    return RowStore(folder, 5, row_counts(data), CHUNKS, content or {"data": "x"})


@pytest.fixture
def filled(tmp_path):
    data = partly_labelled()
    store, maker = open_store(tmp_path, data), RowMaker(data, PAIR)
    for chunk, (start, stop) in enumerate(CHUNKS):
        for index, blocks in maker(range(start, stop)):
            store.write(index, blocks)
        store.mark(chunk)
    return data, store


def same(a, b):
    return a.keys() == b.keys() and all(
        np.array_equal(x, y) for q in a for x, y in zip(a[q], b[q], strict=True)
    )


def test_gives_back_what_was_written(filled, tmp_path):
    data, _ = filled
    again, maker = open_store(tmp_path, data), RowMaker(data, PAIR)
    assert again.finished == {0, 1, 2}
    assert all(same(again.blocks(i), maker.blocks(i)) for i in range(10))
    assert again.verify() == []


def test_subset_stacks_the_chosen_configurations(filled):
    data, store = filled
    maker = RowMaker(data, PAIR)
    rows, labels, reference = store.subset([5, 2, 0], "forces")
    expected = [maker.blocks(i)["forces"] for i in (5, 0)]
    assert np.array_equal(rows, np.vstack([b.rows for b in expected]))
    assert np.array_equal(labels, np.concatenate([b.labels for b in expected]))
    assert not reference.any()
    assert store.subset([2], "stress")[0].shape == (0, 5)


def test_an_unfinished_chunk_is_not_trusted(filled, tmp_path):
    data, store = filled
    journal = tmp_path / "journal.jsonl"
    first = journal.read_text().split("\n\n")[0]
    journal.write_text(first + '\n\n{"chu')
    store.rows[store.first[4] :] = -1.0
    again = open_store(tmp_path, data)
    assert again.finished == {0}
    again.write(4, RowMaker(data, PAIR).blocks(4))
    again.mark(2)
    assert open_store(tmp_path, data).finished == {0, 2}


def test_opens_without_the_data(filled, tmp_path):
    _, store = filled
    again = RowStore.open(tmp_path)
    assert again.finished == {0, 1, 2}
    assert same(again.blocks(7), store.blocks(7))
    with pytest.raises(FitError, match="not a row store"):
        RowStore.open(tmp_path / "nowhere")


def test_verify_finds_a_changed_row(filled):
    _, store = filled
    store.rows[store.first[5]] += 1e-9
    assert store.verify() == [1]


def test_other_content_is_refused(filled, tmp_path):
    data, _ = filled
    with pytest.raises(FitError, match="holds the rows of another fit"):
        open_store(tmp_path, data, {"data": "y"})
    with (tmp_path / "rows.f64").open("ab") as file:
        file.write(b"0")
    with pytest.raises(FitError, match=r"rows\.f64: expected \d+ bytes"):
        open_store(tmp_path, data)
    (tmp_path / "content.json").write_text("{")
    with pytest.raises(FitError, match="not the content of a row store"):
        open_store(tmp_path, data)


def test_second_fit_reads_the_store(tmp_path):
    data, log = configurations(n=150, noise=0.1), tmp_path / "log"
    first = fit_linear(data, PAIR, row_store=tmp_path / "rows")
    second = fit_linear(data, PairDescriptor(log=str(log)), row_store=tmp_path / "rows")
    assert np.array_equal(first.coefficients, second.coefficients)
    assert not log.exists()


def test_workers_fill_the_same_store(tmp_path):
    data = configurations(n=150, noise=0.1)
    for workers in (1, 2):
        fit_linear(data, PAIR, row_store=tmp_path / str(workers), workers=workers)
    a, b = ((tmp_path / str(w) / "rows.f64").read_bytes() for w in (1, 2))
    assert a == b


def test_store_is_completed_when_the_checkpoint_is_ahead(tmp_path):
    data = configurations(n=150)
    fit_linear(data, PAIR, checkpoint=tmp_path / "c")
    fit_linear(data, PAIR, checkpoint=tmp_path / "c", row_store=tmp_path / "rows")
    assert (tmp_path / "rows" / "journal.jsonl").read_text().count("chunk") == 3
