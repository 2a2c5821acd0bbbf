"""The choice of a collector, its threads, and what single collectors ask of their flags.

Sources: gcConfig.cpp, workerPolicy.cpp, g1Arguments.cpp, zArguments.cpp, shenandoahArguments.cpp,
shenandoahHeapRegion.cpp, epsilonArguments.cpp; checked on JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from advisor.jvm.relations.base import G1, SELECTORS, SHENANDOAH, ZGC, Broken, Relation, Together, size
from advisor.model.machine import Collector
from advisor.model.quantities import KIB, MIB, TIB

THREADED = (*G1, *ZGC, *SHENANDOAH, Collector.PARALLEL, Collector.CMS)
LEAST_REGIONS = 10
LEAST_REGION = 256 * KIB
MOST_REGION = 32 * MIB
Z_LIMIT = 16 * TIB
_HEURISTICS = ("adaptive", "static", "compact", "aggressive")
_MODES, _MODES_21 = ("satb", "passive", "generational"), ("satb", "iu", "passive")
_Z_PAGE, _Z_MEDIUM_PAGE = 2 * MIB, 32 * MIB
_OWN_CHOICE = {Collector.SERIAL: "UseSerialGC", Collector.G1: "UseG1GC"}


def _none_left(line: Together) -> str | None:
    """The JVM's own choice is switched off: it does not look for another."""
    choice = _OWN_CHOICE.get(line.collector)
    if choice is None or not line.off(choice) or any(line.on(name) for name in SELECTORS):
        return None
    return f"{choice}, the JVM's own choice here, is off and no other is on"


def _no_threads(flag: str) -> Broken:
    def broken(line: Together) -> str | None:
        return f"{line.collector} needs at least one thread" if line.number(flag) == 0 else None

    return broken


def _concurrent_over_parallel(line: Together) -> str | None:
    given, parallel = line.number("ConcGCThreads"), line.effective.parallel_gc_threads
    if given is None or not parallel or given <= parallel:
        return None
    return f"ConcGCThreads ({given:g}) is more than ParallelGCThreads ({parallel})"


def _shenandoah_mode(line: Together) -> str | None:
    mode, known = line.values.get("ShenandoahGCMode"), _MODES if line.jdk >= 25 else _MODES_21
    if not isinstance(mode, str) or mode in known:
        return None
    return f"{mode!r} is no mode of JDK {line.jdk}; there are {', '.join(known)}"


def _shenandoah_heuristics(line: Together) -> str | None:
    """The modes passive and generational bring their own, whatever the name."""
    name, mode = line.values.get("ShenandoahGCHeuristics"), line.values.get("ShenandoahGCMode")
    if not isinstance(name, str) or name in _HEURISTICS or (name and mode in ("passive", "generational")):
        return None
    return f"{name!r} is no heuristic here; there are {', '.join(_HEURISTICS)}"


def _shenandoah_regions(line: Together) -> str | None:
    """The order of HotSpot's own checks."""
    heap = line.effective.layout.max_heap
    asked = line.number("ShenandoahRegionSize")
    least = line.number("ShenandoahMinRegionSize") or LEAST_REGION
    most = line.number("ShenandoahMaxRegionSize") or MOST_REGION
    if asked:
        if asked > heap / LEAST_REGIONS:
            return f"a heap of {size(heap)} has no room for {LEAST_REGIONS} regions of {size(asked)}"
        if not least <= asked <= most:
            return f"a region of {size(asked)} is outside {size(least)} .. {size(most)}"
        return None
    if least > heap / LEAST_REGIONS:
        return f"a heap of {size(heap)} has no room for {LEAST_REGIONS} regions of {size(least)}"
    if least < LEAST_REGION or most < LEAST_REGION:
        return f"a region has at least {size(LEAST_REGION)}"
    if least > most:
        return f"ShenandoahMinRegionSize ({size(least)}) is more than ShenandoahMaxRegionSize ({size(most)})"
    tlab = line.number("MinTLABSize") or 0
    return f"MinTLABSize ({size(tlab)}) is more than the least region ({size(least)})" if least < tlab else None


def _epsilon(line: Together) -> str | None:
    layout = line.effective.layout
    if layout.initial_heap != layout.max_heap:
        return "Epsilon wants -Xms equal to -Xmx, lest it stalls while the heap grows"
    return None if line.on("AlwaysPreTouch") else "Epsilon wants AlwaysPreTouch, lest it stalls at first touch"


def _epsilon_tlab(line: Together) -> str | None:
    most, least = line.number("EpsilonMaxTLABSize"), line.number("MinTLABSize")
    most, least = 4 * MIB if most is None else most, 2 * KIB if least is None else least
    return f"EpsilonMaxTLABSize is raised to MinTLABSize ({size(least)})" if most < least else None


def _g1_buffer(line: Together) -> str | None:
    """Held against the range only where G1 is asked for before."""
    value, names = line.number("G1UpdateBufferSize"), list(line.given)
    if value is None or 1 <= value < 1 << 32 or not line.on("UseG1GC"):
        return None
    if names.index("UseG1GC") > names.index("G1UpdateBufferSize"):
        return None
    return f"G1UpdateBufferSize ({value:g}) is outside 1 .. 4294967295"


def _deoptimize_transactions(line: Together) -> str | None:
    wanted = line.on("UseRTMForStackLocks") and not line.on("UseRTMLocking")
    return "UseRTMForStackLocks needs UseRTMLocking" if wanted else None


def _z_heap(line: Together) -> str | None:
    heap = line.effective.layout.max_heap
    return f"ZGC has heaps of up to {size(Z_LIMIT)}, not {size(heap)}" if heap > Z_LIMIT else None


def _z_small_heap(line: Together) -> str | None:
    """JDK 11 keeps a small page for each worker and a medium one, and wants more than that (zHeap.cpp)."""
    heap = line.effective.layout.max_heap
    kept = max(line.effective.parallel_gc_threads, line.effective.conc_gc_threads) * _Z_PAGE + _Z_MEDIUM_PAGE
    return f"a heap of {size(heap)} is too small for ZGC, which keeps {size(kept)} of it" if heap <= kept else None


def _z_least_heap(line: Together) -> str | None:
    """A single page is full before the first class runs."""
    heap = line.effective.layout.max_heap
    return f"a heap of {size(heap)} is too small for ZGC" if heap <= _Z_PAGE else None


def _deduplication(line: Together) -> str | None:
    wanted = line.on("UseStringDeduplication")
    return f"{line.collector} of JDK {line.jdk} has no string deduplication" if wanted else None


def _fixed_workers(line: Together) -> str | None:
    asked = line.on("UseDynamicNumberOfGCThreads")
    return "Shenandoah works with a fixed number of threads and switches it off" if asked else None


def _zone(flag: str) -> Broken:
    """Zones are numbers of buffers; in cards they have to fit into a word."""

    def broken(line: Together) -> str | None:
        buffers, cards = line.number(flag), line.number("G1UpdateBufferSize") or 256
        return f"{flag} ({buffers:g}) is too large" if buffers and buffers * cards >= 1 << 64 else None

    return broken


def _too_many(flag: str, limit: int) -> Broken:
    def broken(line: Together) -> str | None:
        count = line.number(flag)
        return f"what {count:g} threads need does not fit into memory" if count is not None and count >= limit else None

    return broken


_NO_DEDUPLICATION = (Collector.SERIAL, Collector.PARALLEL, Collector.CMS)
RELATIONS: tuple[Relation, ...] = (
    Relation(SELECTORS, _none_left, first=11),
    Relation(("ParallelGCThreads",), _no_threads("ParallelGCThreads"), collectors=THREADED),
    Relation(("ParallelGCThreads",), _too_many("ParallelGCThreads", 1 << 20), collectors=(*G1, Collector.PARALLEL)),
    Relation(("ActiveProcessorCount",), _too_many("ActiveProcessorCount", 1 << 20)),
    Relation(("ConcGCThreads",), _too_many("ConcGCThreads", (1 << 31) - 1), collectors=G1),
    Relation(("G1ConcRefinementThreads",), _too_many("G1ConcRefinementThreads", 1 << 20), last=11, collectors=G1),
    Relation(("G1ConcRefinementThreads",), _too_many("G1ConcRefinementThreads", 1 << 26), collectors=G1),
    Relation(("ConcGCThreads",), _no_threads("ConcGCThreads"), collectors=(*ZGC, *SHENANDOAH)),
    Relation(
        ("ConcGCThreads", "ParallelGCThreads"), _concurrent_over_parallel, last=17,
        collectors=(*G1, Collector.CMS), unknown="cpus",
    ),
    Relation(
        ("ConcGCThreads", "ParallelGCThreads"), _concurrent_over_parallel, collectors=SHENANDOAH, unknown="cpus",
    ),
    Relation(("ShenandoahGCMode",), _shenandoah_mode, collectors=SHENANDOAH),
    Relation(("ShenandoahGCHeuristics", "ShenandoahGCMode"), _shenandoah_heuristics, collectors=SHENANDOAH),
    Relation(
        ("UseShenandoahGC", "ShenandoahRegionSize", "ShenandoahMinRegionSize", "ShenandoahMaxRegionSize"),
        _shenandoah_regions, collectors=SHENANDOAH, unknown="heap",
    ),
    Relation(("UseDynamicNumberOfGCThreads",), _fixed_workers, "warning", first=25, collectors=SHENANDOAH),
    Relation(
        ("UseEpsilonGC",), _epsilon, "warning", last=17, collectors=(Collector.EPSILON,),
    ),
    Relation(("EpsilonMaxTLABSize", "MinTLABSize"), _epsilon_tlab, "warning", collectors=(Collector.EPSILON,)),
    Relation(("G1UpdateBufferSize",), _g1_buffer, first=25, collectors=G1),
    *(
        Relation((flag, "G1UpdateBufferSize"), _zone(flag), first=17, last=17, collectors=G1)
        for flag in ("G1ConcRefinementGreenZone", "G1ConcRefinementYellowZone", "G1ConcRefinementRedZone")
    ),
    Relation(("UseRTMForStackLocks",), _deoptimize_transactions, "warning"),
    Relation(("UseZGC",), _z_heap, first=17, collectors=ZGC),
    Relation(("UseZGC",), _z_least_heap, collectors=(Collector.ZGC_GENERATIONAL,), unknown="heap"),
    Relation(("UseZGC",), _z_small_heap, last=11, collectors=ZGC, unknown="heap"),
    Relation(
        ("UseStringDeduplication",), _deduplication, "warning", "other-collectors-flag", last=16,
        collectors=_NO_DEDUPLICATION,
    ),
    Relation(
        ("UseStringDeduplication",), _deduplication, "warning", first=17, last=17,
        collectors=(*_NO_DEDUPLICATION, *ZGC),
    ),
    Relation(
        ("UseStringDeduplication",), _deduplication, "warning", first=17, collectors=(Collector.EPSILON,),
    ),
)  # fmt: skip
