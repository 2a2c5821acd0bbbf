"""What a JVM of a release would run with: collector, heap layout, GC threads, and the final value of every flag.

Sources: HotSpot gcConfig.cpp, arguments.cpp, workerPolicy.cpp, g1Arguments.cpp, parallelArguments.cpp,
cmsArguments.cpp, compilationPolicy.cpp of the releases; checked on JDK 11, 17, 21 and 25. JDK 8 follows its source and
was not checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from advisor.jvm.catalog import FlagInfo, catalog
from advisor.jvm.commandline import FlagValue, flag_values
from advisor.jvm.derived_flags import adjusted, derived
from advisor.jvm.heap_sizing import (
    GENERATION_ALIGNMENT,
    HeapLayout,
    align_down,
    align_up,
    compressed_oops_limit,
    integer,
    layout,
    uses_compressed_oops_by_default,
)
from advisor.jvm.unmodelled import is_unmodelled
from advisor.model.flags import FlagSet
from advisor.model.machine import Collector, Machine
from advisor.model.quantities import KIB, MIB

Origin = Literal["default", "ergonomic", "command line", "environment"]

SERVER_MEMORY = 1792 * MIB
"""2 GB less 256 MB: below it, or with one processor, the JVM chooses Serial (os.cpp, is_server_class_machine)."""
_SELECTORS: Mapping[str, Collector] = {
    "UseSerialGC": Collector.SERIAL,
    "UseParallelGC": Collector.PARALLEL,
    "UseParallelOldGC": Collector.PARALLEL,
    "UseConcMarkSweepGC": Collector.CMS,
    "UseG1GC": Collector.G1,
    "UseZGC": Collector.ZGC,
    "UseShenandoahGC": Collector.SHENANDOAH,
    "UseEpsilonGC": Collector.EPSILON,
}
_MAIN_SELECTOR: Mapping[Collector, str] = {
    Collector.SERIAL: "UseSerialGC",
    Collector.PARALLEL: "UseParallelGC",
    Collector.CMS: "UseConcMarkSweepGC",
    Collector.G1: "UseG1GC",
    Collector.ZGC: "UseZGC",
    Collector.ZGC_GENERATIONAL: "UseZGC",
    Collector.SHENANDOAH: "UseShenandoahGC",
    Collector.SHENANDOAH_GENERATIONAL: "UseShenandoahGC",
    Collector.EPSILON: "UseEpsilonGC",
}
_PAUSELESS = (Collector.ZGC, Collector.ZGC_GENERATIONAL)
_SHENANDOAH = (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL)


@dataclass(frozen=True, slots=True)
class EffectiveFlag:
    """A flag's final value and where it comes from."""

    value: FlagValue
    origin: Origin


@dataclass(frozen=True, slots=True)
class Effective:
    """A JVM before it starts. `flags` holds what the command line or ergonomics decided; `value` knows defaults too."""

    jdk: int
    machine: Machine
    collector: Collector
    flags: Mapping[str, EffectiveFlag]
    layout: HeapLayout
    parallel_gc_threads: int
    conc_gc_threads: int
    compressed_oops: bool

    def value(self, name: str) -> FlagValue | None:
        """The final value of a flag; None where it is unknown or depends on what is not modelled."""
        found = self.flags.get(name)
        if found is not None:
            return found.value
        info = catalog(self.jdk).flag(name)
        return default_value(info) if info and not is_unmodelled(name) else None

    def all_flags(self) -> Iterator[tuple[str, EffectiveFlag]]:
        """Every flag of the release whose final value is known, by name."""
        release = catalog(self.jdk)
        for name in sorted({*release.names(), *self.flags}):
            found = self.flags.get(name)
            if found is None:
                info = release.row(name)
                usable = info is not None and not (info.debug_only or info.platform != "all" or is_unmodelled(name))
                value = default_value(info) if info and usable else None
                found = EffectiveFlag(value, "default") if value is not None else None
            if found is not None:
                yield name, found


def default_value(info: FlagInfo) -> FlagValue | None:
    """The typed default; None where the release's table has none."""
    if info.default is None:
        return None
    if info.is_bool:
        return info.default == "true"
    if info.is_text:
        return info.default
    try:
        return float(info.default) if info.type == "double" else int(info.default)
    except ValueError:
        return None


def is_server_class(machine: Machine) -> bool:
    """Whether the JVM takes the machine for a server."""
    return machine.cpus >= 2 and machine.memory >= SERVER_MEMORY


def choose_collector(jdk: int, machine: Machine, values: Mapping[str, FlagValue]) -> Collector:
    """The collector: the one asked for where the release has it, else the release's choice for the machine."""
    asked = [collector for name, collector in _SELECTORS.items() if values.get(name) is True]
    if not asked:
        server = Collector.PARALLEL if jdk == 8 else Collector.G1
        return (
            server if is_server_class(machine) and values.get(_MAIN_SELECTOR[server]) is not False else Collector.SERIAL
        )
    collector = asked[-1]
    if collector is Collector.ZGC and (jdk >= 25 or values.get("ZGenerational") is True):
        return Collector.ZGC_GENERATIONAL
    if collector is Collector.SHENANDOAH and values.get("ShenandoahGCMode") == "generational":
        return Collector.SHENANDOAH_GENERATIONAL
    return collector


def processors(machine: Machine, values: Mapping[str, FlagValue]) -> int:
    """What `availableProcessors` gives."""
    return max(1, integer(values, "ActiveProcessorCount") or machine.cpus)


def parallel_threads(
    jdk: int, machine_cpus: int, collector: Collector, max_heap: int, values: Mapping[str, FlagValue]
) -> int:
    """Threads of a stop-the-world phase (workerPolicy.cpp; zHeuristics.cpp; shenandoahArguments.cpp)."""
    given = integer(values, "ParallelGCThreads")
    if given:
        return given
    cpus = machine_cpus
    if collector in (Collector.SERIAL, Collector.EPSILON):
        return 0
    if collector in _PAUSELESS:
        return _z_threads(0.6, cpus, max_heap if jdk >= 17 else None)
    if collector in _SHENANDOAH:
        return max(1, cpus // 2)
    return cpus if cpus <= 8 else 8 + (cpus - 8) * 5 // 8


def _z_threads(share: float, cpus: int, max_heap: int | None) -> int:
    """A share of the processors; where a heap is given, so many that their 2 MB pages take 2 % of it at most."""
    if max_heap is None:
        return math.ceil(cpus * share)
    return max(1, min(math.ceil(cpus * share), int(max_heap * 0.02) // (2 * MIB)))


def concurrent_threads(
    jdk: int, cpus: int, collector: Collector, max_heap: int, parallel: int, values: Mapping[str, FlagValue]
) -> int:
    """Threads of a concurrent phase; 0 for collectors without any."""
    given = integer(values, "ConcGCThreads")
    if given:
        return given
    match collector:
        case Collector.CMS:
            return (parallel + 3) // 4
        case Collector.G1:
            return max(1, (parallel + 2) // 4)
        case Collector.ZGC | Collector.ZGC_GENERATIONAL:
            dynamic = jdk >= 17 and values.get("UseDynamicNumberOfGCThreads", True) is True
            return _z_threads(0.25 if dynamic else 0.125, cpus, max_heap if jdk >= 17 else None)
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            return max(1, cpus // 4)
        case _:
            return 0


@lru_cache(maxsize=4096)
def _effective(jdk: int, machine: Machine, words: FlagSet) -> Effective:
    values = flag_values(words, jdk)
    cpus = processors(machine, values)
    seen = machine if cpus == machine.cpus else machine.model_copy(update={"cpus": cpus})
    collector = choose_collector(jdk, seen, values)
    heap = layout(jdk, seen, values, collector, parallel_threads(jdk, cpus, collector, 0, values))
    parallel = parallel_threads(jdk, cpus, collector, heap.max_heap, values)
    concurrent = concurrent_threads(jdk, cpus, collector, heap.max_heap, parallel, values)
    oops = uses_compressed_oops_by_default(values, collector) and heap.max_heap <= compressed_oops_limit(
        jdk, values, collector
    )
    decided = {
        **_by_collector(jdk, collector, heap, values, parallel, concurrent),
        **_by_machine(jdk, values, heap, oops, interpreted="-Xint" in words.words()),
    }
    more = derived(jdk, collector, heap, values, concurrent, oops)
    decided |= {name: value for name, value in more.items() if name not in values} | adjusted(jdk, values)
    flags = {name: EffectiveFlag(value, "command line") for name, value in values.items()}
    for name, value in decided.items():
        if catalog(jdk).flag(name) is not None:
            origin: Origin = "command line" if name in values else "ergonomic"
            flags[name] = EffectiveFlag(value, origin)
    return Effective(jdk, machine, collector, flags, heap, parallel, concurrent, oops)


def effective(jdk: int, machine: Machine, flags: FlagSet) -> Effective:
    """The JVM that these options give on this machine. Options it would refuse count as not given."""
    return _effective(jdk, machine, flags)


def _by_collector(
    jdk: int, collector: Collector, heap: HeapLayout, values: Mapping[str, FlagValue], parallel: int, concurrent: int
) -> dict[str, FlagValue]:
    """What the choice of a collector makes of flags that were not given."""
    result: dict[str, FlagValue] = {name: False for name in _SELECTORS if name != "UseParallelOldGC"}
    result[_MAIN_SELECTOR[collector]] = True
    ours: dict[str, FlagValue] = {"ParallelGCThreads": parallel, "ConcGCThreads": concurrent}
    if collector is Collector.CMS and concurrent <= 1:
        ours["ConcGCThreads"] = 0  # a single CMS thread works without a pool, and the flag says so
    match collector:
        case Collector.G1:
            ours |= _g1_flags(jdk, heap, values, parallel)
        case Collector.PARALLEL:
            ours |= _parallel_flags(jdk, values, parallel)
        case Collector.CMS:
            ours |= {"UseAdaptiveSizePolicy": False}
            if "SurvivorRatio" not in values:
                ours["MaxTenuringThreshold"] = 6
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            ours |= _shenandoah_flags(jdk, heap, collector)
        case Collector.ZGC | Collector.ZGC_GENERATIONAL:
            ours |= {"MinHeapDeltaBytes": 2 * MIB}
        case _:
            pass
    bounded: dict[str, FlagValue] = {"G1HeapRegionSize": heap.region or 0} if collector is Collector.G1 else {}
    if integer(values, "MinHeapDeltaBytes") and heap.region:
        bounded["MinHeapDeltaBytes"] = align_up(integer(values, "MinHeapDeltaBytes") or 0, heap.region)
    if _young_limit_moves(collector, heap, values):
        given = integer(values, "MaxNewSize") or 0
        bounded["MaxNewSize"] = min(heap.young_max, align_down(given, heap.region or 1))
    if collector in GENERATION_ALIGNMENT:
        ours |= _generation_flags(heap, values, collector)
    if collector not in _SHENANDOAH:
        ours.setdefault("ScavengeBeforeFullGC", False)
    return result | {name: value for name, value in ours.items() if name not in values} | bounded


def _young_limit_moves(collector: Collector, heap: HeapLayout, values: Mapping[str, FlagValue]) -> bool:
    """Whether a given MaxNewSize is changed: G1 takes whole regions, the others less than the heap."""
    given = integer(values, "MaxNewSize")
    if given is None:
        return False
    if collector is Collector.G1:
        return given < heap.max_heap or "NewSize" in values
    return collector in GENERATION_ALIGNMENT and given >= heap.max_heap


def _generation_flags(heap: HeapLayout, values: Mapping[str, FlagValue], collector: Collector) -> dict[str, FlagValue]:
    unit = GENERATION_ALIGNMENT[collector]
    sizes: dict[str, FlagValue] = {
        "MaxNewSize": heap.young_max,
        "NewSize": heap.young_initial,
        "OldSize": heap.initial_heap - heap.young_initial,
        "MinHeapDeltaBytes": align_up(integer(values, "MinHeapDeltaBytes") or 168 * KIB, unit),
    }
    return sizes


def _g1_flags(jdk: int, heap: HeapLayout, values: Mapping[str, FlagValue], parallel: int) -> dict[str, FlagValue]:
    region = heap.region or MIB
    ratio = integer(values, "NewRatio")
    young = heap.max_heap / (ratio + 1) if ratio else heap.max_heap * _g1_max_young_percent(values) / 100
    return {
        "GCTimeRatio": 9 if jdk == 8 else 12,
        "MaxGCPauseMillis": 200,
        "G1ConcRefinementThreads": parallel,
        "MaxNewSize": max(align_down(young, region), integer(values, "NewSize") or 0),
        "MinHeapDeltaBytes": region,
        "ParallelRefProcEnabled": jdk >= 11 and parallel > 1,
    }


def _g1_max_young_percent(values: Mapping[str, FlagValue]) -> int:
    given = integer(values, "G1MaxNewSizePercent")
    return 60 if given is None else given


def _shenandoah_flags(jdk: int, heap: HeapLayout, collector: Collector) -> dict[str, FlagValue]:
    result: dict[str, FlagValue] = {"ExplicitGCInvokesConcurrent": True, "MinHeapDeltaBytes": heap.region or 0}
    if jdk >= 25:
        result["UseDynamicNumberOfGCThreads"] = False
    if collector is Collector.SHENANDOAH_GENERATIONAL:
        result["GCTimeRatio"] = 70
    return result


def _parallel_flags(jdk: int, values: Mapping[str, FlagValue], parallel: int) -> dict[str, FlagValue]:
    adaptive = values.get("UseAdaptiveSizePolicy", True) is True
    result: dict[str, FlagValue] = {"ParallelRefProcEnabled": jdk >= 17 and parallel > 1, "ScavengeBeforeFullGC": True}
    if adaptive:
        result |= {"MinHeapFreeRatio": 0, "MaxHeapFreeRatio": 100}
    if jdk < 25:
        result["MarkSweepDeadRatio"] = 1
    ratio = integer(values, "SurvivorRatio")
    if ratio is not None:
        result |= {"InitialSurvivorRatio": ratio + 2, "MinSurvivorRatio": ratio + 2}
    return result


def _by_machine(
    jdk: int, values: Mapping[str, FlagValue], heap: HeapLayout, compressed_oops: bool, *, interpreted: bool
) -> dict[str, FlagValue]:
    """What memory and compiler mode make of flags, whatever the collector."""
    quick = (
        interpreted
        or values.get("TieredCompilation") is False
        or (jdk >= 17 and integer(values, "TieredStopAtLevel") == 1)
    )
    tiered: dict[str, FlagValue] = {"TieredCompilation": False} if interpreted else {}
    result: dict[str, FlagValue] = {
        "MaxHeapSize": heap.max_heap,
        "InitialHeapSize": heap.initial_heap,
        "MinHeapSize": heap.min_heap,
        "UseCompressedOops": compressed_oops,
    }
    if "ReservedCodeCacheSize" not in values:
        result["ReservedCodeCacheSize"] = 48 * MIB if quick else 240 * MIB
    if "SoftMaxHeapSize" not in values:
        result["SoftMaxHeapSize"] = heap.max_heap
    return result | tiered
