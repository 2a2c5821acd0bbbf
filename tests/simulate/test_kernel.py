"""The kernel: order of events, clock, streams."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.simulate.kernel import Kernel, Streams, stratified


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-2, 2)), max_size=40))
def test_events_run_by_time_then_priority_then_order_of_scheduling(plan: list[tuple[int, int]]) -> None:
    kernel = Kernel()
    ran: list[int] = []
    for number, (time, priority) in enumerate(plan):
        kernel.at(float(time), "event", lambda number=number: ran.append(number), priority=priority)  # type: ignore[misc]
    kernel.run()
    expected = sorted(range(len(plan)), key=lambda n: (plan[n][0], plan[n][1], n))
    assert ran == expected


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30))
def test_the_clock_never_goes_back_and_the_trace_sees_every_event(delays: list[float]) -> None:
    seen: list[float] = []
    kernel = Kernel(lambda time, _name: seen.append(time))
    remaining = list(delays)

    def step() -> None:
        if remaining:
            kernel.after(remaining.pop(), "step", step)

    kernel.after(0.0, "step", step)
    kernel.run()
    assert seen == sorted(seen)
    assert len(seen) == len(delays) + 1
    assert kernel.now == pytest.approx(sum(delays))


def test_a_cancelled_event_does_not_run_and_stop_ends_the_run() -> None:
    kernel = Kernel()
    ran: list[str] = []
    kernel.at(1, "first", lambda: ran.append("first"))
    kernel.at(2, "cancelled", lambda: ran.append("cancelled")).cancel()
    kernel.at(3, "last", kernel.stop)
    kernel.at(4, "never", lambda: ran.append("never"))
    kernel.run()
    assert ran == ["first"]
    assert kernel.now == 3


def test_a_run_until_a_time_leaves_the_clock_there_and_later_events_queued() -> None:
    kernel = Kernel()
    ran: list[int] = []
    kernel.at(5, "late", lambda: ran.append(5))
    kernel.run(until=2)
    assert (kernel.now, ran) == (2, [])
    kernel.run()
    assert ran == [5]


@pytest.mark.parametrize("time", [-1.0, math.inf, math.nan])
def test_the_past_and_no_time_at_all_are_refused(time: float) -> None:
    kernel = Kernel()
    kernel.at(0, "now", lambda: None)
    with pytest.raises(ValueError, match="cannot schedule"):
        kernel.at(time, "odd", lambda: None)


@given(st.integers(0, 2**31), st.text(max_size=10), st.text(max_size=10))
def test_streams_depend_on_seed_and_name_alone(seed: int, one: str, other: str) -> None:
    streams = Streams(seed)
    streams.stream(other).random()
    first = streams.stream(one).random()
    assert first == Streams(seed).stream(one).random()
    if one != other:
        assert first != streams.stream(other).random()
    assert Streams(seed).spawn("x").stream(one).random() != first


def test_stratified_draws_hold_every_quantile_once_per_block() -> None:
    draws = stratified(Streams(3).stream("x"), lambda share: share, 10)
    for _ in range(3):
        block = sorted(next(draws) for _ in range(10))
        assert block == pytest.approx([0.05 + 0.1 * k for k in range(10)])
