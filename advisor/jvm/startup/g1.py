"""G1's own settings: threads, regions, young generation, mark stack.

Source: HotSpot g1Arguments.cpp, heapRegion.cpp, g1YoungGenSizer.cpp, g1ConcurrentMark.cpp (JDK 11),
heapRegionRemSet.cpp, g1CardSet.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, align_up
from advisor.jvm.startup.heap import HUGEST_REGION, LARGEST_REGION, align_heap
from advisor.jvm.startup.state import FlagState
from advisor.jvm.startup.threads import pause_threads
from advisor.model.quantities import MIB

_SMALLEST_REGION = MIB
_REGIONS = 2048
_UINT = 2**32 - 1
"""Numbers of regions have 32 bits."""
_CHUNK = 1024
"""Entries of one chunk of the mark stack."""
TASK_QUEUE = 1 << 17
"""Entries of one worker's queue."""


def set_up(state: FlagState, cpus: int) -> None:
    """Threads, goals and their defaults (G1Arguments::initialize)."""
    parallel = pause_threads(state, cpus)
    state.assign("ParallelGCThreads", parallel)
    if state.has("G1UseConcRefinement") and not state.on("G1UseConcRefinement"):
        state.assign("G1ConcRefinementThreads", 0)
    else:
        state.decide_default("G1ConcRefinementThreads", parallel)
    if state.is_default("ConcGCThreads") or state.number("ConcGCThreads") == 0:
        state.decide("ConcGCThreads", max(1, (parallel + 2) // 4))
    if state.is_default("GCTimeRatio") or state.number("GCTimeRatio") == 0:
        state.assign("GCTimeRatio", 9 if state.jdk == 8 else 12)
    state.assign_default("MaxGCPauseMillis", 200)
    state.assign_default("GCPauseIntervalMillis", state.number("MaxGCPauseMillis") + 1)
    if parallel > 1 and state.jdk > 8:
        state.assign_default("ParallelRefProcEnabled", True)
    if state.jdk < 25 and state.is_default("GCDrainStackTargetSize"):
        state.decide("GCDrainStackTargetSize", min(state.number("GCDrainStackTargetSize"), TASK_QUEUE // 4))
    _mark_stack(state)


def _mark_stack(state: FlagState) -> None:
    if state.jdk <= 11:
        state.assign_default("MarkStackSizeMax", 128 * TASK_QUEUE)
    if state.is_default("MarkStackSize"):
        wanted = max(state.number("MarkStackSize"), state.number("ConcGCThreads") * TASK_QUEUE)
        state.decide("MarkStackSize", min(state.number("MarkStackSizeMax"), wanted))
    if state.jdk >= 25:
        _whole_chunks(state)


def _whole_chunks(state: FlagState) -> None:
    """The mark stack grows by doubling from a power of two of its chunks (g1ConcurrentMark.cpp)."""
    first = 1 << (align_up(max(state.number("MarkStackSize"), 1), _CHUNK) - 1).bit_length()
    state.decide("MarkStackSizeMax", max(first, align_up(state.number("MarkStackSizeMax"), _CHUNK)))
    state.decide("MarkStackSize", first)


def region_size(state: FlagState) -> int:
    """A power of two, about a 2048th of the heap, or near what is given."""
    given = state.number("G1HeapRegionSize")
    if state.jdk <= 11:
        average = (state.number("InitialHeapSize") + state.number("MaxHeapSize")) // 2
        size = max(average // _REGIONS, _SMALLEST_REGION) if state.is_default("G1HeapRegionSize") else given
        return min(max(1 << max(size, 1).bit_length() - 1, _SMALLEST_REGION), LARGEST_REGION)
    usual = min(max(state.number("MaxHeapSize") // _REGIONS, _SMALLEST_REGION), LARGEST_REGION)
    size = given or usual
    largest = HUGEST_REGION if state.jdk >= 21 else LARGEST_REGION
    return min(max(1 << (size - 1).bit_length(), _SMALLEST_REGION), largest)


def size_regions(state: FlagState) -> int:
    """Region size, the heap in whole regions, the limit of the young generation; returns the region size."""
    region = region_size(state)
    if state.number("G1HeapRegionSize") != region:
        state.decide("G1HeapRegionSize", region)
    _remembered_sets(state, region)
    align_heap(state, max(CARD_ALIGNMENT, region), region)
    _limit_young(state, region)
    return region


def _remembered_sets(state: FlagState, region: int) -> None:
    doublings = max(0, region.bit_length() - MIB.bit_length())
    if state.is_default("G1RSetSparseRegionEntries"):
        factor = doublings + 1 if state.jdk <= 11 else 1 << (doublings + 1)
        state.assign("G1RSetSparseRegionEntries", state.number("G1RSetSparseRegionEntriesBase") * factor or 4 * factor)
    if state.is_default("G1RSetRegionEntries"):
        state.assign("G1RSetRegionEntries", 256 * (doublings + 1))
    if state.jdk >= 17 and state.has("G1EagerReclaimRemSetThreshold"):
        state.decide_default("G1EagerReclaimRemSetThreshold", state.number("G1RSetSparseRegionEntries"))


def young_regions(state: FlagState, regions: int, region: int) -> tuple[int, int]:
    """Fewest and most young regions of a heap of so many (recalculate_min_max_young_length)."""
    asked_least, asked_most = state.is_asked("NewSize"), state.is_asked("MaxNewSize")
    if state.is_asked("NewRatio") and not (asked_least or asked_most):
        fixed = max(0 if state.jdk <= 11 else 1, regions // (state.number("NewRatio") + 1))
        return fixed, fixed
    least = max(1, state.number("NewSize") // region & _UINT)
    most = max(1, state.number("MaxNewSize") // region & _UINT)
    if not asked_least:
        least = max(1, regions * state.number("G1NewSizePercent") // 100)
    if not asked_most:
        most = max(1, regions * state.number("G1MaxNewSizePercent") // 100)
        return least, max(least, most) if asked_least else most
    return (least, most) if asked_least else (min(least, most), most)


def _limit_young(state: FlagState, region: int) -> None:
    asked = state.is_asked("NewSize") or state.is_asked("MaxNewSize")
    fixed = state.is_asked("NewRatio") and not asked
    if not fixed and state.number("NewSize") > state.number("MaxNewSize"):
        if state.is_asked("MaxNewSize"):
            state.note("young over most young")
        state.decide("MaxNewSize", state.number("NewSize"))
    most = young_regions(state, state.number("MaxHeapSize") // region, region)[1] * region
    if most != state.number("MaxNewSize"):
        state.decide("MaxNewSize", most)
