"""Laws of the shipped rule pack over hostile profiles: sizes that no one has, logs that contradict themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.jvm.constraints import accepted, judge
from advisor.jvm.ergonomics import effective
from advisor.model.goals import Priority
from advisor.model.machine import JDKS, Jdk
from advisor.model.profile import WorkloadProfile
from advisor.rules import Proposals, propose

MIB, GIB = 1 << 20, 1 << 30

COLLECTORS = {
    8: ("serial", "parallel", "cms", "g1", "shenandoah"),
    11: ("serial", "parallel", "cms", "g1", "zgc", "shenandoah"),
    17: ("serial", "parallel", "g1", "zgc", "shenandoah"),
    21: ("serial", "parallel", "g1", "zgc", "zgc-generational", "shenandoah"),
    25: ("serial", "parallel", "g1", "zgc-generational", "shenandoah", "shenandoah-generational"),
}
CONCURRENT = ("zgc", "zgc-generational", "shenandoah", "shenandoah-generational")
FAILURES = (
    "humongous_allocations", "metadata_collections", "explicit_collections", "concurrent_mode_failures",
    "promotion_failures", "evacuation_failures", "allocation_stalls", "degenerated", "heap_grew", "full_count",
)  # fmt: skip
TIMES = ("concurrent_cycle", "remark_max", "pause_mean", "pause_p99", "pause_max", "time_to_safepoint_max")


def log_sizes(low: float, high: float) -> st.SearchStrategy[int]:
    """Whole bytes, evenly spread over the orders of magnitude."""
    return st.floats(0, 1).map(lambda share: round(low * (high / low) ** share))


@st.composite
def logs(draw: st.DrawFn, jdk: int) -> dict[str, Any]:
    """What a log may claim: every figure may be absent, and none needs to fit another."""
    heap = draw(log_sizes(8 * MIB, 256 * GIB))
    young = round(heap * draw(st.floats(0.02, 0.9)))
    figures: dict[str, Any] = {
        "heap_max": heap,
        "heap_peak_used": round(heap * draw(st.floats(0.05, 1))),
        "young_capacity": young,
        "old_capacity": heap - young,
        "survived_per_young": round(young * draw(st.floats(0, 1))),
        "promotion": draw(log_sizes(1, 4 * GIB)),
        "young_count": draw(st.integers(0, 10**6)),
        "mixed_count": draw(st.integers(0, 1000)),
        "concurrent_cycles": draw(st.integers(0, 1000)),
        "throughput": draw(st.floats(0, 1)),
        **{name: f"{draw(st.floats(1e-4, 1e3)):.4f}s" for name in TIMES},
    }
    kept = draw(st.sets(st.sampled_from(sorted(figures))))
    counts = {name: draw(st.sampled_from([0, 0, 1, 3, 30, 4000])) for name in FAILURES}
    collector, duration = draw(st.sampled_from(COLLECTORS[jdk])), f"{draw(st.floats(0.1, 1e6)):.1f}s"
    return {"collector": collector, "duration": duration, **counts, **{name: figures[name] for name in sorted(kept)}}


@st.composite
def goals(draw: st.DrawFn, memory: int) -> dict[str, Any]:
    """Any priority with up to four limits."""
    pause = draw(st.sampled_from(["p50_pause", "mean_pause", "p99_pause", "p99_9_pause", "max_pause"]))
    limits = [
        f"{pause} < {draw(st.integers(1, 20_000))}ms",
        f"throughput > {draw(st.sampled_from([1, 50, 90, 95, 99, 99.99]))}%",
        f"rss < {round(memory * draw(st.floats(0.05, 1))) + 1}",
        f"heap < {round(memory * draw(st.floats(0.05, 1))) + 1}",
    ]
    priority = draw(st.sampled_from(["balanced", "latency", "throughput", "footprint"]))
    return {"priority": priority, "limits": [limit for limit in limits if draw(st.booleans())]}


@st.composite
def profiles(draw: st.DrawFn, known: frozenset[str] = frozenset()) -> WorkloadProfile:
    """1 to 128 CPUs, 64 MB to 400 GB, any live set that fits, any rate, any part unknown that is not in `known`."""
    jdk, memory = draw(st.sampled_from(JDKS)), draw(log_sizes(64, 400 * 1024)) * MIB
    rate = draw(log_sizes(1000, 20 * GIB))
    parts: dict[str, Any] = {
        "lifetimes": {
            "retained": round(memory * draw(st.floats(0.001, 0.97))),
            "growth": draw(st.sampled_from([0, 0, 1, 10**7])),
        },
        "allocation": {
            "rate": rate,
            "peak": rate * draw(st.floats(1, 30)),
            "large": {"share": draw(st.floats(0, 1)), "size": draw(log_sizes(1000, 4 * GIB))},
        },
        "threads": {"count": draw(st.integers(0, 20_000))},
        "metaspace": {"used": draw(log_sizes(MIB, 4 * GIB)), "growing": draw(st.booleans())},
        "code_cache": draw(log_sizes(MIB, GIB)),
        "direct_memory": round(memory * draw(st.floats(0, 0.9))),
        "references": {
            **{kind: draw(log_sizes(1, 10**6)) for kind in ("soft", "weak", "final", "phantom")},
            "explicit_gc_per_hour": draw(st.sampled_from([0, 1, 1000])),
            "uses_direct_buffers": draw(st.booleans()),
        },
        "observed": draw(logs(jdk)),
        "goals": draw(goals(memory)),
        "duration": f"{draw(st.floats(0.1, 1e6)):.1f}s",
        "flags": draw(st.sampled_from(["-Xmx1g", "-XX:+UseSerialGC -Xmn10m", "-XX:+DisableExplicitGC"])),
    }
    kept = known | draw(st.sets(st.sampled_from(sorted(parts))))
    machine = {
        "cpus": draw(st.sampled_from([1, 2, 3, 4, 8, 48, 128])),
        "memory": memory,
        "container": draw(st.booleans()),
    }
    return WorkloadProfile.model_validate(
        {"jdk": jdk, "machine": machine, **{name: parts[name] for name in sorted(kept)}}
    )


def values(found: Proposals) -> dict[str, Any]:
    """Flag -> value of what is proposed."""
    return {proposed.flag: proposed.value for proposed in found.proposals}


HOSTILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@HOSTILE
@given(profiles())
def test_no_profile_makes_the_pack_contradict_itself_or_a_jvm_complain(profile: WorkloadProfile) -> None:
    found = propose(profile)
    options = found.flag_set(profile.jdk)
    assert found.refused or accepted(options, profile.jdk, profile.machine), [
        verdict.message for verdict in judge(options, profile.jdk, profile.machine)
    ]


@HOSTILE
@given(profiles())
def test_flags_go_to_the_collector_that_reads_them(profile: WorkloadProfile) -> None:
    found = propose(profile)
    collector, flags = found.facts["collector"], values(found)
    if collector == "g1":
        assert not {"NewSize", "MaxNewSize", "NewRatio", "SurvivorRatio"} & flags.keys()
        assert flags.get("MaxGCPauseMillis") != 200
    else:
        assert "MaxGCPauseMillis" not in flags
        assert not any(name.startswith("G1") or name == "InitiatingHeapOccupancyPercent" for name in flags)
    if collector in CONCURRENT:
        assert not {"NewSize", "MaxNewSize", "SurvivorRatio", "GCTimeRatio", "ParallelGCThreads"} & flags.keys()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(JDKS),
    st.sampled_from([(1, "balanced"), (1, "footprint"), (4, "throughput"), (16, "throughput"), (4, "latency")]),
    log_sizes(200, 16_000),
    st.floats(0.05, 0.6),
    st.sampled_from([None, "1 MB/s", "200 MB/s", "2000 MB/s"]),
)
def test_old_holds_the_live_set_and_can_take_young_in(
    jdk: Jdk, case: tuple[int, Priority], memory_mb: int, share: float, rate: str | None
) -> None:
    """Where young cannot be promoted whole, full collections run in the place of young ones."""
    live = round(memory_mb * share) * MIB
    profile = WorkloadProfile.model_validate(
        {
            "jdk": jdk,
            "machine": {"cpus": case[0], "memory": memory_mb * MIB},
            "lifetimes": {"retained": live},
            "goals": {"priority": case[1]},
            **({"allocation": {"rate": rate}} if rate else {}),
        }
    )
    found = propose(profile)
    layout = effective(jdk, profile.machine, found.flag_set(jdk)).layout
    if found.refused or found.facts["collector"] == "g1" or layout.max_heap < live + 16 * MIB:
        return
    assert layout.young_max <= 0.62 * (layout.max_heap - live)
    assert layout.old_max >= live


@HOSTILE
@given(profiles(known=frozenset({"lifetimes"})))
def test_the_heap_is_within_the_budget_and_never_below_what_is_alive(profile: WorkloadProfile) -> None:
    found = propose(profile)
    if found.refused:
        assert profile.live is not None
        assert found.facts["heap_budget_bytes"] < max(profile.live * 1.1, 8 * MIB)
        return
    flags, live = values(found), profile.live
    heap = flags["MaxHeapSize"]
    assert live is not None
    assert 1.1 * live - 2 * MIB <= heap <= found.facts["heap_budget_bytes"]
    assert flags.get("InitialHeapSize", 0) <= found.facts["heap_max_bytes"]


@HOSTILE
@given(profiles())
def test_shares_and_counts_are_sane(profile: WorkloadProfile) -> None:
    flags = values(propose(profile))
    bounds = {
        "CMSInitiatingOccupancyFraction": (20, 90), "InitiatingHeapOccupancyPercent": (15, 85),
        "G1ReservePercent": (10, 40), "G1MaxNewSizePercent": (6, 60), "G1NewSizePercent": (1, 5),
        "MaxGCPauseMillis": (5, 1000), "GCTimeRatio": (4, 99), "ZAllocationSpikeTolerance": (3, 8),
        "SurvivorRatio": (2, 7), "ConcGCThreads": (1, profile.machine.cpus),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        assert low <= flags.get(name, low) <= high, name
    region = flags.get("G1HeapRegionSize", MIB)
    assert MIB <= region <= 32 * MIB
    assert region & (region - 1) == 0
