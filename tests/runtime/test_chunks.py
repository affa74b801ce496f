"""The loop over chunks: order, what is skipped, what is reported, and how it ends."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from potlearn.errors import ExecutionError
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import (
    SERIAL,
    InProcess,
    Processes,
    Runtime,
    make_executor,
    run_chunks,
    spans_within,
)

SPANS = [(0, 4), (4, 6), (6, 7), (7, 12)]


@dataclass(frozen=True)
class Squares:
    power: int = 2

    def __call__(self, span):
        return [k**self.power for k in range(*span)]


def run(work=Squares(), finished=(), executor=InProcess(), take=None, report=None):  # noqa: B008
    found = {}
    run_chunks(
        work,
        SPANS.__getitem__,
        SPANS,
        take or found.__setitem__,
        executor=executor,
        finished=finished,
        report=report,
    )
    return found


@pytest.mark.parametrize("executor", [InProcess(), Processes(2)])
def test_every_chunk_is_taken_in_order(executor):
    found = run(executor=executor)
    assert list(found) == [0, 1, 2, 3]
    assert [x for part in found.values() for x in part] == [k * k for k in range(12)]


def test_finished_chunks_are_not_done_again():
    seen = []
    assert list(run(finished={0, 2}, report=lambda *x: seen.append(x))) == [1, 3]
    assert seen == [(7, 12), (12, 12)]
    assert run(finished=range(4), report=lambda *x: seen.append(x)) == {}
    assert len(seen) == 2


def test_a_chunk_is_taken_before_it_is_reported():
    order = []
    run(take=lambda k, _: order.append(k), report=lambda done, _: order.append(f"{done}"))
    assert order == [0, "4", 1, "6", 2, "7", 3, "12"]


def test_an_interrupt_stops_the_work():
    taken, closed = [], []

    class Watched(InProcess):
        def map(self, work, items):
            try:
                yield from super().map(work, items)
            finally:
                closed.append(True)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(executor=Watched(), take=lambda k, _: taken.append(k), report=stop)
    assert (taken, closed) == ([0], [True])


def test_results_are_taken_on_one_blas_thread():
    from threadpoolctl import threadpool_info

    with one_blas_thread():
        np.ones((2, 2)) @ np.ones((2, 2))
    seen = set()

    def take(k, result):
        seen.update(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")

    run(take=take)
    assert seen == {1}


@given(st.lists(st.integers(1, 9)), st.integers(1, 12), st.none() | st.integers(1, 4))
def test_spans_are_the_longest_that_fit(sizes, most, most_items):
    spans = spans_within(sizes, most, most_items)
    assert [i for a, b in spans for i in range(a, b)] == list(range(len(sizes)))
    bound = most_items or len(sizes)
    for k, (a, b) in enumerate(spans):
        assert b - a == 1 or (sum(sizes[a:b]) <= most and b - a <= bound)
        last = k == len(spans) - 1
        assert last or sum(sizes[a : b + 1]) > most or b - a == bound


def test_runtime_gives_the_executor():
    assert Runtime() == SERIAL
    assert SERIAL.executor == InProcess()
    assert Runtime(workers=3).executor == Processes(3)
    mine = Processes(5)
    assert Runtime(workers=mine).executor is mine
    assert Runtime(scheduler="tcp://a:1").executor == make_executor(scheduler="tcp://a:1")
    with pytest.raises(ExecutionError, match="workers is 0; expected 1 or more"):
        Runtime(workers=0)


def test_runtime_of_another_checkpoint():
    one = Runtime(workers=2, checkpoint="a")
    assert one.saving("b") == Runtime(workers=2, checkpoint="b")
    assert one.saving(None).checkpoint is None
