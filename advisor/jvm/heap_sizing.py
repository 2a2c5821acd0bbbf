"""How large a JVM makes its heap, generations and regions.

Formulas from HotSpot arguments.cpp (set_heap_size), genArguments.cpp, parallelArguments.cpp, heapRegion.cpp; checked on
JDK 11, 17, 21 and 25. JDK 8 follows its source and was not checked on a JVM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.jvm.commandline import FlagValue
from advisor.model.machine import Collector, Machine
from advisor.model.quantities import GIB, KIB, MIB

DEFAULT_MAX_HEAP = 130_862_280
"""96 MB scaled for 64 bits: the smallest heap the percentages lead to on all but tiny machines."""
DEFAULT_NEW_SIZE = 1_363_144
DEFAULT_OLD_SIZE = 5_452_592
DEFAULT_MAX_RAM = 128 * GIB
CARD_ALIGNMENT = 2 * MIB
"""One page of card table covers 512 B x 4096: the heap is aligned to that."""
COMPRESSED_OOPS_LIMIT = 32 * GIB
HEAP_BASE = 2 * GIB
"""HeapBaseMinAddress; ergonomics keep the heap below 32 GB less this, so that zero-based oops stay possible."""
CMS_YOUNG_PER_WORKER = 64 * MIB
GENERATION_ALIGNMENT = {Collector.SERIAL: 64 * KIB, Collector.CMS: 64 * KIB, Collector.PARALLEL: 512 * KIB}
_MAX_REGION = 32 * MIB
_HUGE_REGION = 512 * MIB
_PAGE = 4 * KIB
_RAM_PERCENTAGES = ("MaxRAMPercentage", "MinRAMPercentage", "InitialRAMPercentage")
_RAM_FRACTIONS = {
    "MaxRAMPercentage": "MaxRAMFraction",
    "MinRAMPercentage": "MinRAMFraction",
    "InitialRAMPercentage": "InitialRAMFraction",
}
_RAM_DEFAULTS = {"MaxRAMPercentage": 25.0, "MinRAMPercentage": 50.0, "InitialRAMPercentage": 1.5625}


@dataclass(frozen=True, slots=True)
class HeapLayout:
    """Sizes in bytes. `eden` and `survivor` (one space) are capacities with the young generation at `young_max`."""

    max_heap: int
    initial_heap: int
    min_heap: int
    young_max: int
    young_initial: int
    old_max: int
    eden: int
    survivor: int
    region: int | None


@dataclass(frozen=True, slots=True)
class HeapBounds:
    """The three sizes of the whole heap, before generations."""

    maximum: int
    initial: int
    minimum: int


def align_up(size: float, alignment: int) -> int:
    """The next multiple of `alignment`."""
    return -int(-size // alignment) * alignment


def align_down(size: float, alignment: int) -> int:
    """The multiple of `alignment` at or below `size`."""
    return int(size // alignment) * alignment


def integer(values: Mapping[str, FlagValue], name: str) -> int | None:
    """A flag's whole number, or None where it is not set to one."""
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def ram_share(values: Mapping[str, FlagValue], name: str) -> float:
    """A RAM percentage as a share; the older fraction counts where only that is set."""
    value = values.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) / 100
    fraction = integer(values, _RAM_FRACTIONS[name])
    return 1 / fraction if fraction else _RAM_DEFAULTS[name] / 100


def heap_bounds(jdk: int, machine: Machine, values: Mapping[str, FlagValue], collector: Collector) -> HeapBounds:
    """Maximum, initial and minimum heap, not yet aligned."""
    ram = integer(values, "MaxRAM") or min(int(machine.memory), DEFAULT_MAX_RAM)
    given_max, given_initial = integer(values, "MaxHeapSize"), integer(values, "InitialHeapSize")
    given_min = integer(values, "MinHeapSize")
    maximum = given_max if given_max is not None else _ergonomic_max(jdk, ram, values, collector)
    if given_max is None:
        maximum = max(maximum, given_initial or 0, given_min or 0)
    least = (integer(values, "NewSize") or DEFAULT_NEW_SIZE) + (integer(values, "OldSize") or DEFAULT_OLD_SIZE)
    least = min(least, maximum)
    if given_initial:
        initial = given_initial
    else:
        initial = min(max(int(ram * ram_share(values, "InitialRAMPercentage")), least, given_min or 0), maximum)
    minimum = given_min or (given_initial or min(least, initial))
    return HeapBounds(maximum, initial, minimum)


def _ergonomic_max(jdk: int, ram: int, values: Mapping[str, FlagValue], collector: Collector) -> int:
    small = int(ram * ram_share(values, "MinRAMPercentage"))
    if small < DEFAULT_MAX_HEAP:
        return small
    size = max(int(ram * ram_share(values, "MaxRAMPercentage")), DEFAULT_MAX_HEAP)
    user_asked = any(name in values for name in (*_RAM_PERCENTAGES, *_RAM_FRACTIONS.values(), "MaxRAM"))
    early = jdk <= 11 and values.get("UseCompressedOops", True) is True  # capped before ZGC drops compressed oops
    if (early or uses_compressed_oops_by_default(values, collector)) and not (jdk >= 17 and user_asked):
        size = min(size, compressed_oops_limit(jdk, values, collector) - HEAP_BASE)
    return size


def compressed_oops_limit(jdk: int, values: Mapping[str, FlagValue], collector: Collector) -> int:
    """The largest heap with compressed oops: 4 G addresses, less what the collector may align the heap to.

    That is its largest region (G1 on JDK 21: 512 MB, whatever the region is), else a page of the card table.
    """
    alignment = integer(values, "ObjectAlignmentInBytes") or 8
    return COMPRESSED_OOPS_LIMIT // 8 * alignment - _conservative_alignment(jdk, values, collector)


def _conservative_alignment(jdk: int, values: Mapping[str, FlagValue], collector: Collector) -> int:
    if collector is Collector.G1:
        huge = jdk == 21 or (jdk > 21 and "G1HeapRegionSize" in values)
        return _HUGE_REGION if huge else _MAX_REGION
    if collector in (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL):
        return _MAX_REGION
    return CARD_ALIGNMENT


def uses_compressed_oops_by_default(values: Mapping[str, FlagValue], collector: Collector) -> bool:
    """Whether compressed oops are wanted while the heap is small enough: not in ZGC nor where switched off."""
    if collector in (Collector.ZGC, Collector.ZGC_GENERATIONAL):
        return False
    return values.get("UseCompressedOops", True) is True


def heap_alignment(collector: Collector, region: int | None) -> int:
    """What the sizes of the whole heap are multiples of; Shenandoah's is its region."""
    if region and collector in (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL):
        return region
    if collector is Collector.EPSILON:
        return _PAGE
    return max(CARD_ALIGNMENT, region or 0)


def region_size(jdk: int, bounds: HeapBounds, values: Mapping[str, FlagValue], collector: Collector) -> int | None:
    """The region size of G1 and of Shenandoah; None for collectors without regions."""
    if collector in (Collector.SHENANDOAH, Collector.SHENANDOAH_GENERATIONAL):
        given = integer(values, "ShenandoahRegionSize")
        return given or min(max(_floor_power_of_two(bounds.maximum // 2048), 256 * KIB), _MAX_REGION)
    if collector is not Collector.G1:
        return None
    given = integer(values, "G1HeapRegionSize")
    if jdk <= 11:
        size = given or max((bounds.initial + bounds.maximum) // 2 // 2048, MIB)
        return min(max(_floor_power_of_two(size), MIB), _MAX_REGION)
    limit = _HUGE_REGION if given and jdk >= 21 else _MAX_REGION
    return min(max(_ceil_power_of_two(given or max(bounds.maximum // 2048, MIB)), MIB), limit)


def _floor_power_of_two(size: int) -> int:
    return 1 << max(size, 1).bit_length() - 1


def _ceil_power_of_two(size: int) -> int:
    return 1 << (size - 1).bit_length()


def layout(
    jdk: int, machine: Machine, values: Mapping[str, FlagValue], collector: Collector, gc_threads: int
) -> HeapLayout:
    """All sizes of a heap under the given flags."""
    bounds = heap_bounds(jdk, machine, values, collector)
    region = region_size(jdk, bounds, values, collector)
    unit = heap_alignment(collector, region)
    whole = max(unit, CARD_ALIGNMENT) if collector is Collector.SHENANDOAH_GENERATIONAL else unit
    maximum = max(align_up(bounds.maximum, whole), whole)
    initial = min(align_up(bounds.initial, unit), maximum)
    minimum = min(align_up(bounds.minimum, unit), initial)
    if collector in GENERATION_ALIGNMENT:
        young_max, young_initial = _generations(maximum, initial, bounds.maximum, values, collector, gc_threads)
        survivor = _survivor(young_max, values, collector)
    elif region and collector is Collector.G1:
        young_max, young_initial = _g1_young(maximum, initial, values, region)
        survivor = align_up(young_max / (integer(values, "SurvivorRatio") or 8), region)
        return HeapLayout(
            maximum,
            initial,
            minimum,
            young_max,
            young_initial,
            maximum - young_initial,
            young_max - survivor,
            survivor,
            region,
        )
    else:
        return HeapLayout(maximum, initial, minimum, maximum, initial, maximum, maximum, 0, region)
    old = maximum - young_max
    return HeapLayout(
        maximum, initial, minimum, young_max, young_initial, old, young_max - 2 * survivor, survivor, None
    )


def _generations(
    maximum: int, initial: int, unaligned: int, values: Mapping[str, FlagValue], collector: Collector, gc_threads: int
) -> tuple[int, int]:
    """Largest and initial young generation of Serial, Parallel and CMS."""
    unit = GENERATION_ALIGNMENT[collector]
    ratio = integer(values, "NewRatio") or 2
    given_new, given_max = integer(values, "NewSize"), integer(values, "MaxNewSize")
    largest = maximum - unit
    if given_max is not None:
        young_max = align_down(max(given_max, given_new or 0), unit)
        if young_max >= maximum:
            young_max = largest
    else:
        young_max = align_down(maximum / (ratio + 1), unit)
        if collector is Collector.CMS and "NewRatio" not in values:
            if "MaxHeapSize" not in values:  # the ergonomic size is not yet aligned when CMS looks at it
                young_max = align_down(align_down(unaligned, CARD_ALIGNMENT) / (ratio + 1), unit)
            young_max = align_down(min(young_max, CMS_YOUNG_PER_WORKER * 1.3 * gc_threads), unit)
        young_max = max(young_max, align_down(min(given_new or 0, largest), unit))
    young_max = max(min(young_max, largest), unit)
    if given_new is not None:
        young_initial = align_down(given_new, unit)
    elif given_max is not None and given_max >= maximum:
        young_initial = initial - unit
    elif initial == maximum:
        young_initial = young_max
    else:
        young_initial = max(align_down(initial / (ratio + 1), unit), align_down(DEFAULT_NEW_SIZE, unit))
    return young_max, max(min(young_initial, young_max, initial - unit), unit)


def _survivor(young: int, values: Mapping[str, FlagValue], collector: Collector) -> int:
    """One survivor space at that size of the young generation."""
    unit = GENERATION_ALIGNMENT[collector]
    parts = survivor_divisor(values, collector)
    return max(align_down(young / parts, unit), unit)


def survivor_divisor(values: Mapping[str, FlagValue], collector: Collector) -> int:
    """Young generation over one survivor space: SurvivorRatio + 2, in Parallel the initial ratio."""
    ratio = integer(values, "SurvivorRatio")
    if collector is Collector.PARALLEL:
        given = integer(values, "InitialSurvivorRatio")
        return given or (ratio + 2 if ratio else 8)
    return (ratio or 8) + 2


def _g1_young(maximum: int, initial: int, values: Mapping[str, FlagValue], region: int) -> tuple[int, int]:
    """G1's largest young generation, and its smallest at the initial heap (g1YoungGenSizer.cpp)."""
    given_new, given_max = integer(values, "NewSize"), integer(values, "MaxNewSize")
    ratio = integer(values, "NewRatio")
    if ratio and given_new is None and given_max is None:
        fixed = max(align_down(maximum / (ratio + 1), region), region)
        return fixed, fixed
    most = integer(values, "G1MaxNewSizePercent")
    least = integer(values, "G1NewSizePercent")
    young_max = align_down(maximum * (60 if most is None else most) / 100, region)
    young_min = align_up(initial * (5 if least is None else least) / 100, region)
    if given_max is not None:
        young_max = max(align_down(given_max, region), region)
    if given_new is not None:
        young_min = max(align_down(given_new, region), region)
    young_max = max(min(young_max, maximum - region), young_min, region)
    return young_max, min(young_min, young_max)
