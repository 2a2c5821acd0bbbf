"""Bounds of the heap and of the young generation against one another and against the machine.

Sources: arguments.cpp (set_heap_size), gcArguments.cpp, genArguments.cpp (JDK 11: collectorPolicy.cpp),
g1YoungGenSizer.cpp, jvmFlagConstraintsGC.cpp; checked on JDK 11, 17, 21 and 25.
"""

from __future__ import annotations

from advisor.jvm.heap_sizing import CARD_ALIGNMENT, GENERATION_ALIGNMENT, align_up
from advisor.jvm.relations.base import G1, GENERATIONAL, Broken, Relation, Together, size
from advisor.jvm.startup.platform import PAGE
from advisor.model.machine import Collector
from advisor.model.quantities import GIB, KIB, MIB

LEAST_HEAP, LEAST_INITIAL = 2 * MIB, MIB
ADDRESSES = 1 << 47
"""Bytes that a process of Linux x86-64 can address."""
_HEAP_OF_A_MARK_BYTE = 32
"""Parallel has two bits of marks for each word of the heap."""
_LEAST_TLAB = 2048
"""The default of MinTLABSize."""
_PREFETCH_DISTANCE = 256
_LEAST_EDEN = 192 * KIB
"""What a JVM allocates before it can collect, rounded up to whole spaces of Serial."""
_WORD = 8
_ALLOCATION = ("MaxRAM", "MaxRAMPercentage", "MinRAMPercentage", "MaxRAMFraction", "MinRAMFraction",
               "ErgoHeapSizeLimit")  # fmt: skip
_YOUNG = ("NewSize", "MaxNewSize", "OldSize", "InitialHeapSize", "MaxHeapSize")
_NOTES = {
    "young over initial heap": "the young generation does not fit into the initial heap and is cut",
    "young over heap": "the young generation does not fit into the heap and is cut",
    "young over most young": "NewSize is more than MaxNewSize, which it raises",
    "old over heap": "OldSize does not fit into the heap beside the young generation and is ignored",
    "generations resized": "the sizes of the generations do not add up to the heap and are changed",
}
_FIRST_EDEN = (
    "NewSize", "MaxNewSize", "OldSize", "TLABSize", "MaxHeapSize", "MaxRAM", "SurvivorRatio",
    "CMSYoungGenPerWorker", "UseConcMarkSweepGC",
)  # fmt: skip
_WITHOUT_MACHINE = ("young over initial heap", "young over most young")
"""The JVM's own initial heap has room for a given young generation."""
_INITIAL = ("InitialHeapSize", "InitialRAMPercentage", "InitialRAMFraction")


def _initial_over_max(line: Together) -> str | None:
    initial, maximum = line.number("InitialHeapSize"), line.number("MaxHeapSize")
    if initial is None or maximum is None or initial <= maximum:
        return None
    return f"the initial heap ({size(initial)}) is larger than the maximum ({size(maximum)})"


def _minimum_over_max(line: Together) -> str | None:
    maximum = line.number("MaxHeapSize")
    if not line.least_heap or maximum is None or line.least_heap <= maximum:
        return None
    if (line.number("InitialHeapSize") or 0) > maximum:
        return None  # told of the initial heap
    return f"the minimum heap ({size(line.least_heap)}) is larger than the maximum ({size(maximum)})"


def _minimum_over_initial(line: Together) -> str | None:
    initial = line.number("InitialHeapSize")
    if not line.least_heap or not initial or line.least_heap <= align_up(int(initial), CARD_ALIGNMENT):
        return None
    return f"the minimum heap ({size(line.least_heap)}) is larger than the initial ({size(initial)})"


def _soft_over_max(line: Together) -> str | None:
    soft, maximum = line.number("SoftMaxHeapSize"), line.effective.layout.max_heap
    if soft is None or soft <= maximum:
        return None
    return f"SoftMaxHeapSize ({size(soft)}) is larger than the heap ({size(maximum)})"


def _small_max(line: Together) -> str | None:
    maximum = line.effective.wanted.maximum
    if maximum >= LEAST_HEAP:
        return None
    asked = line.number("MaxHeapSize")
    forgotten = "; was a unit forgotten?" if asked and asked < LEAST_HEAP // 2 else ""
    return f"a heap of {size(maximum)} is too small: {size(LEAST_HEAP)} are the least{forgotten}"


def _small_initial(line: Together) -> str | None:
    initial = line.effective.wanted.initial
    if initial >= LEAST_INITIAL:
        return None
    return f"an initial heap of {size(initial)} is too small: {size(LEAST_INITIAL)} are the least"


def _small_minimum(line: Together) -> str | None:
    if not line.least_heap or line.least_heap >= LEAST_INITIAL:
        return None
    return f"a minimum heap of {size(line.least_heap)} is too small: {size(LEAST_INITIAL)} are the least"


def _beyond_addresses(line: Together) -> str | None:
    bounds = line.effective.wanted
    largest = max(bounds.maximum, bounds.initial, line.least_heap or 0)
    return f"no process can address a heap of {size(largest)}" if largest >= ADDRESSES else None


def _beyond_memory(line: Together) -> str | None:
    """The kernel refuses to commit at once more than there is; in a container it counts what is touched, later."""
    layout, machine = line.effective.layout, line.effective.machine
    committed = layout.initial_heap
    if line.collector in GENERATIONAL:
        committed = max(layout.young_initial, layout.initial_heap - layout.young_initial)
    if line.collector is Collector.PARALLEL:
        committed = max(committed, layout.max_heap // _HEAP_OF_A_MARK_BYTE)
    if machine.container or committed <= machine.memory:
        return None
    return f"a heap that begins with {size(committed)} at once does not fit into the memory ({machine.memory.human()})"


def _noted(note: str, words: str) -> Broken:
    """What the JVM says while it settles the generations (advisor.jvm.startup)."""

    def broken(line: Together) -> str | None:
        return words if note in line.effective.notes else None

    return broken


def _g1_young_over_max(line: Together) -> str | None:
    """Without a word of the JVM."""
    young, maximum = line.number("NewSize") or line.number("MaxNewSize"), line.number("MaxHeapSize")
    if young is None or maximum is None or young <= maximum:
        return None
    return f"the young generation ({size(young)}) is larger than the heap ({size(maximum)}) and is cut without a word"


def _young_raises_most(line: Together) -> str | None:
    """Without a word of the JVM; G1 says so."""
    young, most = line.number("NewSize"), line.number("MaxNewSize")
    if young is None or most is None or young <= most:
        return None
    return f"NewSize ({size(young)}) is more than MaxNewSize ({size(most)}), which it raises without a word"


def _ratio_beside_size(line: Together) -> str | None:
    sized = [name for name in ("NewSize", "MaxNewSize") if name in line.values]
    if "NewRatio" not in line.values or not sized:
        return None
    return f"{' and '.join(sized)} override NewRatio"


def _zero_ratio(line: Together) -> str | None:
    return "NewRatio has to be at least 1" if line.number("NewRatio") == 0 else None


def _survivor_ratio(line: Together) -> str | None:
    ratio, heap = line.number("SurvivorRatio"), line.effective.layout.max_heap
    unit = _space_unit(line)
    if ratio is None or ratio <= heap // unit:
        return None
    return f"SurvivorRatio ({ratio:g}) is more than {heap // unit}, the heap in units of {size(unit)}"


def _space_unit(line: Together) -> int:
    """What the sizes of spaces are multiples of."""
    match line.collector:
        case Collector.G1:
            return line.effective.layout.region or MIB
        case Collector.EPSILON:
            return PAGE
        case _:
            return GENERATION_ALIGNMENT.get(line.collector, CARD_ALIGNMENT)


def _small_eden(line: Together) -> str | None:
    """The first eden has to hold the JVM's own first objects and the first TLAB: it cannot collect yet."""
    layout, unit = line.effective.layout, GENERATION_ALIGNMENT[line.collector]
    ratio = int(line.final("SurvivorRatio") or 8)
    eden = layout.young_initial - 2 * max(layout.young_initial // (ratio + 2) // unit * unit, unit)
    tlab = line.number("TLABSize") or 0
    if eden >= max(_LEAST_EDEN, tlab + 128 * KIB if tlab else 0):
        return None
    return f"the first eden ({size(eden)}) is too small to start"


def _largest_tlab(line: Together) -> int | None:
    """Bytes; None where it is beyond what any heap here is (HotSpot: max_tlab_size of the heaps)."""
    region = line.effective.layout.region or 0
    match line.collector:
        case Collector.G1:
            return region // 2
        case Collector.SHENANDOAH | Collector.SHENANDOAH_GENERATIONAL:
            return region if line.jdk <= 21 else max(region // 32, min(region, 256 << 10))
        case Collector.ZGC | Collector.ZGC_GENERATIONAL:
            return 256 * KIB if line.jdk >= 25 else 2 * MIB
        case Collector.EPSILON:
            return max(int(line.number("EpsilonMaxTLABSize") or 4 * MIB), int(line.number("MinTLABSize") or 0))
        case _:
            return GIB


def _tlab_size(line: Together) -> str | None:
    asked, most = line.number("TLABSize"), _largest_tlab(line)
    least = line.number("MinTLABSize")
    least = _LEAST_TLAB if least is None else least
    if asked is not None and asked < least:
        return f"TLABSize ({asked:g}) is less than MinTLABSize ({least:g})"
    if asked is not None and most is not None and asked > most:
        return f"TLABSize ({size(asked)}) is more than {size(most)}, the largest of {line.collector} with this heap"
    return None


def _tlab_reserve(line: Together) -> float:
    """Bytes after a TLAB that prefetching may read (threadLocalAllocBuffer.cpp; x86-64 defaults)."""
    lines = max(line.number("AllocatePrefetchLines") or 3, line.number("AllocateInstancePrefetchLines") or 1)
    step = line.number("AllocatePrefetchStepSize")
    return _PREFETCH_DISTANCE + (64 if step is None else step) * (lines + 2)


def _least_tlab(line: Together) -> str | None:
    least, most, reserve = line.number("MinTLABSize"), _largest_tlab(line), _tlab_reserve(line)
    least = _LEAST_TLAB if least is None else least
    if least < reserve:
        return f"MinTLABSize ({least:g}) is less than the {reserve:g} bytes that are reserved in a TLAB for prefetching"
    if most is not None and least > most:
        return f"MinTLABSize ({size(least)}) is more than {size(most)}, the largest TLAB of {line.collector}"
    return None


def _plab_sizes(line: Together) -> str | None:
    """PLABs, in words, are bounded by the TLABs; JDK 21 and later fit their defaults in and keep two words apart."""
    least, most = line.number("MinTLABSize"), _largest_tlab(line)
    apart = 2 if line.jdk >= 21 else 0
    low = int(_LEAST_TLAB if least is None else least) // _WORD + apart
    high = (most or GIB) // _WORD
    defaults = {"YoungPLABSize": 4096, "OldPLABSize": 1024}
    if line.collector is Collector.CMS:  # its old PLABs are numbers of blocks
        if line.number("OldPLABSize") == 0:
            return "OldPLABSize has to be more than 0"
        defaults = {"YoungPLABSize": 1024}
    for name, default in defaults.items():
        given = line.number(name)
        words = given if given is not None else (max(default, low) if line.jdk >= 21 else default)
        if not low <= words <= high:
            return f"{name} ({words:g} words) is outside {low} .. {high}, the bounds of TLABs in words"
    return None


RELATIONS: tuple[Relation, ...] = (
    Relation(("MaxHeapSize", "InitialHeapSize"), _initial_over_max, check="heap-bounds"),
    Relation(("MaxHeapSize", "InitialHeapSize", "MinHeapSize"), _minimum_over_max, check="heap-bounds"),
    Relation(("InitialHeapSize", "MinHeapSize"), _minimum_over_initial, check="heap-bounds"),
    Relation(("SoftMaxHeapSize",), _soft_over_max, check="heap-bounds", first=17, unknown="heap"),
    Relation(("MaxHeapSize", *_ALLOCATION), _small_max, check="heap-bounds"),
    Relation(_INITIAL, _small_initial, check="heap-bounds"),
    Relation(("MinHeapSize", "InitialHeapSize"), _small_minimum, check="heap-bounds"),
    Relation(("MaxHeapSize", "InitialHeapSize", "MinHeapSize", "MaxRAM"), _beyond_addresses, check="heap-bounds"),
    Relation(
        (*_INITIAL, *_ALLOCATION, "MinHeapSize", "MaxHeapSize", "NewSize", "OldSize"), _beyond_memory,
        check="heap-bounds",
    ),
    *(
        Relation(
            _YOUNG, _noted(note, words), "warning", "heap-bounds", collectors=(*GENERATIONAL, *G1),
            unknown=None if note in _WITHOUT_MACHINE else "heap",
        )
        for note, words in _NOTES.items()
    ),
    Relation(("NewSize", "MaxNewSize", "MaxHeapSize"), _g1_young_over_max, "info", "heap-bounds", collectors=G1),
    Relation(("NewSize", "MaxNewSize"), _young_raises_most, "info", "heap-bounds", collectors=GENERATIONAL),
    Relation(("NewRatio", "NewSize", "MaxNewSize"), _ratio_beside_size, "warning", collectors=G1),
    Relation(("NewRatio",), _zero_ratio, collectors=GENERATIONAL),
    Relation(("SurvivorRatio",), _survivor_ratio, first=11, unknown="heap"),
    Relation(("TLABSize", "MinTLABSize"), _tlab_size, first=11, unknown="heap"),
    Relation(
        ("MinTLABSize", "AllocatePrefetchLines", "AllocateInstancePrefetchLines", "AllocatePrefetchStepSize"),
        _least_tlab, first=11, unknown="heap",
    ),
    Relation(_FIRST_EDEN, _small_eden, check="heap-bounds", collectors=GENERATIONAL, unknown="heap"),
    Relation(
        ("YoungPLABSize", "OldPLABSize", "MinTLABSize"), _plab_sizes,
        first=11, collectors=(*G1, Collector.PARALLEL, Collector.CMS), unknown="heap",
    ),
)  # fmt: skip
