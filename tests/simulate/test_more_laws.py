"""More laws of real collectors: time shares, generations that crowd each other out, goals, threads, regions, bounds."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.errors import AdvisorError
from advisor.model.outcome import Outcome
from advisor.simulate import simulate
from advisor.simulate.heap import tenuring_threshold
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.overhead import OverheadLimit
from advisor.simulate.run import Tally
from tests.simulate.programs import FLAG, MIB, RELEASES, USUAL, fixed, profile, run

GENERATIONAL = ("serial", "parallel", "cms", "g1")
STEADY = Workload(200.0 * MIB, (Component(0.04, 0.3), Component(0.005, 4.0)))
SIZES = "-XX:-UseAdaptiveSizePolicy"


def fixed_run(collector: str, young: int, *, heap: int = 800, seconds: float = 60.0, more: str = "") -> Tally:
    extra = f"{SIZES} {more}" if collector == "parallel" else more
    words = fixed(extra, heap=f"{heap}m", young=f"{young}m", collector=collector)
    return run(words, STEADY, seconds, jdk=USUAL[collector])[0]


def young(tally: Tally) -> list[float]:
    return [pause.seconds for pause in tally.pauses if pause.kind in ("young", "mixed")]


@pytest.mark.parametrize("collector", GENERATIONAL)
def test_the_share_of_young_collections_falls_with_eden(collector: str) -> None:
    shares = [sum(young(fixed_run(collector, size))) / 60.0 for size in (40, 80, 160, 320)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < shares[0] / 2


@pytest.mark.parametrize("jdk", RELEASES["g1"])
def test_with_a_fixed_young_generation_g1_collects_at_the_rate_over_eden(jdk: int) -> None:
    """Up to whole regions: survivors take theirs out of the young generation."""
    words = fixed(
        "-XX:InitiatingHeapOccupancyPercent=100 -XX:-G1UseAdaptiveIHOP", heap="2g", young="200m", collector="g1"
    )
    tally, model = run(words, STEADY, 120.0, jdk=jdk)
    survivors = model.young.survivors_used  # type: ignore[attr-defined]
    assert len(young(tally)) == pytest.approx(200 * MIB * 120 / (200 * MIB - survivors), rel=0.02)


def test_a_young_generation_that_crowds_out_the_old_one_ends_in_full_collections() -> None:
    """Fewer young collections, until old cannot hold what lives; then everything is collected, again and again."""
    live = Workload(200.0 * MIB, (Component(0.04, 0.3),), retained=300.0 * MIB, build_s=5.0)
    counts, fulls = [], []
    for size in (80, 160, 320, 480, 600):
        words = fixed(heap="800m", young=f"{size}m")
        tally, _ = run(words, live, 60.0)
        counts.append(len(young(tally)))
        fulls.append(sum(1 for pause in tally.pauses if pause.kind == "full"))
    assert counts[:3] == sorted(counts[:3], reverse=True)
    assert fulls[0] <= 1
    assert fulls[-1] > 20


def sized(collector: str, ratio: int, *, initial: str = "64m") -> tuple[float, Tally]:
    """What the goal sizes: the young generation of Parallel, the whole heap of G1."""
    words = f"{FLAG[collector]} -Xms{initial} -Xmx800m -XX:GCTimeRatio={ratio}".split()
    tally, model = run(words, STEADY, 30.0, jdk=17)
    return (model.young.capacity if collector == "parallel" else model.committed()), tally  # type: ignore[attr-defined]


@pytest.mark.parametrize("collector", ["parallel", "g1"])
def test_a_higher_time_ratio_never_makes_the_heap_smaller(collector: str) -> None:
    sizes = [sized(collector, ratio)[0] for ratio in (4, 19, 99)]
    assert sizes == sorted(sizes), sizes
    assert sizes[-1] > sizes[0]


@pytest.mark.parametrize(("collector", "initial"), [("serial", "64m"), ("g1", "800m")])
def test_the_time_ratio_does_nothing_to_serial_or_to_a_heap_that_cannot_grow(collector: str, initial: str) -> None:
    one, other = (sized(collector, ratio, initial=initial)[1] for ratio in (4, 99))
    assert one.pauses == other.pauses


@pytest.mark.parametrize("collector", ["parallel", "g1"])
def test_more_gc_threads_shorten_pauses_up_to_the_processors(collector: str) -> None:
    workload = profile(collector, machine={"cpus": 4, "memory": "4g"})

    def total(threads: int) -> float:
        flags = [*fixed(SIZES, heap="400m", young="100m", collector=collector), f"-XX:ParallelGCThreads={threads}"]
        return simulate(workload, flags, replicates=1).pauses.total_ms

    one, two, four, eight = (total(threads) for threads in (1, 2, 4, 8))
    assert one > two > four
    assert eight >= four * 0.999


def test_parallel_with_one_thread_is_slower_than_serial() -> None:
    """A parallel worker claims and forwards with atomic operations; with one thread nothing makes up for that."""
    flags = fixed(f"{SIZES} -XX:ParallelGCThreads=1", collector="parallel")
    parallel = simulate(profile("parallel"), flags, replicates=1)
    serial = simulate(profile("serial"), fixed(), replicates=1)
    assert parallel.pauses.total_ms > serial.pauses.total_ms


def test_objects_below_half_a_larger_region_are_not_humongous_any_more() -> None:
    large = Workload(100.0 * MIB, large_share=0.3, large_size=int(0.7 * MIB))
    shares = []
    for region in (1, 2, 4):
        words = ["-Xms400m", "-Xmx400m", FLAG["g1"], f"-XX:G1HeapRegionSize={region}m"]
        shares.append(run(words, large, 5.0)[1].direct_share)
    assert shares == [0.3, 0.0, 0.0]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 1e8), max_size=15), st.floats(1e6, 1e8), st.integers(1, 99), st.integers(1, 15))
def test_a_higher_target_survivor_ratio_never_lowers_the_threshold(
    ages: list[float], survivor: float, ratio: int, maximum: int
) -> None:
    assert tenuring_threshold(ages, survivor, ratio, maximum) <= tenuring_threshold(ages, survivor, ratio + 1, maximum)


@pytest.mark.parametrize("jdk", RELEASES["serial"])
def test_a_heap_of_fixed_size_has_no_collection_to_grow(jdk: int) -> None:
    words = fixed(heap="800m", young="100m")
    tally, _ = run(words, STEADY, 30.0, jdk=jdk)
    assert all(pause.kind == "young" for pause in tally.pauses)


HOSTILE: dict[str, dict[str, Any]] = {
    "a terabyte a second": {"allocation": {"rate": "1 TB/s"}},
    "live set as large as the heap": {"lifetimes": {"retained": "400m"}},
    "live set beyond the heap": {"lifetimes": {"retained": "2g"}},
    "nothing allocated to speak of": {"allocation": {"rate": 1e-3}},
    "ten days": {"duration": "10d"},
    "ten days of a fast program": {"duration": "10d", "allocation": {"rate": "2 GB/s"}},
    "everything lives": {"lifetimes": {"components": [{"share": "100%", "mean": "1h"}]}},
    "instant deaths": {"lifetimes": {"components": [{"share": "50%", "mean": "1ns"}]}},
    "one processor": {"machine": {"cpus": 1, "memory": "1g"}},
    "huge objects": {"allocation": {"rate": "100 MB/s", "large": {"share": "50%", "size": "300m"}}},
    "a leak": {"lifetimes": {"growth": "50 MB/s"}},
}


@pytest.mark.parametrize("collector", list(RELEASES))
@pytest.mark.parametrize("name", list(HOSTILE))
def test_every_run_ends_soon_whatever_the_profile(collector: str, name: str) -> None:
    outcome: Outcome | None = None
    started = time.process_time()
    try:
        outcome = simulate(profile(collector, **HOSTILE[name]), [FLAG[collector], "-Xmx400m"], replicates=1)
    except AdvisorError as refusal:
        assert refusal.message
    assert time.process_time() - started < 20
    if outcome is not None:
        assert 0 <= outcome.throughput <= 1
        assert outcome.heap_peak_bytes <= 400 * MIB * 1.001
        if "beyond the heap" in name:
            assert outcome.oom


@pytest.mark.parametrize("collector", list(RELEASES))
def test_a_tiny_heap_is_out_of_memory_or_runs(collector: str) -> None:
    outcome = simulate(profile(collector), [FLAG[collector], "-Xmx4m", "-Xms4m"], replicates=1)
    assert outcome.oom or (outcome.pauses.count or 0) > 100


def test_the_overhead_limit_counts_full_collections_that_take_all_time_and_free_nothing() -> None:
    limit = OverheadLimit(enabled=True, time_percent=98, free_percent=2)
    ends = [limit.full(1.0, 0.001, eden_free_share=0.0, old_free_share=0.01) for _ in range(40)]
    assert ends == [False] * 4 + [True] * 36
    limit.young(0.001, 1.0)
    assert not limit.full(1.0, 0.0, eden_free_share=0.0, old_free_share=0.0)


@pytest.mark.parametrize(("enabled", "free"), [(False, 0.0), (True, 0.03)])
def test_without_the_limit_or_with_room_nothing_ends(enabled: bool, free: float) -> None:
    limit = OverheadLimit(enabled=enabled, time_percent=98, free_percent=2)
    assert not any(limit.full(1.0, 0.0, eden_free_share=free, old_free_share=0.0) for _ in range(100))


def test_a_parallel_program_that_only_collects_is_ended_and_a_serial_one_goes_on() -> None:
    """All but a sliver of the heap lives: Parallel gives up (GC overhead limit exceeded), Serial collects on."""
    full = Workload(100.0 * MIB, retained=398.8 * MIB, build_s=4.5)
    words = "-XX:+UseGCOverheadLimit"
    serial = run(fixed(heap="400m", young="40m"), full, 10.0)[0]
    parallel = run(fixed(f"{SIZES} {words}", heap="400m", young="40m", collector="parallel"), full, 10.0)[0]
    switched_off = fixed(f"{SIZES} -XX:-UseGCOverheadLimit", heap="400m", young="40m", collector="parallel")
    assert parallel.oom
    assert parallel.collections <= run(switched_off, full, 10.0)[0].collections
    assert serial.collections >= parallel.collections
