"""The memory a JVM needs beside its heap, and the largest heap that a limit leaves room for.

Sources: the GC tables' share of the heap was measured with native memory tracking on JDK 11, 17, 21 and 25; metaspace
per class, thread count and code cache follow Cloud Foundry's and Paketo's memory calculators and HotSpot's defaults.
Estimates stand in for what a profile does not say; they grow with the limit: small containers hold small programs.
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.jvm.commandline import FlagValue
from advisor.jvm.ergonomics import Effective
from advisor.model.machine import Collector
from advisor.model.profile import WorkloadProfile
from advisor.model.quantities import KIB, MIB

CLASS_BYTES = 5_800
"""Metadata of a class, and the fixed part below: Cloud Foundry java-buildpack-memory-calculator, calculator.go."""
METADATA_FIXED_BYTES = 14_000_000
COMMITTED_OVER_USED = 1.15
"""Metaspace committed over metaspace used, with room for a little growth."""
STACK_TOUCHED = 100 * KIB
"""What a thread touches of its stack, at the upper end of what is usual; the rest of the stack is only reserved."""
JVM_ITSELF = 20 * MIB
"""Libraries, symbol and string tables, malloc arenas of a JVM that does nothing."""
HEAP_TO_CONTAINER = 2
"""A container is about twice the heap of the program in it (heaps of half the limit are the usual advice)."""
HEADROOM_SHARE = 0.05
HEADROOM_LEAST, HEADROOM_MOST = 12 * MIB, 1024 * MIB


@dataclass(frozen=True, slots=True)
class Parts:
    """Memory beside the heap, in bytes."""

    metaspace: int
    code_cache: int
    stacks: int
    direct: int
    gc: int
    jvm: int

    @property
    def total(self) -> int:
        """All parts together."""
        return self.metaspace + self.code_cache + self.stacks + self.direct + self.gc + self.jvm


def _clamp(size: float, low: int, high: int) -> int:
    return int(min(max(size, low), high))


def headroom(limit_bytes: int) -> int:
    """What stays free of a limit for what no model counts: malloc fragmentation, page cache, agents."""
    return _clamp(limit_bytes * HEADROOM_SHARE, HEADROOM_LEAST, HEADROOM_MOST)


def beside_heap(profile: WorkloadProfile, effective: Effective) -> Parts:
    """Every part beside the heap, for the heap that is in effect."""
    fixed = _fixed_parts(profile, effective, _scale(profile, effective))
    gc = gc_tables(effective.jdk, effective.collector, effective.layout.max_heap, effective.parallel_gc_threads)
    return Parts(gc=gc, **fixed)


def heap_budget(profile: WorkloadProfile, effective: Effective) -> int:
    """The largest heap, in whole MB, with which all parts and the head-room stay within the memory; 0 if none does.

    The same for every heap that is in effect, and on a shared machine on the safe side.
    """
    limit = int(profile.machine.memory)
    left = limit - headroom(limit) - sum(_fixed_parts(profile, effective, limit).values())
    share, constant = _gc_share(effective.jdk, effective.collector, effective.parallel_gc_threads)
    heap = int((left - constant) / (1 + share)) // MIB * MIB
    return max(0, heap)


def resident(profile: WorkloadProfile, effective: Effective, heap_touched_bytes: int) -> int:
    """Predicted resident memory when the program has touched so much of the heap."""
    fixed = _fixed_parts(profile, effective, _scale(profile, effective))
    gc = gc_tables(effective.jdk, effective.collector, heap_touched_bytes, effective.parallel_gc_threads)
    return heap_touched_bytes + gc + sum(fixed.values())


def gc_tables(jdk: int, collector: Collector, heap_bytes: int, gc_threads: int) -> int:
    """Card tables, mark bitmaps, region data, worker stacks: what the collector keeps about a heap of that size."""
    share, constant = _gc_share(jdk, collector, gc_threads)
    return int(heap_bytes * share) + constant


def _gc_share(jdk: int, collector: Collector, gc_threads: int) -> tuple[float, int]:
    """(share of the heap, constant bytes). Constants were measured with 8 GC threads and shrink with fewer.

    Native memory tracking at start-up, -Xms=-Xmx 2g and 8g: slope and constant per release. G1's remembered sets, CMS's
    mark bitmap and ZGC's live maps are touched later and are added here at what is usual for them.
    """
    workers = min(max(gc_threads, 1), 8) / 8
    match collector:
        case Collector.SERIAL | Collector.EPSILON:
            return 0.0033, MIB // 4
        case Collector.PARALLEL:
            return (0.0190 if jdk >= 25 else 0.0365), int(28 * MIB * workers)
        case Collector.CMS:
            return 0.0039 + 1 / 64, int(18 * MIB * workers)
        case Collector.G1:
            tables, remembered = (0.0196, 0.01) if jdk >= 21 else (0.0378, 0.02)
            return tables + remembered, int(57 * MIB * workers)
        case Collector.ZGC:
            return 0.01, int((16 if jdk <= 11 else 64) * MIB * workers)
        case Collector.ZGC_GENERATIONAL:
            return 1 / 32, int(64 * MIB * workers)
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            return (0.016 if jdk <= 11 else 0.031), 8 * MIB


def _fixed_parts(profile: WorkloadProfile, effective: Effective, limit: int) -> dict[str, int]:
    """The parts beside heap and tables, by the names of `Parts`; what is not known is guessed from `limit`."""
    return {
        "metaspace": _capped(_metaspace(profile, limit), effective.value("MaxMetaspaceSize")),
        "code_cache": _capped(_code_cache(profile, limit), effective.value("ReservedCodeCacheSize")),
        "stacks": _stacks(profile, limit),
        "direct": _direct(profile, effective, limit),
        "jvm": JVM_ITSELF,
    }


def _scale(profile: WorkloadProfile, effective: Effective) -> int:
    """What the size of the program is guessed from: its container's limit, or its heap on a machine that it shares."""
    memory = int(profile.machine.memory)
    return memory if profile.machine.container else min(memory, HEAP_TO_CONTAINER * effective.layout.max_heap)


def _capped(size: int, cap: FlagValue | None) -> int:
    """A size under the flag that limits it; 0 and absent mean no limit."""
    if isinstance(cap, int) and not isinstance(cap, bool) and cap > 0:
        return min(size, cap)
    return size


def _metaspace(profile: WorkloadProfile, limit: int) -> int:
    metaspace = profile.metaspace
    if metaspace.used is not None:
        return int(metaspace.used * (COMMITTED_OVER_USED + (0.25 if metaspace.growing else 0.0)))
    if metaspace.classes is not None:
        return metaspace.classes * CLASS_BYTES + METADATA_FIXED_BYTES
    return _clamp(limit * 0.09, 20 * MIB, 128 * MIB)


def _code_cache(profile: WorkloadProfile, limit: int) -> int:
    if profile.code_cache is not None:
        return int(profile.code_cache * COMMITTED_OVER_USED)
    return _clamp(limit * 0.06, 12 * MIB, 96 * MIB)


def _stacks(profile: WorkloadProfile, limit: int) -> int:
    if profile.threads is not None:
        return profile.threads.count * min(int(profile.threads.stack), STACK_TOUCHED)
    return _clamp(limit / (16 * MIB), 30, 250) * STACK_TOUCHED


def _direct(profile: WorkloadProfile, effective: Effective, limit: int) -> int:
    """What the program says it uses, with a margin; the JVM's own 8 kB buffers per thread otherwise."""
    if profile.direct_memory is not None:
        return _capped(int(profile.direct_memory * 1.1), effective.value("MaxDirectMemorySize"))
    return _clamp(limit * 0.01, 2 * MIB, 16 * MIB)
