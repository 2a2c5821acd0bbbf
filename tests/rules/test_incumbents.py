"""Mistakes that other tuners make, as profiles on which we must not make them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.jvm.commandline import flag_values, parse_words
from advisor.jvm.constraints import judge
from advisor.jvm.ergonomics import effective
from advisor.model.profile import WorkloadProfile
from advisor.model.recommendation import Recommendation
from advisor.recommend import recommend

MIB = 1 << 20


def advised(**parts: Any) -> Recommendation:
    """The recommendation for a profile, unsimulated."""
    base: dict[str, Any] = {"jdk": 17, "machine": {"cpus": 4, "memory": "8g"}}
    return recommend(WorkloadProfile.model_validate({**base, **parts}), simulated=False)


def value(result: Recommendation, name: str) -> Any:
    """What a recommendation sets a flag to, or None."""
    return flag_values(parse_words(result.flags), result.jdk).get(name)


@pytest.mark.parametrize("peak", range(1025, 1366, 20))
def test_a_heap_is_never_rounded_below_the_observed_peak(peak: int) -> None:
    """Argus cuts 1.5 times the peak down to whole gigabytes: 1g for a peak of 1300 MB."""
    result = advised(observed={"collector": "g1", "duration": "600s", "heap_max": "2g", "heap_peak_used": f"{peak}m"})
    assert result.memory.parts["heap"] >= peak * MIB


@pytest.mark.parametrize("promotion", ["5 MB/s", "200 MB/s"])
def test_g1_keeps_its_adaptive_young_generation(promotion: str) -> None:
    """Argus sets NewRatio=2 or -Xmn for high promotion: under G1 that pins young at a third of the heap."""
    result = advised(
        allocation={"rate": "400 MB/s"},
        lifetimes={"retained": "1g"},
        observed={"collector": "g1", "duration": "600s", "promotion": promotion, "young_count": 800, "full_count": 3},
        goals={"priority": "latency"},
    )
    assert result.collector == "g1"
    assert not {"NewRatio", "NewSize", "MaxNewSize"} & set(flag_values(parse_words(result.flags), 17))


@pytest.mark.parametrize(("collector", "memory", "cpus"), [("g1", "8g", 4), ("serial", "1g", 1), ("parallel", "8g", 4)])
def test_a_default_pause_goal_is_not_advice(collector: str, memory: str, cpus: int) -> None:
    """Argus answers a p99 above 200 ms with MaxGCPauseMillis=200: the default of G1, and nothing to Serial."""
    result = advised(
        machine={"cpus": cpus, "memory": memory},
        lifetimes={"retained": "300m"},
        observed={
            "collector": collector,
            "duration": "600s",
            "pause_p99": "400ms",
            "pause_max": "1s",
            "young_count": 99,
        },
        goals={"limits": ["p99_pause < 200ms"]},
    )
    found = value(result, "MaxGCPauseMillis")
    assert found != 200
    assert found is None or result.collector == "g1"


def test_metadata_collections_are_answered_by_the_threshold_not_by_a_limit() -> None:
    """Argus sets MaxMetaspaceSize, which neither moves the threshold nor is harmless."""
    result = advised(observed={"collector": "g1", "duration": "600s", "metadata_collections": 4, "young_count": 99})
    assert value(result, "MetaspaceSize") == 128 * MIB
    assert value(result, "MaxMetaspaceSize") is None


@pytest.mark.parametrize(("jdk", "wanted"), [(21, True), (25, None)])
def test_generations_of_zgc_are_asked_for_only_where_that_means_anything(jdk: int, wanted: bool | None) -> None:
    """Argus proposes ZGenerational on 23, where it is the default and deprecated."""
    result = advised(
        jdk=jdk,
        machine={"cpus": 16, "memory": "32g"},
        lifetimes={"retained": "4g"},
        goals={"limits": ["p99_pause < 5ms"]},
    )
    assert value(result, "UseZGC") is True
    assert value(result, "ZGenerational") is wanted


@pytest.mark.parametrize("memory", [256, 300, 512, 700])
def test_small_containers_keep_room_beside_the_heap(memory: int) -> None:
    """Kruize's code gives half or four fifths whatever stands beside the heap."""
    result = advised(machine={"cpus": 1, "memory": f"{memory}m"})
    assert sum(result.memory.parts.values()) + result.memory.headroom_bytes == memory * MIB
    assert result.memory.headroom_bytes > 0


@pytest.mark.parametrize("jdk", [11, 17])
@pytest.mark.parametrize("heap", ["4g", "16g"])
def test_shenandoah_is_never_assumed(jdk: int, heap: str) -> None:
    """Kruize picks Shenandoah for any JDK 11 to 16 with 4 GB, whatever the vendor ships."""
    for goals in ({}, {"limits": ["max_pause < 10ms"]}, {"priority": "latency"}):
        assert value(advised(jdk=jdk, machine={"cpus": 8, "memory": heap}, goals=goals), "UseShenandoahGC") is None


@settings(max_examples=200)
@given(
    st.integers(1, 5000),
    st.floats(0.001, 600),
    st.integers(1, 3000),
    st.integers(0, 50),
    st.sampled_from(["1g", "2g", "3900m"]),
)
def test_the_cms_fraction_is_always_a_sane_percentage(
    promotion_mb: int, cycle_s: float, live_mb: int, failures: int, memory: str
) -> None:
    """JTune printed negative fractions: its formula was not clamped."""
    machine = {"cpus": 4, "memory": memory}
    live = min(live_mb, 600)
    result = advised(
        jdk=8,
        machine=machine,
        allocation={"rate": f"{promotion_mb * 3} MB/s"},
        lifetimes={"retained": f"{live}m"},
        observed={
            "collector": "cms",
            "duration": "600s",
            "promotion": f"{promotion_mb} MB/s",
            "concurrent_cycle": f"{cycle_s}s",
            "young_count": 900,
            "promotion_failures": failures,
        },
        goals={"priority": "latency"},
    )
    fraction = value(result, "CMSInitiatingOccupancyFraction")
    assert fraction is None or 20 <= fraction <= 90
    if fraction is not None:
        assert value(result, "UseCMSInitiatingOccupancyOnly") is True


def test_an_old_generation_is_never_sized_by_the_young_flag() -> None:
    """ExKaSeT's tuner passes the old size as -Xmn."""
    result = advised(
        jdk=17,
        allocation={"rate": "100 MB/s"},
        lifetimes={"retained": "1g"},
        observed={"collector": "parallel", "duration": "600s", "young_count": 99, "pause_max": "100ms"},
    )
    layout = effective(
        17,
        WorkloadProfile.model_validate({"jdk": 17, "machine": {"cpus": 4, "memory": "8g"}}).machine,
        parse_words(result.flags),
    ).layout
    assert layout.old_max >= 1.3 * (1 << 30)


def test_the_budget_is_never_oversubscribed() -> None:
    """A published example of a memory calculator spends 106 MB more than its 2 GB."""
    result = advised(
        machine={"cpus": 2, "memory": "2g"},
        threads={"count": 250},
        metaspace={"classes": 28_339},
        code_cache="240m",
        direct_memory="10m",
        lifetimes={"retained": "500m"},
    )
    assert result.refused is None
    assert sum(result.memory.parts.values()) <= 2 << 30
    assert result.memory.parts["metaspace"] >= 174_185 * 1024 * 0.98
    assert result.memory.parts["heap"] >= 500 * MIB


@pytest.mark.parametrize("memory", range(36, 70, 2))
def test_heaps_never_stand_on_the_compressed_oops_cliff(memory: int) -> None:
    """Apache Beam set 32 << 30 to keep compressed oops, which end exactly there."""
    for live in ("4g", "10g", "14g", None):
        lifetimes = {"retained": live} if live else {}
        result = advised(
            machine={"cpus": 16, "memory": f"{memory}g"}, lifetimes=lifetimes, goals={"priority": "throughput"}
        )
        heap = value(result, "MaxHeapSize")
        assert heap is None or not 31 << 30 < heap < 48 << 30


def test_zgc_is_not_refused_for_small_heaps_nor_tied_to_compressed_oops() -> None:
    """joa warns of ZGC below 32 GB."""
    result = advised(
        jdk=21, machine={"cpus": 8, "memory": "8g"}, lifetimes={"retained": "1g"}, goals={"limits": ["max_pause < 5ms"]}
    )
    assert value(result, "UseZGC") is True
    assert not any("compressed" in warning.lower() for warning in result.warnings)


@pytest.mark.parametrize("jdk", [8, 11, 17, 21, 25])
@pytest.mark.parametrize("memory", ["24g", "45g", "120g"])
def test_class_pointers_stay_compressed_whatever_the_heap(jdk: int, memory: str) -> None:
    """joa ties compressed class pointers to the 32 GB limit of heap references."""
    result = advised(jdk=jdk, machine={"cpus": 8, "memory": memory}, goals={"priority": "throughput"})
    machine = WorkloadProfile.model_validate({"jdk": jdk, "machine": {"cpus": 8, "memory": memory}}).machine
    assert value(result, "UseCompressedClassPointers") is None
    assert effective(jdk, machine, parse_words(result.flags)).value("UseCompressedClassPointers") is not False


@pytest.mark.parametrize("priority", ["throughput", "balanced", "latency"])
@pytest.mark.parametrize("jdk", [8, 17])
def test_young_never_takes_what_old_needs(jdk: int, priority: str) -> None:
    """-Xmn heap/3 beside a large live set is Argus's advice; full collections then run in the place of young ones."""
    live = 900 * MIB
    machine = {"cpus": 1 if priority == "balanced" else 4, "memory": "2g"}
    result = advised(jdk=jdk, machine=machine, lifetimes={"retained": live}, goals={"priority": priority})
    profile = WorkloadProfile.model_validate({"jdk": jdk, "machine": machine})
    layout = effective(jdk, profile.machine, parse_words(result.flags)).layout
    if result.collector == "g1":
        assert not {"NewRatio", "NewSize", "MaxNewSize"} & set(flag_values(parse_words(result.flags), jdk))
    else:
        assert layout.young_max <= 0.6 * (layout.max_heap - live)


@pytest.mark.parametrize("jdk", [8, 11, 17, 21, 25])
@pytest.mark.parametrize("priority", ["latency", "throughput", "footprint", "balanced"])
@pytest.mark.parametrize("cpus", [1, 2, 8])
def test_flags_of_one_collector_never_leak_into_another(jdk: int, priority: str, cpus: int) -> None:
    """Red Hat's images set Parallel's threads and ratios for every collector."""
    result = advised(
        jdk=jdk,
        machine={"cpus": cpus, "memory": "4g"},
        lifetimes={"retained": "700m"},
        allocation={"rate": "150 MB/s"},
        goals={"priority": priority, "limits": ["throughput > 95%"]},
    )
    verdicts = judge(parse_words(result.flags), jdk)
    assert [v for v in verdicts if v.check == "other-collectors-flag"] == []
    assert value(result, "GCTimeRatio") != 4


def test_low_profile_containers_get_a_working_heap() -> None:
    """A flat static budget leaves 48 MB of 650 MB, or 168 MB of 768 MB; a fixed 80 % of 2000 MB goes over it."""
    for memory, least in ((650, 250), (768, 300), (2000, 900)):
        result = advised(machine={"cpus": 2, "memory": f"{memory}m"})
        assert result.memory.parts["heap"] >= least * MIB
        assert sum(result.memory.parts.values()) <= memory * MIB
