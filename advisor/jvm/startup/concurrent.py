"""ZGC, Shenandoah and Epsilon.

Source: HotSpot zArguments.cpp, zHeuristics.cpp, shenandoahArguments.cpp, shenandoahHeapRegion.cpp (setup_sizes),
shenandoah*Heuristics.cpp, epsilonArguments.cpp.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, align_up
from advisor.jvm.startup.heap import align_heap
from advisor.jvm.startup.platform import PAGE, page_size
from advisor.jvm.startup.state import FlagState
from advisor.jvm.startup.threads import choose_shenandoah_threads, z_threads
from advisor.model.quantities import KIB, MIB

_Z_GRANULE = 2 * MIB
_Z_MEDIUM_LARGEST = 32 * MIB
_Z_PARALLEL, _Z_CONCURRENT, _Z_STATIC = 0.6, 0.25, 0.125
_SHENANDOAH_LEAST_REGION = 256 * KIB
_SHENANDOAH_REGIONS = 2048
_SHENANDOAH_LEAST_REGIONS = 10
_SHENANDOAH_INTERVAL_MS = 5000


def poll_rarely(state: FlagState) -> None:
    """Counted loops get a safepoint in every thousand rounds."""
    if state.is_default("UseCountedLoopSafepoints"):
        state.assign("UseCountedLoopSafepoints", True)
        state.assign_default("LoopStripMiningIter", 1000)


def set_up_epsilon(state: FlagState) -> None:
    """EpsilonArguments::initialize."""
    state.assign_default("ExitOnOutOfMemoryError", True)
    if state.number("EpsilonMaxTLABSize") < state.number("MinTLABSize"):
        state.assign("EpsilonMaxTLABSize", state.number("MinTLABSize"))
    if not state.on("EpsilonElasticTLAB"):
        state.assign("EpsilonElasticTLABDecay", False)
    poll_rarely(state)


def size_epsilon_heap(state: FlagState) -> None:
    """The heap in pages."""
    align_heap(state, page_size(state), page_size(state))


def set_up_z(state: FlagState, cpus: int) -> None:
    """ZArguments::initialize of the one generation."""
    state.assign_default("UseNUMA", True)
    dynamic = state.jdk >= 17 and state.on("UseDynamicNumberOfGCThreads")
    state.assign_default("ParallelGCThreads", z_threads(state, cpus, _Z_PARALLEL))
    state.assign_default("ConcGCThreads", z_threads(state, cpus, _Z_CONCURRENT if dynamic else _Z_STATIC))
    if dynamic:
        state.assign_default("ZAllocationSpikeTolerance", 1.0)
    if state.jdk <= 11:
        state.assign("UseDynamicNumberOfGCThreads", True)
        state.assign("UseCompressedClassPointers", False)
        state.assign("ClassUnloading", False)
        state.assign("UseBiasedLocking", False)
        state.assign("ClassUnloadingWithConcurrentMark", False)
    else:
        state.assign_default("ZFragmentationLimit", 25.0)
    _finish_z(state)


def set_up_generational_z(state: FlagState, cpus: int) -> None:
    """ZArguments::initialize of the two generations."""
    state.assign_default("UseNUMA", True)
    _generation_threads(state, cpus)
    if not state.is_default("ZCollectionInterval"):
        state.decide_default("ZCollectionIntervalMajor", state.value("ZCollectionInterval"))
    state.assign_default("ZFragmentationLimit", 5.0)
    _oldest_age(state)
    state.assign_default("LogEventsBufferEntries", 250)
    if state.jdk >= 25:
        state.assign_default("TLABSize", 256 * KIB)
    _finish_z(state)


def _finish_z(state: FlagState) -> None:
    poll_rarely(state)
    state.assign("UseCompressedOops", False)
    state.assign("VerifyDuringStartup", False)
    state.assign("VerifyBeforeExit", False)
    if any(state.on(f"Verify{when}GC") for when in ("Before", "During", "After")):
        state.assign("ZVerifyRoots", True)
        state.assign("ZVerifyObjects", True)


def _generation_threads(state: FlagState, cpus: int) -> None:
    state.assign_default("ParallelGCThreads", z_threads(state, cpus, _Z_PARALLEL))
    dynamic = state.on("UseDynamicNumberOfGCThreads")
    most = state.number("ConcGCThreads")
    if state.is_default("ConcGCThreads"):
        most = z_threads(state, cpus, _Z_CONCURRENT if dynamic or state.jdk >= 21 else _Z_STATIC)
        given = [state.number(name) for name in ("ZYoungGCThreads", "ZOldGCThreads") if not state.is_default(name)]
        state.assign("ConcGCThreads", max([most, *given]))
    young = most if dynamic else max(1, int(most * 0.9))
    state.decide_default("ZYoungGCThreads", young)
    rest = state.number("ConcGCThreads") - state.number("ZYoungGCThreads")
    state.decide_default("ZOldGCThreads", most if dynamic else max(1, rest))


def _oldest_age(state: FlagState) -> None:
    """As many ages as pages of each leave three quarters of the heap."""
    asked = state.number("ZTenuringThreshold")
    if not state.is_default("ZTenuringThreshold") and asked != -1:
        state.decide_default("MaxTenuringThreshold", asked)
        if state.number("MaxTenuringThreshold") == 0:
            state.decide_default("AlwaysTenure", True)
    if not state.is_default("MaxTenuringThreshold"):
        return
    oldest, heap = state.number("MaxTenuringThreshold"), state.number("MaxHeapSize")
    per_age = _medium_page(heap) + _Z_GRANULE * state.number("ConcGCThreads")
    age = next((age for age in range(oldest) if per_age * age >= heap * 0.25), oldest)
    state.assign("MaxTenuringThreshold", age)
    if age == 0:
        state.assign_default("AlwaysTenure", True)


def _medium_page(heap: int) -> int:
    """A power of two up to a 32nd of the heap; none where that is no more than a small page."""
    size = 1 << max(heap // 32, 1).bit_length() - 1
    return min(size, _Z_MEDIUM_LARGEST) if size > _Z_GRANULE else 0


def size_z_heap(state: FlagState, *, generational: bool) -> None:
    """The heap in granules; one that nobody asked for is not to be filled."""
    asked = state.is_asked("MaxHeapSize") or state.is_asked("MaxRAMPercentage") or state.is_asked("SoftMaxHeapSize")
    if generational and not asked:
        state.decide("SoftMaxHeapSize", state.number("MaxHeapSize") * 90 // 100)
    align_heap(state, _Z_GRANULE, _Z_GRANULE)
    if generational and not asked:
        state.decide("SoftMaxHeapSize", state.number("MaxHeapSize") * 90 // 100)
    if state.on("ZUncommit") and state.number("MinHeapSize") == state.number("MaxHeapSize"):
        state.decide("ZUncommit", False)


def set_up_shenandoah(state: FlagState, cpus: int) -> None:
    """ShenandoahArguments::initialize."""
    if state.jdk <= 11:
        state.assign("ThreadLocalHandshakes", False)
        state.assign_default("ShenandoahSoftMaxHeapSize", state.number("MaxHeapSize"))
        state.assign_default("ParallelRefProcEnabled", True)
    state.assign_default("UseNUMA", True)
    choose_shenandoah_threads(state, cpus)
    if state.jdk >= 25:
        state.assign("UseDynamicNumberOfGCThreads", False)
        state.assign_default("GCPauseIntervalMillis", _SHENANDOAH_INTERVAL_MS)
    if state.on("ShenandoahRegionSampling"):
        state.assign_default("PerfDataMemorySize", 2048 * KIB)
    poll_rarely(state)
    state.assign_default("LogEventsBufferEntries", 250)
    if state.number("InitialHeapSize") == state.number("MaxHeapSize"):
        state.assign("ShenandoahUncommit", False)
    if not state.on("ClassUnloading"):
        state.assign("ClassUnloadingWithConcurrentMark", False)
    state.assign_default("TLABAllocationWeight", 90)


def shenandoah_region(state: FlagState, heap: int) -> int:
    """A 2048th of the heap between the bounds, or what is given, as a power of two."""
    if state.is_default("ShenandoahRegionSize"):
        size = heap // (state.number("ShenandoahTargetNumRegions") or _SHENANDOAH_REGIONS)
        size = min(max(state.number("ShenandoahMinRegionSize"), size), state.number("ShenandoahMaxRegionSize"))
    else:
        size = state.number("ShenandoahRegionSize")
    page = page_size(state)
    if align_up(heap, page) // align_up(max(size, 1), page) < _SHENANDOAH_LEAST_REGIONS:
        page = PAGE
    return 1 << align_up(max(size, 1), page).bit_length() - 1


def size_shenandoah_heap(state: FlagState) -> int:
    """The heap in whole regions; returns the region size."""
    state.assign_default("ShenandoahMinRegionSize", _SHENANDOAH_LEAST_REGION)
    heap = state.number("MaxHeapSize")
    if state.text("ShenandoahGCMode") == "generational":
        heap = align_up(heap, CARD_ALIGNMENT)
    region = shenandoah_region(state, heap)
    state.assign("MaxHeapSize", align_up(heap, page_size(state)))
    unit = max(region, page_size(state))
    align_heap(state, unit, unit)
    return region
