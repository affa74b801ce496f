"""The row store gives back the rows that were made, and remakes what was not finished."""

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, PairPotential, configurations, crystal, labelled

import potlearn as pl
from potlearn.errors import FitError
from potlearn.fit import RowStore, fit_linear, store_rows
from potlearn.fit.rows.file import row_counts
from potlearn.fit.rows.make import RowMaker
from potlearn.runtime import Runtime

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
        for index in range(start, stop):
            store.write(index, maker.blocks(index))
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
    head, first, *_ = journal.read_text().split("\n\n")
    journal.write_text(f'{head}\n\n{first}\n\n{{"chu')
    rows = np.memmap(store.path, np.float64, "r+", shape=store.shape)
    rows[store.first[4] :] = -1.0
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
    with pytest.raises(FitError, match="cannot be read as a journal"):
        RowStore.open(tmp_path / "nowhere")


def test_verify_finds_a_changed_row(filled):
    _, store = filled
    np.memmap(store.path, np.float64, "r+", shape=store.shape)[store.first[5]] += 1e-9
    assert store.verify() == [1]


def test_other_content_is_refused(filled, tmp_path):
    data, _ = filled
    with pytest.raises(FitError, match=r"belongs to another fit \(other data\)"):
        open_store(tmp_path, data, {"data": "y"})
    with (tmp_path / "rows.f64").open("ab") as file:
        file.write(b"0")
    with pytest.raises(FitError, match=r"rows\.f64: expected \d+ bytes"):
        open_store(tmp_path, data)
    (tmp_path / "journal.jsonl").write_text("{")
    with pytest.raises(FitError, match="not a journal"):
        open_store(tmp_path, data)


def test_second_fit_reads_the_store(tmp_path):
    data, log = configurations(n=150, noise=0.1), tmp_path / "log"
    store_rows(data, PAIR, tmp_path / "rows")
    first, store = fit_linear(data, PAIR), RowStore.open(tmp_path / "rows")
    second = fit_linear(data, PairDescriptor(log=str(log)), rows=store)
    assert np.array_equal(first.coefficients, second.coefficients)
    assert not log.exists()


def test_workers_fill_the_same_store(tmp_path):
    data = configurations(n=150, noise=0.1)
    for workers in (1, 2):
        store_rows(data, PAIR, tmp_path / str(workers), runtime=Runtime(workers=workers))
    a, b = ((tmp_path / str(w) / "rows.f64").read_bytes() for w in (1, 2))
    assert a == b


def test_workers_read_the_store(tmp_path):
    data, log = configurations(n=150, noise=0.1), tmp_path / "log"
    store = store_rows(data, PAIR, tmp_path / "rows")
    logging = PairDescriptor(log=str(log))
    result = fit_linear(data, logging, rows=store, runtime=Runtime(workers=2))
    assert np.array_equal(result.coefficients, fit_linear(data, PAIR).coefficients)
    assert not log.exists()


def test_a_store_of_other_rows_is_refused(tmp_path):
    store = store_rows(configurations(n=10), PAIR, tmp_path)
    with pytest.raises(FitError, match=r"rows of another fit \(other data\)"):
        fit_linear(configurations(n=10, noise=0.1), PAIR, rows=store)
