"""Serial, Parallel and CMS: threads, free ratios, survivors, tenuring.

Source: HotSpot parallelArguments.cpp, cmsArguments.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, CMS_YOUNG_PER_WORKER, align_down, align_up
from advisor.jvm.startup.platform import PAGE
from advisor.jvm.startup.state import FlagState
from advisor.jvm.startup.threads import pause_threads
from advisor.model.quantities import KIB

_CMS_OLDEST_AGE = 6
_CMS_NO_SURVIVORS = 1024
_CMS_OLD_BUFFER, _CMS_STATIC_OLD_BUFFER = 16, 50


def set_up_parallel(state: FlagState, cpus: int) -> None:
    """ParallelArguments::initialize."""
    if state.is_default("UseParallelOldGC"):
        state.assign("UseParallelOldGC", True)
    state.assign("UseParallelGC", True)
    parallel = pause_threads(state, cpus)
    state.assign("ParallelGCThreads", parallel)
    if state.on("UseAdaptiveSizePolicy"):
        state.assign_default("MinHeapFreeRatio", 0)
        state.assign_default("MaxHeapFreeRatio", 100)
    if not state.is_default("SurvivorRatio"):
        for name in ("InitialSurvivorRatio", "MinSurvivorRatio"):
            state.assign_default(name, state.number("SurvivorRatio") + 2)
    if state.jdk in (17, 21) or (state.jdk <= 11 and state.on("UseParallelOldGC")):
        state.assign_default("MarkSweepDeadRatio", 1)
    if state.jdk >= 17 and parallel > 1:
        state.assign_default("ParallelRefProcEnabled", True)


def set_up_cms(state: FlagState, cpus: int) -> None:
    """CMSArguments::initialize, and what the collector adds when it is made."""
    if not state.on("ClassUnloading"):
        state.ask("CMSClassUnloadingEnabled", False)
    state.assign("UseAdaptiveSizePolicy", False)
    state.assign_default("ParallelGCThreads", pause_threads(state, cpus))
    state.assign_default("YoungPLABSize", KIB)
    state.assign_default("OldPLABSize", KIB)
    if state.on("UseCompressedOops"):
        state.assign("ParGCUseLocalOverflow", True)
    if state.is_default("MaxNewSize") and state.is_default("NewRatio"):
        _size_young_by_threads(state)
    if state.is_default("MaxTenuringThreshold") and state.is_default("SurvivorRatio"):
        state.decide("MaxTenuringThreshold", _CMS_OLDEST_AGE)
    if state.is_default("SurvivorRatio") and state.number("MaxTenuringThreshold") == 0:
        state.decide("SurvivorRatio", _CMS_NO_SURVIVORS)
    _promotion_buffers(state)


def _size_young_by_threads(state: FlagState) -> None:
    """No more young generation than the threads copy in a short pause."""
    heap, ratio = align_down(state.number("MaxHeapSize"), CARD_ALIGNMENT), max(1, state.number("NewRatio"))
    most = heap // (ratio + 1)
    if not state.on("CMSIgnoreYoungGenPerWorker"):
        per_worker = state.number("CMSYoungGenPerWorker") or CMS_YOUNG_PER_WORKER
        most = min(most, align_down(per_worker * state.number("ParallelGCThreads") * 13 // 10, 8))
    most = align_up(most, PAGE)
    state.decide("MaxNewSize", most if state.is_default("NewSize") else max(state.number("NewSize"), most))
    least = state.number("NewSize") if state.is_asked("NewSize") else most
    if heap <= least or state.number("MinHeapSize") <= least:
        return
    if state.is_default("NewSize"):
        state.decide("NewSize", min(most, max(state.number("NewSize"), least)))
    if state.is_default("OldSize") and heap > state.number("NewSize"):
        state.decide("OldSize", min(ratio * state.number("NewSize"), heap - state.number("NewSize")))


def start_cms(state: FlagState) -> None:
    """The collector's concurrent threads (CMSCollector); with a single one it works without a pool, and says 0."""
    if state.on("CMSConcurrentMTEnabled"):
        state.assign_default("ConcGCThreads", (state.number("ParallelGCThreads") + 3) // 4)
    if state.on("CMSConcurrentMTEnabled") and state.number("ConcGCThreads") > 1:
        state.assign("CMSCleanOnEnter", False)
        return
    state.assign("CMSConcurrentMTEnabled", False)
    state.assign("ConcGCThreads", 0)


def _promotion_buffers(state: FlagState) -> None:
    if not state.is_default("OldPLABSize"):
        return
    if not state.is_default("ResizeOldPLAB") and not state.on("ResizeOldPLAB"):
        state.decide("OldPLABSize", _CMS_STATIC_OLD_BUFFER)
    else:
        state.assign("OldPLABSize", _CMS_OLD_BUFFER)
