"""PROFILE -> MODEL: what is taken over, what is inferred, what is missing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.errors import InputError
from advisor.model.machine import Collector
from advisor.model.profile import Costs
from advisor.simulate.calibrate import BUILD_SHARE, TYPICAL, build_model, infer_component
from advisor.simulate.cost import Residuals, phase_lines
from advisor.simulate.kernel import Streams
from advisor.simulate.machine import Processors
from tests.simulate.programs import MIB, profile


def test_without_allocation_the_error_says_what_to_add() -> None:
    with pytest.raises(InputError, match="how fast the program allocates") as caught:
        build_model(profile(allocation=None), 10.0)
    assert "allocation: {rate:" in str(caught.value)


def test_the_work_of_a_log_is_its_time_without_pauses_and_its_bytes_stay() -> None:
    observed = {"collector": "serial", "duration": "10s", "young_count": 20, "throughput": 0.8}
    model = build_model(profile(observed=observed), 10.0)
    assert model.work_s == pytest.approx(8.0)
    assert model.workload.rate * model.work_s == pytest.approx(100 * MIB * 10)


@given(mean=st.floats(0.05, 1.4), share=st.floats(0.01, 0.3))
def test_one_component_is_recovered_from_survivors_and_promotion(mean: float, share: float) -> None:
    """What a log shows of a program with one component that is promoted at its second collection."""
    rate, interval = 100.0 * MIB, 0.5
    kept = math.exp(-interval / mean)
    first = share * rate * mean * (1 - kept)
    observed = profile(
        observed={
            "collector": "serial",
            "duration": "10s",
            "survived_per_young": first * (1 + kept),
            "promotion": first * kept / interval,
        }
    ).observed
    assert observed is not None
    part = infer_component(observed, rate, interval)
    if 0.03 < kept < 0.9:
        assert part.mean_s == pytest.approx(mean, rel=0.02)
        assert part.share == pytest.approx(share, rel=0.02)


def test_unknown_lifetimes_are_assumed_and_said_so() -> None:
    model = build_model(profile(lifetimes={}), 10.0)
    assert model.workload.components == TYPICAL
    assert "nothing is known of lifetimes" in model.notes[0]


def test_the_live_set_is_not_counted_twice() -> None:
    """Long-lived components keep a part of it alive; only the rest is retained."""
    parts = [{"share": "10%", "mean": "20s"}]
    model = build_model(profile(lifetimes={"components": parts, "retained": "500m"}), 100.0)
    kept_alive = 0.1 * 100 * MIB * 20
    retained = model.workload.retained + model.preloaded
    assert retained == pytest.approx(500 * MIB - kept_alive, rel=0.2)
    assert build_model(profile(lifetimes={"components": parts}), 100.0).workload.retained == 0


def test_a_live_set_too_large_to_be_allocated_was_there_before() -> None:
    model = build_model(profile(lifetimes={"retained": "2g"}), 10.0)
    assert model.workload.retained == pytest.approx(BUILD_SHARE * 100 * MIB * 10)
    assert model.preloaded + model.workload.retained == pytest.approx(2048 * MIB, rel=0.01)


def _costs(collector: str, threads: int) -> Costs:
    phase = {"fixed": "1ms", "per_mb": "0.5ms", "spread": 0.2}
    return Costs.model_validate({"collector": collector, "gc_threads": threads, "young": phase, "full": phase})


def test_calibrated_costs_hold_for_their_own_collector_and_are_wider_elsewhere() -> None:
    machine = Processors(4)
    same = phase_lines(_costs("parallel", 4), Collector.PARALLEL, 4, machine)
    assert same.young.seconds(10 * MIB) == pytest.approx(6e-3)
    other = phase_lines(_costs("parallel", 4), Collector.SERIAL, 1, machine)
    assert other.young.sigma > same.young.sigma
    assert other.young.seconds(10 * MIB) > same.young.seconds(10 * MIB)
    assert phase_lines(None, Collector.SERIAL, 1, machine).young.sigma > other.young.sigma


@given(st.integers(1, 64), st.integers(1, 64))
def test_more_gc_threads_never_cost_time_and_none_beyond_the_processors_helps(cpus: int, threads: int) -> None:
    machine = Processors(cpus)
    assert machine.speed_up(threads + 1) >= machine.speed_up(threads)
    assert machine.speed_up(cpus + 1) == machine.speed_up(cpus)
    assert 1 <= machine.speed_up(threads) <= threads


def test_one_parallel_worker_is_slower_than_serial_and_several_are_faster() -> None:
    machine = Processors(8)
    serial = phase_lines(_costs("serial", 1), Collector.SERIAL, 1, machine).young.seconds(100 * MIB)
    assert phase_lines(_costs("serial", 1), Collector.PARALLEL, 1, machine).young.seconds(100 * MIB) > serial
    assert phase_lines(_costs("serial", 1), Collector.PARALLEL, 8, machine).young.seconds(100 * MIB) < serial / 2


@given(st.integers(1, 500), st.floats(0, 1))
def test_residuals_average_to_one_alone_and_in_groups(count: int, spread: float) -> None:
    even = Residuals(Streams(1).stream("x"), spread, even=True)
    assert sum(even.next() for _ in range(640)) / 640 == pytest.approx(1.0, abs=0.06)
    pairs = even.group(count)
    assert sum(weight for _, weight in pairs) == pytest.approx(count)
    assert max(factor for factor, _ in pairs) == pairs[-1][0]
