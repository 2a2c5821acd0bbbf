"""Flags that follow from the collector, the heap and other flags, beyond the sizes of the heap itself.

Sources: HotSpot metaspace.cpp, arguments.cpp, zArguments.cpp, zHeuristics.cpp, shenandoahArguments.cpp,
epsilonArguments.cpp; checked on JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.jvm.commandline import FlagValue
from advisor.jvm.heap_sizing import HeapLayout, align_down, align_up, integer
from advisor.model.machine import Collector
from advisor.model.quantities import GIB, KIB, MIB

_PAGE = 4 * KIB
_METASPACE_SIZE = {8: 21_807_104, 11: 21_807_104}
_METASPACE_SIZE_LATER = 22_020_096
_METASPACE_STEPS = {"MinMetaspaceExpansion": 340_784, "MaxMetaspaceExpansion": 5_452_592}
_CLASS_SPACE_UNIT = 16 * MIB
"""From JDK 16 on the class space is a whole number of metaspace root chunks' reservations."""
_BOOT_LOADER_METASPACE = 4 * MIB
_MAX_AGE = 15
_HEAP_ASKED = ("MaxHeapSize", "MaxRAMPercentage", "MaxRAMFraction")
"""With one of them ZGC takes the whole heap for wanted; a size that it chose itself it tries not to fill."""


def derived(
    jdk: int, collector: Collector, heap: HeapLayout, values: Mapping[str, FlagValue], concurrent: int, oops: bool
) -> dict[str, FlagValue]:
    """Every derived flag by name; the caller lets the command line win except where a flag is in `adjusted`."""
    result = _metaspace(jdk, values)
    result["UseCompressedClassPointers"] = oops if jdk <= 11 else True
    match collector:
        case Collector.ZGC | Collector.ZGC_GENERATIONAL:
            result |= _zgc(jdk, collector, heap, values, concurrent)
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            result |= _shenandoah(jdk, collector, heap)
        case Collector.EPSILON:
            result |= {"ExitOnOutOfMemoryError": True, "MinHeapDeltaBytes": 172_032}
        case Collector.G1:
            result["GCPauseIntervalMillis"] = (integer(values, "MaxGCPauseMillis") or 200) + 1
        case Collector.PARALLEL:
            result["UseParallelOldGC"] = True
        case _:
            pass
    return result


def adjusted(jdk: int, values: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    """Flags whose given values the JVM rounds, bounds, or overrides by another flag."""
    result: dict[str, FlagValue] = {**_ages(values), **_given_metaspace(jdk, values)}
    fraction = integer(values, "MaxRAMFraction")
    if fraction and "MaxRAMPercentage" not in values:
        result["MaxRAMPercentage"] = 100 / fraction
    return result


def _metaspace(jdk: int, values: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    unit = _PAGE if jdk <= 11 else 64 * KIB
    result: dict[str, FlagValue] = {name: align_down(size, unit) for name, size in _METASPACE_STEPS.items()}
    most = integer(values, "MaxMetaspaceSize")
    if jdk <= 11 and most is None:
        result["MaxMetaspaceSize"] = 2**64 - _PAGE
    size = _METASPACE_SIZE.get(jdk, _METASPACE_SIZE_LATER)
    result["MetaspaceSize"] = size if most is None else min(size, most)
    if most is not None:
        result["CompressedClassSpaceSize"] = _class_space(jdk, most)
    return result


def _class_space(jdk: int, most: int) -> int:
    """What of MaxMetaspaceSize is reserved for classes: 80 % from JDK 16 on, before that all but the boot loader's."""
    if jdk >= 17:
        return min(GIB, align_up(most * 0.8, _CLASS_SPACE_UNIT))
    return min(GIB, max(most - 2 * _BOOT_LOADER_METASPACE, _PAGE)) if most > 2 * _BOOT_LOADER_METASPACE else GIB


def _given_metaspace(jdk: int, values: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    result: dict[str, FlagValue] = {}
    given, most = integer(values, "CompressedClassSpaceSize"), integer(values, "MaxMetaspaceSize")
    if given and jdk >= 17:
        limit = GIB * 4 if most is None else align_up(most * 0.8, _CLASS_SPACE_UNIT)
        result["CompressedClassSpaceSize"] = min(align_up(given, _CLASS_SPACE_UNIT), limit)
    size = integer(values, "MetaspaceSize")
    if size and most is not None:
        result["MetaspaceSize"] = min(size, most)
    return result


def _ages(values: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    """AlwaysTenure and NeverTenure set the ages; of several settings the last one counts."""
    oldest = integer(values, "MaxTenuringThreshold")
    for name in reversed(list(values)):
        if name == "MaxTenuringThreshold" and oldest is not None:
            break
        if name in ("AlwaysTenure", "NeverTenure") and values[name] is True:
            oldest = 0 if name == "AlwaysTenure" else _MAX_AGE + 1
            break
    if oldest is None:
        return {}
    result: dict[str, FlagValue] = {"MaxTenuringThreshold": oldest}
    initial = integer(values, "InitialTenuringThreshold")
    if oldest < (7 if initial is None else initial):
        result["InitialTenuringThreshold"] = oldest
    result |= {"AlwaysTenure": oldest == 0, "NeverTenure": oldest > _MAX_AGE}
    return result


def _zgc(
    jdk: int, collector: Collector, heap: HeapLayout, values: Mapping[str, FlagValue], concurrent: int
) -> dict[str, FlagValue]:
    result: dict[str, FlagValue] = {}
    if jdk <= 11:
        result |= {"ClassUnloading": False, "ClassUnloadingWithConcurrentMark": False}
    if heap.min_heap == heap.max_heap:
        result["ZUncommit"] = False
    if collector is Collector.ZGC_GENERATIONAL:
        result |= {"ZOldGCThreads": concurrent, "ZYoungGCThreads": concurrent, "ZFragmentationLimit": 5.0}
        result["LogEventsBufferEntries"] = 250
        if not any(name in values for name in _HEAP_ASKED):
            result["SoftMaxHeapSize"] = heap.max_heap * 9 // 10
        result["MaxTenuringThreshold"] = _z_oldest_age(heap.max_heap, concurrent)
    elif jdk >= 17:
        result["ZFragmentationLimit"] = 25.0
        if values.get("UseDynamicNumberOfGCThreads", True) is True:
            result["ZAllocationSpikeTolerance"] = 1.0
    if jdk >= 25:
        result["TLABSize"] = 256 * KIB
    return result


def _z_oldest_age(max_heap: int, threads: int) -> int:
    """The largest age whose pages, one of each kind per age and thread, stay about within a quarter of the heap."""
    medium = 1 << max(max_heap // 32, 1).bit_length() - 1
    medium = min(medium, 32 * MIB) if medium > 2 * MIB else 0
    per_age = medium + 2 * MIB * threads
    return next((age for age in range(_MAX_AGE) if per_age * age >= max_heap / 4), _MAX_AGE)


def _shenandoah(jdk: int, collector: Collector, heap: HeapLayout) -> dict[str, FlagValue]:
    result: dict[str, FlagValue] = {"TLABAllocationWeight": 90, "ShenandoahImplicitGCInvokesConcurrent": True}
    if jdk >= 17:
        result["LogEventsBufferEntries"] = 250
    if jdk >= 25:
        result["GCPauseIntervalMillis"] = 5000
    if heap.initial_heap == heap.max_heap:
        result["ShenandoahUncommit"] = False
    if collector is Collector.SHENANDOAH_GENERATIONAL:
        result["ShenandoahCardBarrier"] = True
    return result
