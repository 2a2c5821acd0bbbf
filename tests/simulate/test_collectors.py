"""What every collector model has to do: a new one inherits these tests by standing in the tuple."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from advisor.model.machine import Collector
from advisor.model.outcome import Outcome
from advisor.simulate import collectors, simulate, simulate_many, supports
from advisor.simulate.collectors import COLLECTORS
from advisor.simulate.mutator import Component, Workload
from advisor.simulate.protocol import CollectorModel
from tests.simulate.programs import FLAG, MIB, RELEASES, USUAL, fixed, profile, run

NAMES = [str(model.collector) for model in COLLECTORS]
PAIRS = [(name, jdk) for name, releases in RELEASES.items() for jdk in releases]
PAGED = frozenset({Collector.ZGC, Collector.ZGC_GENERATIONAL, Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL})
"""Collectors whose heap is one space of pages; explicit collections run beside the program."""
QUIET: dict[str, Any] = {"allocation": {"rate": "10 kB/s"}, "lifetimes": {}}
"""A program that fills no heap in a minute."""
STOPPING = [name for name in NAMES if Collector(name) not in PAGED]
BUSY = Workload(
    150.0 * MIB,
    (Component(0.08, 0.3), Component(0.03, 4.0)),
    retained=40.0 * MIB,
    build_s=2.0,
    growth=0.2 * MIB,
    burstiness=0.6,
    slot_s=0.4,
)


def test_every_module_of_the_folder_stands_in_the_tuple() -> None:
    modules = {f"{collectors.__name__}.{found.name}" for found in pkgutil.iter_modules(collectors.__path__)}
    assert {model.__module__ for model in COLLECTORS} == modules
    assert len({model.collector for model in COLLECTORS}) == len(COLLECTORS)


def test_the_simulator_supports_what_stands_in_the_tuple_alone() -> None:
    assert [c for c in Collector if supports(c)] == [c for c in Collector if str(c) in NAMES]


@pytest.mark.parametrize("collector", NAMES)
def test_the_same_seed_gives_the_same_outcome_and_another_seed_another(collector: str) -> None:
    program = profile(collector, allocation={"rate": "100 MB/s", "burstiness": 0.5})
    flags = fixed(collector=collector)
    first = simulate(program, flags, seed=3, replicates=3)
    assert simulate(program, flags, seed=3, replicates=3) == first
    assert simulate(program, flags, seed=4, replicates=3) != first


@pytest.mark.parametrize("collector", NAMES)
def test_parallel_simulation_equals_serial(collector: str) -> None:
    sets = [fixed(collector=collector, young=f"{size}m") for size in (40, 80, 160)]
    program = profile(collector, duration="20s")
    alone = simulate_many(program, sets, seed=1, replicates=2, jobs=1)
    assert alone == simulate_many(program, sets, seed=1, replicates=2, jobs=2)
    assert alone == [simulate(program, flags, seed=1, replicates=2) for flags in sets]


def _watch(times: list[float]) -> Callable[[CollectorModel], Callable[[float, str], None]]:
    def hook(model: CollectorModel) -> Callable[[float, str], None]:
        layout = model.setting.effective.layout  # type: ignore[attr-defined]

        def check(time: float, _name: str) -> None:
            times.append(time)
            assert 0 <= model.used() <= layout.max_heap * (1 + 1e-9)
            if model.collector in PAGED:
                return
            assert model.old.used <= model.old.limit * (1 + 1e-9)  # type: ignore[attr-defined]
            assert sum(model.old.live) <= model.old.used * (1 + 1e-6) + 1  # type: ignore[attr-defined]
            if model.collector is not Collector.G1:  # its young generation has another size after each collection
                assert model.young.used <= model.young.capacity * (1 + 1e-9)  # type: ignore[attr-defined]

        return check

    return hook


@pytest.mark.parametrize(("collector", "jdk"), PAIRS)
@pytest.mark.parametrize("heap", ["-Xms200m -Xmx200m", "-Xms200m -Xmx200m -Xmn40m", "-Xms32m -Xmx200m"])
def test_bytes_are_conserved_spaces_hold_and_the_clock_runs_forward(collector: str, jdk: int, heap: str) -> None:
    times: list[float] = []
    flags = f"{heap} {FLAG[collector]}".split()
    tally, _ = run(flags, BUSY, 40.0, jdk=jdk, preloaded=5.0 * MIB, trace=_watch(times))
    assert tally.preloaded + tally.allocated == pytest.approx(tally.reclaimed + tally.live_used, rel=1e-9)
    assert tally.allocated == pytest.approx(150 * MIB * 40, rel=0.05)
    assert times == sorted(times)
    assert not tally.oom
    stopped = sum(pause.seconds * pause.weight for pause in tally.pauses)
    assert tally.wall_s == pytest.approx(40.0 + stopped + tally.waited_s)


@pytest.mark.parametrize(("collector", "jdk"), PAIRS)
def test_a_live_set_beyond_the_heap_is_an_out_of_memory_error_and_one_that_fits_is_not(
    collector: str, jdk: int
) -> None:
    flags = fixed(collector=collector, heap="100m", young="30m")
    leak = Workload(50.0 * MIB, growth=2.0 * MIB)
    assert run(flags, leak, 30.0, jdk=jdk)[0].oom is False
    assert run(flags, leak, 80.0, jdk=jdk)[0].oom is True
    assert run(flags, Workload(50.0 * MIB), 1.0, jdk=jdk, preloaded=120.0 * MIB)[0].oom is True


@pytest.mark.parametrize("collector", NAMES)
def test_a_small_initial_heap_grows_before_the_program_runs_out_of_memory(collector: str) -> None:
    flags = f"-Xms32m -Xmx300m {FLAG[collector]}".split()
    tally, model = run(flags, Workload(20.0 * MIB), 20.0, jdk=USUAL[collector], preloaded=230.0 * MIB)
    assert not tally.oom
    assert model.used() >= 230 * MIB


@pytest.mark.parametrize("collector", STOPPING)
def test_explicit_collections_are_full_unless_disabled(collector: str) -> None:
    program = profile(collector, references={"explicit_gc_per_hour": 720}, duration="61s")
    flags = fixed(collector=collector)
    assert simulate(program, flags, replicates=1).cycles["full"] == 12
    assert simulate(program, (*flags, "-XX:+DisableExplicitGC"), replicates=1).cycles["full"] == 0


@pytest.mark.parametrize("collector", [name for name in NAMES if name not in STOPPING])
def test_explicit_collections_run_beside_the_program_unless_disabled(collector: str) -> None:
    program = profile(collector, references={"explicit_gc_per_hour": 720}, **{**QUIET, "duration": "61s"})
    flags = fixed(collector=collector)
    asked = simulate(program, flags, replicates=1)
    assert (asked.cycles["full"], asked.cycles["concurrent"]) == (0, 12)
    assert simulate(program, (*flags, "-XX:+DisableExplicitGC"), replicates=1).cycles["concurrent"] == 0


def old_collections(outcome: Outcome) -> int:
    """Collections of the old generation, whether the program stopped for them or not."""
    return (outcome.cycles["full"] or 0) + (outcome.cycles["concurrent"] or 0)


@pytest.mark.parametrize("collector", NAMES)
@pytest.mark.parametrize(
    ("used", "size", "count"), [("20m", "21m", 0), ("33m", "21m", 1), ("90m", "21m", 3), ("90m", "128m", 0)]
)
def test_metadata_thresholds_cause_collections_of_old(collector: str, used: str, size: str, count: int) -> None:
    """21, 35 and 58 MB: each collection raises the threshold to used / 0.6."""
    program = profile(collector, metaspace={"used": used}, **QUIET)
    flags = (*fixed(collector=collector), f"-XX:MetaspaceSize={size}")
    assert old_collections(simulate(program, flags, replicates=1)) == count


@pytest.mark.parametrize("collector", STOPPING)
def test_a_thinned_run_tells_what_the_whole_run_tells(collector: str) -> None:
    program = profile(collector, duration="1500s", lifetimes={"components": [{"share": "6%", "mean": "5s"}]})
    # Adaptive sizing of old goes on for hundreds of full collections; a thinned run sees fewer of its last sizes.
    flags = fixed("-XX:-UseAdaptiveSizePolicy", collector=collector, heap="300m", young="60m")
    whole = simulate(program, flags, replicates=1, max_collections=100_000)
    thin = simulate(program, flags, replicates=1, max_collections=300)
    assert (whole.pauses.count or 0) > 2500
    assert thin.pauses.count == pytest.approx(whole.pauses.count, rel=0.02)
    assert thin.pauses.total_ms == pytest.approx(whole.pauses.total_ms, rel=0.03)
    assert old_collections(thin) == pytest.approx(old_collections(whole), abs=2, rel=0.03)
    assert old_collections(whole) > 20
    assert thin.pauses.p99_ms == pytest.approx(whole.pauses.p99_ms, rel=0.1)


@pytest.mark.parametrize("collector", ["serial", "parallel", "cms"])
def test_objects_larger_than_eden_go_straight_to_the_old_generation(collector: str) -> None:
    large = Workload(100.0 * MIB, large_share=0.5, large_size=70 * MIB)
    flags = fixed(collector=collector, heap="400m", young="64m")
    tally, model = run(flags, large, 20.0, jdk=USUAL[collector])
    fulls = sum(1 for pause in tally.pauses if pause.kind == "full")
    assert model.direct_share == 0.5
    assert fulls == pytest.approx(0.5 * 100 * 20 / 336, abs=1)


def test_dead_humongous_objects_are_freed_by_young_collections() -> None:
    large = Workload(100.0 * MIB, large_share=0.5, large_size=3 * MIB)
    tally, model = run(fixed(collector="g1", heap="400m", young="64m"), large, 20.0)
    assert model.direct_share == 0.5
    assert {pause.kind for pause in tally.pauses} == {"young"}
    assert tally.reclaimed > 0.9 * 100 * MIB * 20
