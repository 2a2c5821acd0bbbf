"""Memory beside the heap: the collectors' tables against native memory tracking, and the arithmetic of the budget."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.jvm.commandline import parse_words
from advisor.jvm.ergonomics import effective
from advisor.jvm.footprint import beside_heap, gc_tables, headroom, heap_budget, resident
from advisor.model.machine import Collector, Machine
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import GIB, MIB, Bytes
from tests import jvms

TRACKED = {Collector.SERIAL: "-XX:+UseSerialGC", Collector.PARALLEL: "-XX:+UseParallelGC", Collector.G1: "-XX:+UseG1GC"}


def tracked_gc_bytes(jdk: int, option: str, heap_mb: int) -> int:
    """What native memory tracking of the real JVM counts as GC at the end of a run that does nothing."""
    tracking = ["-XX:+UnlockDiagnosticVMOptions", "-XX:NativeMemoryTracking=summary", "-XX:+PrintNMTStatistics"]
    sizes = [f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m", "-XX:ActiveProcessorCount=8"]
    command = [str(jvms.install(jdk)), *tracking, *sizes, option, "-version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found = re.search(r"-\s+GC \(reserved=\d+(?:KB)?, committed=(\d+)(KB)?\)", done.stdout)
    assert found
    return int(found[1]) * (1024 if found[2] else 1)  # JDK 11 prints kilobytes, later ones bytes


@pytest.mark.jvm
@pytest.mark.parametrize("jdk", [11, 17, 21, 25])
@pytest.mark.parametrize("collector", list(TRACKED))
def test_tables_are_never_below_what_the_jvm_commits(jdk: int, collector: Collector) -> None:
    """Our figure holds what is committed at start-up, and not half as much again (G1: remembered sets come later)."""
    for heap_mb in (512, 2048):
        real = tracked_gc_bytes(jdk, TRACKED[collector], heap_mb)
        ours = gc_tables(jdk, collector, heap_mb * MIB, 8)
        assert ours >= real * 0.95 - MIB
        assert ours <= real * 1.5 + 4 * MIB + heap_mb * MIB // 50


def profile(**parts: Any) -> WorkloadProfile:
    """JDK 17, 2 CPUs, 2 GB."""
    return WorkloadProfile.model_validate({"jdk": 17, "machine": {"cpus": 2, "memory": "2g"}, **parts})


def test_known_parts_are_counted_with_their_margin() -> None:
    known = profile(threads={"count": 100}, metaspace={"classes": 10_000}, code_cache="100m", direct_memory="50m")
    parts = beside_heap(known, effective(17, known.machine, parse_words(["-XX:+UseSerialGC"])))
    assert parts.metaspace == 10_000 * 5_800 + 14_000_000
    assert parts.stacks == 100 * 100 * 1024
    assert parts.code_cache == int(100 * MIB * 1.15)
    assert parts.direct == int(50 * MIB * 1.1)
    assert parts.total == sum((parts.metaspace, parts.stacks, parts.code_cache, parts.direct, parts.gc, parts.jvm))


def test_limits_cap_their_parts() -> None:
    known = profile(metaspace={"used": "300m"}, code_cache="200m", direct_memory="400m")
    words = ["-XX:MaxMetaspaceSize=320m", "-XX:ReservedCodeCacheSize=64m", "-XX:MaxDirectMemorySize=100m"]
    parts = beside_heap(known, effective(17, known.machine, parse_words(words)))
    assert (parts.metaspace, parts.code_cache, parts.direct) == (320 * MIB, 64 * MIB, 100 * MIB)


@given(
    st.integers(200, 300_000),
    st.sampled_from(["-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC", "-XX:+UseZGC"]),
    st.integers(1, 64),
)
def test_a_heap_of_the_budget_fits_with_everything_beside_it(memory_mb: int, option: str, cpus: int) -> None:
    limit = memory_mb * MIB
    machine = Machine(cpus=cpus, memory=Bytes(limit))
    known = profile(machine={"cpus": cpus, "memory": limit})
    heap = heap_budget(known, effective(17, machine, parse_words([option])))
    if heap:
        result = effective(17, machine, parse_words([option, f"-Xmx{heap // MIB}m"]))
        assert heap + beside_heap(known, result).total + headroom(limit) <= limit + 64 * MIB
        assert resident(known, result, heap) <= limit


def test_a_small_container_keeps_a_usable_heap() -> None:
    """The JVM itself takes 126 MB of 256 MB; the budget does not fall below that."""
    known = profile(machine={"cpus": 1, "memory": "256m"})
    assert heap_budget(known, effective(17, known.machine, parse_words(["-XX:+UseSerialGC"]))) >= 126 * MIB


def test_headroom_grows_with_the_limit_between_bounds() -> None:
    assert headroom(100 * MIB) == 12 * MIB
    assert headroom(2 * GIB) == int(2 * GIB * 0.05)
    assert headroom(100 * GIB) == GIB
